"""HTML: text between tags, and values of attributes. Not for scripts and styles, which know no entities.

An address in an attribute must be known to be one before: javascript: is as good a text as any here.
"""

from __future__ import annotations

from html import escape

from migrate.shared.quoting.notation import Format, Notation

# No reference stands for these; a bare carriage return would be read as a line feed.
_REFUSED = r"\x00-\x08\x0b-\x1f\x7f-\x9f"


def _text(value: str) -> str:
    return escape(value, quote=False)


def _attribute(value: str) -> str:
    return f'"{escape(value)}"'


html = Notation("html", "HTML", _text, before=r"(?:>|\A)[^<>]*", after=r"[^<>]*(?:<|\Z)", refused=_REFUSED)
attribute = Notation(
    name="html_attribute",
    where="HTML",
    text=_attribute,
    before=r"\s(?!on|style=|srcdoc=)[a-z-]+=",  # what these hold is a script, a style, a page
    after=r"[\s/>]",
    refused=_REFUSED,
)

FORMATS = (Format("html", (html, attribute), r"<!--.*?(?:-->|\Z)|<(?P<raw>script|style)\b.*?(?:</(?P=raw)|\Z)"),)
