"""Answers for debconf-set-selections: package, question, type, one blank, and the rest of the line as it is."""

from __future__ import annotations

from migrate.shared.quoting.notation import UNFIT, Format, Notation, Unquotable


def _text(value: str) -> str:
    if value.endswith("\\"):
        raise Unquotable(value, "a debconf answer", "a backslash at its end, which joins the next line to it")
    return value


debconf = Notation(
    name="debconf",
    where="a debconf answer",
    text=_text,
    before=r"^[^\s#]\S*[ \t]+\S+[ \t]+\S+[ \t]",
    after=r"\n|\Z",
    refused=UNFIT,
    truth=("false", "true"),
)

FORMATS = (Format("debconf", (debconf,)),)
