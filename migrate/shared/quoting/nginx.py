"""nginx: parameters of directives.

nginx replaces $name in most parameters and knows no escape for it, so no value may hold a dollar. It copies what a
header holds as it is, a line break too, so that would be one more header: no value may hold one.
"""

from __future__ import annotations

import re

from migrate.shared.quoting.notation import UNFIT, Format, Listing, Notation, Unquotable

_BARE = re.compile(r"[\w./:@%+=,*-]+", re.ASCII)
_QUOTED = re.compile(r'["\\]')
# A parameter must fit into nginx's buffer of 4096 bytes.
_LONGEST = 4000


def _text(value: str) -> str:
    text = value if _BARE.fullmatch(value) else f'"{_QUOTED.sub(_escaped, value)}"'
    if len(text.encode()) > _LONGEST:
        raise Unquotable(value, "nginx", f"more than {_LONGEST} bytes")
    return text


def _escaped(found: re.Match[str]) -> str:
    return f"\\{found[0]}"


nginx = Notation(
    name="nginx",
    where="nginx",
    text=_text,
    before=r"[\s{;]|^",
    after=r"[\s;]|\Z",
    refused=UNFIT + "$",
    truth=("off", "on"),
    listing=Listing(),
)

FORMATS = (
    Format("nginx", (nginx,), r"""(?<![^\s;{}])(?:#[^\n]*|"(?:\\.|[^"\\])*(?:"|\Z)|'(?:\\.|[^'\\])*(?:'|\Z))"""),
)
