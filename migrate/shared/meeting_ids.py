"""Meeting numbers and Zoom's uuids, in every way that exports, spreadsheets and people write them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from migrate.shared.faults import Faults, show

MANGLED = "mangled-number"
BAD = "bad-number"

# Ways to keep a spreadsheet from taking a number for a number: ="85200000001" and '85200000001.
_PROTECTED = re.compile(r"""=\s*"(.*)"|'(.*)""", re.DOTALL)
_NUMBER = re.compile(r"\d{9,11}", re.ASCII)
_GAPS = re.compile(r"(?<=\d)[ \u00a0\u202f\u2009\-\u2010-\u2013](?=\d)")
_POWER = re.compile(r"(\d)(?:[.,](\d*))?E\+?(\d{1,2})", re.ASCII | re.IGNORECASE)
_DECIMAL = re.compile(r"(\d{9,11})[.,]0+", re.ASCII)
_UUID = re.compile(r"[A-Za-z0-9+/_-]{22}==|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class MeetingId(NamedTuple):
    """What a cell says: a number, or a uuid, or neither. `fault` is the problem code if it says something else."""

    number: str | None = None
    uuid: str | None = None
    fault: str = ""


@lru_cache(maxsize=1 << 15)
def read_id(cell: str) -> MeetingId:
    """Read a meeting number of 9 to 11 digits or a uuid; a number that lost digits is never completed."""
    protected = _PROTECTED.fullmatch(cell)
    text = (protected[1] or protected[2] or "").strip() if protected else cell
    digits = _GAPS.sub("", text)
    if _NUMBER.fullmatch(digits):
        return MeetingId(number=digits)
    if decimal := _DECIMAL.fullmatch(text):
        return MeetingId(number=decimal[1])
    if power := _POWER.fullmatch(text):
        return _from_power(power[1] + (power[2] or ""), int(power[3]))
    return MeetingId(uuid=text) if _UUID.fullmatch(text) else MeetingId(fault=BAD)


def check_id(cell: str, faults: Faults) -> MeetingId:
    """Read a meeting number or uuid, and report what is neither."""
    found = read_id(cell)
    if found.fault == MANGLED:
        hint = "Export again and do not save the file with a spreadsheet program: the digits are gone from this row."
        faults.error(MANGLED, f"the meeting ID {show(cell)} has lost digits", hint)
    elif found.fault:
        faults.error(BAD, f"{show(cell)} is not a meeting ID", "A meeting ID has 9, 10 or 11 digits.")
    return found


def _from_power(digits: str, exponent: int) -> MeetingId:
    """8.0000000304E+10 has all its eleven digits; 8.52185E+10 has six, and the rest is gone."""
    if len(digits) <= exponent:
        return MeetingId(fault=MANGLED)
    number, rest = digits[: exponent + 1], digits[exponent + 1 :]
    whole = _NUMBER.fullmatch(number) and not rest.strip("0")
    return MeetingId(number=number) if whole else MeetingId(fault=BAD)
