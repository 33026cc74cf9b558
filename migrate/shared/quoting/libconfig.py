r"""libconfig, as Janus reads its .jcfg files: strings in double quotes, where only " and \ have a backslash.

Two strings beside each other would be one, so nothing but the rest of a setting may stand there.
"""

from __future__ import annotations

import re

from migrate.shared.quoting.notation import UNFIT, Format, Listing, Notation

_SPECIAL = re.compile(r'["\\]')


def _text(value: str) -> str:
    return '"' + _SPECIAL.sub(lambda found: f"\\{found[0]}", value) + '"'


libconfig = Notation(
    name="libconfig",
    where="libconfig",
    text=_text,
    before=r"^[ \t]*\w+ = ",
    after=r"[ \t]*\n|\Z",
    refused=UNFIT,
    truth=("false", "true"),
    listing=Listing("[", ", ", "]", "[]"),
)

FORMATS = (
    Format("libconfig", (libconfig,), r'(?:#|//)[^\n]*|/\*.*?(?:\*/|\Z)|"(?:\\.|[^"\\])*(?:"|\Z)|^[ \t]*@[^\n]*'),
)
