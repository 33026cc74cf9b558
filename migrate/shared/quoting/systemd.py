"""systemd's units: a whole line, words of a line, and words of a command.

Everywhere % begins a specifier, so it is doubled; in a command $ begins a variable, so it is doubled too. A backslash
at the end of a line would join the next one to it: in quotes it is escaped, in a whole line refused.
"""

from __future__ import annotations

import re

from migrate.shared.quoting.notation import UNFIT, Format, Listing, Notation, Unquotable

_LINE = re.compile(r"\S(?:.*[^\s\\])?(?<!\\)")
_QUOTED = re.compile(r'["\\]')


def _line(value: str) -> str:
    if not _LINE.fullmatch(value):
        raise Unquotable(value, "a line of a systemd unit", "nothing, blanks at an end, or a backslash at its end")
    return value.replace("%", "%%")


def _word(value: str) -> str:
    return '"' + _QUOTED.sub(lambda found: f"\\{found[0]}", value).replace("%", "%%") + '"'


def _argument(value: str) -> str:
    return _word(value).replace("$", "$$")


line = Notation(
    name="systemd_line",
    where="a line of a systemd unit",
    text=_line,
    before=r"^\w+=",
    after=r"\n|\Z",
    refused=UNFIT,
    truth=("no", "yes"),
)
word = Notation(
    name="systemd_word",
    where="a systemd unit",
    text=_word,
    before=r"^\w+=(?:[^\n]*[ \t])?",
    after=r"[ \t\n]|\Z",
    refused=UNFIT,
    listing=Listing(),
)
argument = Notation(
    name="systemd_argument",
    where="a systemd unit",
    text=_argument,
    before=r"^Exec\w+=(?:[^\n]*[ \t])",
    after=r"[ \t\n]|\Z",
    refused=UNFIT,
    listing=Listing(),
)

FORMATS = (
    Format(
        "systemd",
        (line, word, argument),
        r"""^[#;][^\n]*|"(?:\\.|[^"\\\n])*(?:"|$)|(?<![^\s=])'(?:\\.|[^'\\\n])*(?:'|$)""",
    ),
)
