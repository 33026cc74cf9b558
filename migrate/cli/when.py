"""Dates and series in words."""

from __future__ import annotations

from datetime import datetime

from migrate.core.meeting import Kind, Meeting

_DAYS = {"MO": "Mon", "TU": "Tue", "WE": "Wed", "TH": "Thu", "FR": "Fri", "SA": "Sat", "SU": "Sun"}
_UNITS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
MOST_DAYS = 2  # more in a row are told as first to last
_NTH = {"1": "first", "2": "second", "3": "third", "4": "fourth", "5": "fifth", "-1": "last"}


def when(meeting: Meeting) -> str:
    """Tell the dates of a meeting in a few words, such as "Mon 1 Mar 2027 09:00, every week, 6 times"."""
    if meeting.start is None:
        return "always open" if meeting.kind is Kind.ROOM else "no date"
    parts = [moment(meeting.start)]
    if meeting.rrule:
        parts += rule(meeting.rrule)
    changes = len(meeting.overrides)
    if meeting.exdates:
        parts.append(f"without {len(meeting.exdates)}")
    if changes:
        parts.append(f"{changes} changed")
    if meeting.singles:
        parts.append(f"and {len(meeting.singles)} more {'date' if len(meeting.singles) == 1 else 'dates'}")
    return ", ".join(parts)


def moment(start: datetime) -> str:
    """Write a date and time the same way in every locale."""
    return f"{start:%a} {start.day} {start:%b %Y %H:%M}"


def rule(text: str) -> list[str]:
    """Tell an RRULE in words: how often, on which days, how many times."""
    parts = dict(part.split("=", 1) for part in text.split(";") if "=" in part)
    interval, unit = int(parts.get("INTERVAL", "1")), _UNITS.get(parts.get("FREQ", ""), "")
    words = f"every {unit}" if interval == 1 else f"every {interval} {unit}s"
    if "BYDAY" in parts:
        words += f" on {_days(parts['BYDAY'].split(','))}"
    if "BYMONTHDAY" in parts:
        words += f" on day {parts['BYMONTHDAY']}"
    end = (
        [f"{parts['COUNT']} times"] if "COUNT" in parts else ["until " + parts["UNTIL"][:8]] if "UNTIL" in parts else []
    )
    return [words, *end]


def _days(codes: list[str]) -> str:
    positions = [list(_DAYS).index(code) if code in _DAYS else -9 for code in codes]
    if len(codes) > MOST_DAYS and positions == list(range(positions[0], positions[0] + len(codes))):
        return f"{_day(codes[0])} to {_day(codes[-1])}"
    *names, last = map(_day, codes)
    return f"{', '.join(names)} and {last}" if names else last


def _day(code: str) -> str:
    name = _DAYS.get(code[-2:], code)
    return f"the {_NTH.get(code[:-2], code[:-2] + '.')} {name}" if code[:-2] else name
