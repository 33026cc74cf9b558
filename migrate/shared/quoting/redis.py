r"""redis.conf: a directive's words in double quotes, where only " and \ have a backslash."""

from __future__ import annotations

import re

from migrate.shared.quoting.notation import UNFIT, Format, Listing, Notation

_SPECIAL = re.compile(r'["\\]')


def _text(value: str) -> str:
    return '"' + _SPECIAL.sub(lambda found: f"\\{found[0]}", value) + '"'


redis = Notation(
    name="redis",
    where="redis.conf",
    text=_text,
    before=r"^[a-z-]+ (?:[^\n\"']* )?",
    after=r"[ \n]|\Z",
    refused=UNFIT,
    truth=("no", "yes"),
    listing=Listing(),
)

FORMATS = (Format("redis", (redis,), r'^\s*#[^\n]*|"(?:\\.|[^"\\\n])*(?:"|$)'),)
