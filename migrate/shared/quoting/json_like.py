r"""JSON, and the four formats that read its notation: JavaScript, HOCON, TOML and YAML.

One text serves all five. Beyond JSON's own escapes it writes what cannot be seen as \uXXXX, which every one of them
reads, and "<" too, so that no value can end the <script> that it is put into. What is beyond the basic plane stays as
it is: only JSON would put two halves of a character together.
"""

from __future__ import annotations

import json
import re

from migrate.shared.quoting.notation import UNSEEN, Format, Listing, Notation

_STRING = r'"(?:\\.|[^"\\])*(?:"|\Z)'
_ODD = re.compile(rf"[<{UNSEEN}]")


def _text(value: str) -> str:
    return _ODD.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def _notation(name: str, where: str, before: str = r"[\s:=(\[{,]|^", after: str = r"[\s:,;)\]}]|\Z") -> Notation:
    return Notation(name, where, _text, before, after, truth=("false", "true"), listing=Listing("[", ", ", "]", "[]"))


json_text = _notation("json", "JSON")
javascript = _notation("javascript", "JavaScript")
hocon = _notation("hocon", "HOCON", before=r"[:=\[{,]\s*|^[ \t]*")
toml = _notation("toml", "TOML", before=r"[=\[{,]\s*|^[ \t]*")
# After a word a quote is one more letter of it, and so is a value that follows a colon without a blank.
yaml = _notation("yaml", "YAML", before=r"(?::|^\s*-|\s-)[ \t]+|[\[{,]\s*|^[ \t]*", after=r"[ \t]*(?:[,\]}:\n]|\Z)")

FORMATS = (
    Format("json", (json_text,), _STRING),
    Format(
        "javascript",
        (javascript,),
        rf"//[^\n]*|/\*.*?(?:\*/|\Z)|{_STRING}|'(?:\\.|[^'\\])*(?:'|\Z)|`(?:\\.|[^`\\])*(?:`|\Z)",
    ),
    Format("hocon", (hocon,), rf'(?:#|//)[^\n]*|""".*?(?:"""|\Z)|{_STRING}'),
    Format("toml", (toml,), rf'#[^\n]*|""".*?(?:"""|\Z)|\'\'\'.*?(?:\'\'\'|\Z)|{_STRING}|\'[^\'\n]*'),
    Format("yaml", (yaml,), rf"(?<!\S)#[^\n]*|(?<![^\s\[{{,]){_STRING}|(?<![^\s\[{{,])'[^']*(?:'|\Z)"),
)
