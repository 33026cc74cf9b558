"""Time zones by name, and wall-clock times in them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from migrate.core.errors import UsageError

NONEXISTENT = "nonexistent-time"
AMBIGUOUS = "ambiguous-time"

# Names in Zoom's own list that are not IANA's.
_ZOOM_NAMES = {"sst": "Pacific/Guadalcanal"}
_NOT_A_PLACE = {"Factory"}
_LONGEST_NAME = 60


@lru_cache(maxsize=1024)
def find_zone(name: str) -> ZoneInfo | None:
    """Return the zone of an IANA name or of one of Zoom's own, whatever its case; None if there is none."""
    key = name.strip().casefold()
    known = _ZOOM_NAMES.get(key) or _names().get(key)
    return ZoneInfo(known) if known else None


def require_zone(name: str) -> ZoneInfo:
    """Return the zone of a name that a user gave; raise UsageError with names that are like it."""
    zone = find_zone(name)
    if zone is None:
        raise UsageError(f"--timezone {name}: there is no such time zone", hint=did_you_mean(name))
    return zone


def did_you_mean(name: str) -> str:
    """Return a hint that names the zones most like this one."""
    wanted = name.strip().casefold()[:_LONGEST_NAME].replace(" ", "_")
    names = _names()
    cities = [key for key in names if key.rpartition("/")[2] == wanted]
    close = cities or get_close_matches(wanted, names, n=3)
    if not close:
        return "Write it as in the IANA list, for instance Europe/Berlin or America/New_York."
    return f"Did you mean {' or '.join(names[key] for key in close[:3])}?"


@lru_cache(maxsize=1 << 15)
def local(naive: datetime, zone: ZoneInfo) -> tuple[datetime, str]:
    """Return the wall-clock time in the zone, and a problem code if the clock skips it or shows it twice.

    A time shown twice is taken as the first one.
    """
    aware = naive.replace(tzinfo=zone)
    before, after = aware.utcoffset(), aware.replace(fold=1).utcoffset()
    if before == after or before is None or after is None:
        return aware, ""
    # Where clocks go forward the offset grows, and the time in between is none.
    return aware, NONEXISTENT if before < after else AMBIGUOUS


@cache
def _names() -> Mapping[str, str]:
    # The list of the tzdata package, not of the machine: the same names everywhere, and no walk through its files.
    names = files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    return {name.casefold(): name for name in sorted(names) if name not in _NOT_A_PLACE}
