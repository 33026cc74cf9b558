"""Meeting numbers and Zoom's uuids, in every way that exports, spreadsheets and people write them.

A spreadsheet keeps 15 digits of a number, more than any meeting ID has, but shows fewer: what it saves in place of
85218486288 may be 8.52185E+10. Such a ruin is read only where nothing has to be guessed.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from migrate.shared.faults import Faults, show

MANGLED = "mangled-number"
BAD = "bad-number"

# Full-width forms, and marks without a width that come along when a number is copied from a page.
_SAME = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}
_NO_WIDTH = dict.fromkeys([0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF])
_NARROW = {**_SAME, **_NO_WIDTH}
# Ways to keep a spreadsheet from taking a number for a number: ="85200000001" and '85200000001.
_PROTECTED = re.compile(r"""=?\s*"(.*)"|['\u2018\u2019](.*?)['\u2019]?""", re.DOTALL)
_NUMBER = re.compile(r"[0-9]{9,11}")
_GAPS = re.compile(r"(?<=[0-9])[ \u00a0\u2007\u2009\u202f\-\u2010-\u2013\u2212](?=[0-9])")
_POWER = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]*))?E\+?([0-9]{1,3})", re.IGNORECASE)
_DECIMAL = re.compile(r"([0-9]{9,11})[.,]0+")
_THOUSANDS = re.compile(r"([0-9]{1,3}([.,'\u2019])[0-9]{3}\2[0-9]{3}(?:\2[0-9]{3})?)(?:(?!\2)[.,]0+)?")
_OCTETS = frozenset(map(str, range(256)))
_TOO_NARROW = re.compile(r"#+")
_UUID = re.compile(r"[A-Za-z0-9+/_-]{22}==|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# In names of files: 85200000001, and 852 0000 0001, 239 351 0044 or 328 972 509 where no other digits join on.
_RUN = re.compile(r"(?<!\d)[0-9]{9,11}(?!\d)")
_GROUPS = re.compile(
    r"(?<!\d)(?<!\d[ \u00a0_-])[0-9]{3}([ \u00a0_-])(?:[0-9]{4}\1[0-9]{4}|[0-9]{3}\1[0-9]{3,4})(?!\d)(?!\1\d)"
)


class MeetingId(NamedTuple):
    """What a cell says: a number, or a uuid, or neither. `fault` is the problem code if it says something else."""

    number: str | None = None
    uuid: str | None = None
    fault: str = ""


@lru_cache(maxsize=1 << 15)
def read_id(cell: str) -> MeetingId:
    """Read a meeting number of 9 to 11 digits or a uuid; a number that lost digits is never completed."""
    text = _plain(cell)
    digits = _GAPS.sub("", text)
    if _NUMBER.fullmatch(digits):
        return MeetingId(number=digits)
    if decimal := _DECIMAL.fullmatch(digits):
        return MeetingId(number=decimal[1])
    if thousands := _THOUSANDS.fullmatch(text):
        return _from_thousands(thousands)
    if power := _POWER.fullmatch(text):
        return _from_power(power)
    if _UUID.fullmatch(text):
        return MeetingId(uuid=text)
    return MeetingId(fault=MANGLED if _TOO_NARROW.fullmatch(text) else BAD)


def restore_id(cell: str, path: str) -> MeetingId:
    """Read the ID in an export of one meeting: a ruin is the number in the file's name, if that rounds to the ruin."""
    found = read_id(cell)
    if found.fault == MANGLED and (named := number_in_name(path)) and _rounds_to(named, cell):
        return MeetingId(number=named)
    return found


def number_in_name(path: str) -> str | None:
    """Return the one meeting number in the name of a file, None if there is none or more than one."""
    name = re.split(r"[/\\]", path)[-1].translate(_NARROW)
    grouped = (re.sub(r"[^0-9]", "", match[0]) for match in _GROUPS.finditer(name))
    found = {*_RUN.findall(name), *grouped}
    return found.pop() if len(found) == 1 else None


def check_id(cell: str, faults: Faults) -> MeetingId:
    """Read a meeting number or uuid, and report what is neither."""
    found = read_id(cell)
    hint = "Export again and do not save the file with a spreadsheet program: the digits are gone from this row."
    _report(found, cell, hint, faults)
    return found


def check_only_id(cell: str, faults: Faults) -> MeetingId:
    """Do as `check_id` for the ID in an export of one meeting, which the name of the file may complete."""
    found = restore_id(cell, faults.path)
    named = number_in_name(faults.path)
    hint = f"What is left does not prove {named}, the number in the name of the file: type the ID in, or export again."
    if named is None:
        hint = "Give the file a name with the number of its meeting and no other, such as participants_85200000001.csv"
    _report(found, cell, hint, faults)
    return found


def _report(found: MeetingId, cell: str, hint: str, faults: Faults) -> None:
    if found.fault == MANGLED:
        faults.error(MANGLED, f"the meeting ID {show(cell)} has lost digits", hint)
    elif found.fault:
        faults.error(BAD, f"{show(cell)} is not a meeting ID", "A meeting ID has 9, 10 or 11 digits.")


def _plain(cell: str) -> str:
    text = (cell if cell.isascii() else cell.translate(_NARROW)).strip()
    protected = _PROTECTED.fullmatch(text)
    return protected[protected.lastindex or 0].strip() if protected else text


def _from_thousands(match: re.Match[str]) -> MeetingId:
    digits = re.sub(r"[^0-9]", "", match[1])
    if _NUMBER.fullmatch(digits) and not _is_address(match[0]):
        return MeetingId(number=digits)
    return MeetingId(fault=BAD)


def _is_address(text: str) -> bool:
    """Tell whether it could as well be the address of a machine, such as 10.168.100.200."""
    parts = text.split(".")
    return len(parts) == 4 and all(part in _OCTETS for part in parts)


def _from_power(match: re.Match[str]) -> MeetingId:
    """8.0000000304E+10 has all its eleven digits; 8.52185E+10 has six, and the rest is gone."""
    digits, lost = _scaled(match)
    if lost > 0:
        return MeetingId(fault=MANGLED)
    whole = len(digits) + lost
    sound = _NUMBER.fullmatch(digits[:whole]) and not digits[whole:].strip("0")
    return MeetingId(number=digits[:whole]) if sound else MeetingId(fault=BAD)


def _rounds_to(number: str, ruin: str) -> bool:
    power = _POWER.fullmatch(_plain(ruin))
    if power is None:
        return False
    digits, lost = _scaled(power)
    value = int(number)
    unit: int = 10 ** max(0, len(str(value)) - len(digits))
    # Spreadsheets round a half up. 99999999999 becomes 1E+11, so that it is not the digits that can be compared.
    rounded = (value + unit // 2) // unit * unit
    return rounded == int(digits + "0" * lost)


def _scaled(match: re.Match[str]) -> tuple[str, int]:
    """Return digits and an exponent: 8.52185E+10 is 852185 and 5."""
    whole, fraction, exponent = match[1], match[2] or "", int(match[3])
    return whole + fraction, exponent - len(fraction)
