"""Time zones by name, and wall-clock times in them.

IANA's names are those of the tzdata package. What Zoom calls its zones on pages and in invitations, in several
languages, is rows of data/zones.tsv; a name that has several rows there does not tell which zone is meant.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from migrate.core.errors import UsageError
from migrate.shared.resources import data_rows

NONEXISTENT = "nonexistent-time"
AMBIGUOUS = "ambiguous-time"

_NOT_A_PLACE = {"Factory"}
_LONGEST_NAME = 100
_LONGEST_ABBREVIATION = 4
# What Zoom writes between the cities of a name changes with the language, and America/Los_Angeles
# becomes "America, Los_Angeles" in its invitations.
_BETWEEN = re.compile(r"[\s,、_/()]+")
_COMMA = re.compile(r"[,、]")
# "(GMT+1:00) " stands before the names on Zoom's pages.
_OFFSET = re.compile(r"\((?:gmt|utc)(?:([+\-\u2212])(\d{1,2}):?(\d\d)?)?\)(.+)", re.ASCII | re.IGNORECASE | re.DOTALL)
_ONLY_OFFSET = re.compile(r"\(?(?:gmt|utc)?\s*[+\-\u2212]\s*\d")
# Zoom's years: an offset before a name may be older than the rules of today, as in "(GMT+6:00) Almaty".
_YEARS = range(2012, 2038)
_EXAMPLE = "Write it as in the IANA list, for instance Europe/Berlin or America/New_York."


@lru_cache(maxsize=1024)
def find_zone(name: str) -> ZoneInfo | None:
    """Return the zone of an IANA name or of one of Zoom's own, whatever its case; None if there is none, or several.

    Of abbreviations only those that mean one thing are read: UTC and GMT, and what Zoom itself writes, CET and SST.
    EST is in the IANA list as a zone whose clocks never change, and hardly anybody who writes it means that.
    """
    offset, rest = _parts(name)
    zones = _meant(rest)
    if len(zones) != 1:
        return None
    zone = ZoneInfo(zones[0])
    return zone if offset is None or offset in _offsets(zone) else None


def require_zone(name: str) -> ZoneInfo:
    """Return the zone of a name that a user gave; raise UsageError with names that are like it."""
    zone = find_zone(name)
    if zone is None:
        raise UsageError(f"--timezone {name}: there is no such time zone", hint=did_you_mean(name))
    return zone


@lru_cache(maxsize=1024)
def did_you_mean(name: str) -> str:
    """Return a hint for a name that `find_zone` does not read: the zones most like it, or those that it may mean."""
    offset, rest = _parts(name[:_LONGEST_NAME])
    zones = _meant(rest)
    if len(zones) > 1:
        return f"This may be {' or '.join(zones)}: write the one that is meant."
    if zones and offset is not None:
        return f"The clocks of {zones[0]} never show that offset: correct one of the two."
    wanted = _fold(rest)
    if _ONLY_OFFSET.match(wanted):
        return f"An offset does not tell when clocks change. {_EXAMPLE}"
    places = _places()
    alike = dict.fromkeys(zone for key in _alike(wanted, places) for zone in places[key])
    return f"Did you mean {' or '.join(list(alike)[:3])}?" if alike else _EXAMPLE


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


def _parts(name: str) -> tuple[timedelta | None, str]:
    """Return the offset that stands before a name, None without one, and the name."""
    match = _OFFSET.fullmatch(unicodedata.normalize("NFKC", name).strip())
    if match is None:
        return None, name
    sign, hours, minutes, rest = match.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return -offset if sign and sign != "+" else offset, rest


def _alike(wanted: str, names: Collection[str]) -> list[str]:
    if wanted in names:
        return [wanted]
    # What is like three or four letters is chance.
    if len(wanted) <= _LONGEST_ABBREVIATION:
        return []
    begun = [name for name in names if name.startswith(f"{wanted} ")]
    return begun or get_close_matches(wanted, names, n=3, cutoff=0.75)


def _meant(name: str) -> tuple[str, ...]:
    return _zones().get(_fold(name), ()) if len(name) <= _LONGEST_NAME else ()


def _fold(name: str) -> str:
    text = unicodedata.normalize("NFKC", name).casefold().replace("&", " and ")
    return _BETWEEN.sub(" ", text).strip()


@cache
def _offsets(zone: ZoneInfo) -> frozenset[timedelta | None]:
    # Every month, as clocks in Morocco change for Ramadan.
    return frozenset(datetime(year, month, 1, tzinfo=zone).utcoffset() for year in _YEARS for month in range(1, 13))


@cache
def _zones() -> Mapping[str, tuple[str, ...]]:
    """Return folded name -> all zones that it may mean."""
    listed: dict[str, tuple[str, ...]] = {}
    for name, zone, *_ in data_rows("zones.tsv"):
        key = _fold(name)
        listed[key] = (*listed.get(key, ()), zone)
    # Zoom's names go first: that is how EST is kept from being read.
    return {_fold(name): (name,) for name in _iana()} | listed


@cache
def _places() -> Mapping[str, tuple[str, ...]]:
    """Return folded name -> zones to propose, for names and for the cities and regions in them."""
    places = {_fold(name): (name,) for name in _iana() if "/" in name and not name.startswith("Etc/")}
    for (zone,) in list(places.values()):
        city = _fold(zone.rpartition("/")[2])
        places[city] = (*places.get(city, ()), zone)
    for name, zone, *_ in data_rows("zones.tsv"):
        for part in (name, *_COMMA.split(name)):
            places.setdefault(_fold(part), (zone,))
    return places


def _iana() -> list[str]:
    # The list of the tzdata package, not of the machine: the same names everywhere, and no walk through its files.
    names = files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    return [name for name in sorted(names) if name not in _NOT_A_PLACE]
