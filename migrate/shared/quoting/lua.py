"""Lua, as Prosody reads it: a string's odd bytes as three decimal digits, which Lua 5.1 to 5.4 all know."""

from __future__ import annotations

import re

from migrate.shared.quoting.notation import UNSEEN, Format, Listing, Notation

_ODD = re.compile(rf'["\\{UNSEEN}]')


def _text(value: str) -> str:
    return f'"{_ODD.sub(_escaped, value)}"'


def _escaped(found: re.Match[str]) -> str:
    if found[0] in '"\\':
        return f"\\{found[0]}"
    return "".join(f"\\{byte:03}" for byte in found[0].encode())


lua = Notation(
    name="lua",
    where="Lua",
    text=_text,
    before=r"[\s=(\[{,]|^",
    after=r"[\s,;)\]}]|\Z",
    truth=("false", "true"),
    listing=Listing("{ ", ", ", " }", "{}"),
)

_LONG = r"\[(?P<level>=*)\[.*?(?:\](?P=level)\]|\Z)"

FORMATS = (
    Format(
        "lua",
        (lua,),
        rf"--\[(?P<comment>=*)\[.*?(?:\](?P=comment)\]|\Z)|--[^\n]*|{_LONG}"
        r'|"(?:\\.|[^"\\])*(?:"|\Z)|' + r"'(?:\\.|[^'\\])*(?:'|\Z)",
    ),
)
