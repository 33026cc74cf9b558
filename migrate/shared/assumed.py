"""What is assumed where a row says nothing, and which lengths of a meeting are believed."""

from __future__ import annotations

from migrate.shared.faults import Faults, show

NO_TOPIC = "Zoom meeting"
"""What a meeting without a topic is called."""


def assumed_length(minutes: int) -> str:
    """Return the assumption to note on a meeting whose length no file tells."""
    return f"lasts {minutes} minutes, as the file has no duration"


def check_minutes(cell: str, minutes: int | None, longest: int, faults: Faults) -> int | None:
    """Return the minutes that were read from a cell, and report them if no meeting is that long, or none."""
    if minutes is None or not 0 < minutes <= longest:
        hint = f"Write whole minutes from 1 to {longest}, or leave it out for --default-duration."
        faults.error("bad-duration", f"{show(cell)} gives no possible duration", hint)
    return minutes
