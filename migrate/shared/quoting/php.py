r"""PHP, as Nextcloud reads its config.php: strings in single quotes, where only ' and \ have a backslash.

PHP itself would hold a line break too. What reads these files beside PHP goes line by line, so none is written.
"""

from __future__ import annotations

import re

from migrate.shared.quoting.notation import UNFIT, Format, Listing, Notation

_SPECIAL = re.compile(r"['\\]")


def _text(value: str) -> str:
    return "'" + _SPECIAL.sub(lambda found: f"\\{found[0]}", value) + "'"


php = Notation(
    name="php",
    where="PHP",
    text=_text,
    before=r"[\s=(\[,]|^",
    after=r"[\s,;)\]]|\Z",
    refused=UNFIT,
    truth=("false", "true"),
    listing=Listing("[", ", ", "]", "[]"),
)

FORMATS = (
    Format(
        "php",
        (php,),
        # A tag that ends PHP ends a comment too, and what follows is text.
        r"(?://|\#)[^\n]*|/\*.*?(?:\*/|\Z)|\?>.*|<<<.*"
        r'|"(?:\\.|[^"\\])*(?:"|\Z)|' + r"'(?:\\.|[^'\\])*(?:'|\Z)",
    ),
)
