r"""Files of NAME="value" that a shell sources and systemd reads as an EnvironmentFile.

Both read a string in double quotes alike if ", \, ` and $ have a backslash. Programs that look for a line in them
(upstream's package scripts use grep) see one line for each name, so a line break is refused.
"""

from __future__ import annotations

import re

from migrate.shared.quoting.notation import UNFIT, Format, Notation

_SPECIAL = re.compile(r'["\\`$]')


def _text(value: str) -> str:
    return '"' + _SPECIAL.sub(lambda found: f"\\{found[0]}", value) + '"'


environment = Notation(
    name="environment",
    where="an environment file",
    text=_text,
    before=r"^\w+=",
    after=r"\n|\Z",
    refused=UNFIT,
)

FORMATS = (Format("environment", (environment,), r"""^\s*[#;][^\n]*|"(?:\\.|[^"\\])*(?:"|\Z)|'[^']*(?:'|\Z)"""),)
