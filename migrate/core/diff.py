"""Three sides compared: what the export wants, what the journal wrote, what is there now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from migrate.core.meeting import Meeting
from migrate.core.naming import aliases_of, room_key
from migrate.core.plan import Action
from migrate.core.ports import Binding, Snapshot


@dataclass(frozen=True, slots=True)
class Live:
    """What is there now. `fingerprint` is empty if there is no event, `exists` False if its collection is gone too."""

    fingerprint: str = ""
    exists: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with a key, and why where a person would ask."""

    action: Action
    why: str = ""


def decide(*, changed: bool, binding: Binding | None, live: Live, wanted: Callable[[], str], take_export: bool) -> Verdict:
    """Decide about a meeting that the export holds.

    `changed`: the export differs from the journal. `wanted` returns the fingerprint of the event as it would be
    written (asked only where it matters). `take_export`: the export wins where people changed the event too.
    """
    if binding is None:
        return _unknown(live, wanted, take_export=take_export)
    if live.fingerprint == binding.fingerprint:
        return Verdict(Action.UPDATE) if changed else Verdict(Action.KEEP)
    if not live.exists:
        return Verdict(Action.CREATE, "its calendar was removed since; it is written again")
    if not changed:
        what = "changed" if live.fingerprint else "deleted"
        return Verdict(Action.KEEP, f"{what} in the calendar by people; their change stays")
    if live.fingerprint == wanted():
        return Verdict(Action.ADOPT, "people already made this change in the calendar")
    if take_export:
        return Verdict(Action.UPDATE, "changed by people too; the export wins (--take zoom)")
    return Verdict(Action.CONFLICT, "changed in the export and in the calendar; untouched without --take zoom")


def decide_vanished(binding: Binding, live: Live, *, prune: bool) -> Verdict:
    """Decide about a journalled meeting that the export should hold, by its dates, and does not."""
    if not prune:
        return Verdict(Action.KEEP, "no longer in the export; --prune removes it")
    if live.fingerprint and live.fingerprint != binding.fingerprint:
        return Verdict(Action.CONFLICT, "no longer in the export, but people changed the event")
    return Verdict(Action.DELETE, "no longer in the export")


def _unknown(live: Live, wanted: Callable[[], str], *, take_export: bool) -> Verdict:
    if not live.fingerprint:
        return Verdict(Action.CREATE)
    if live.fingerprint == wanted():
        return Verdict(Action.ADOPT, "the event is there already, as it would be written")
    if take_export:
        return Verdict(Action.UPDATE, "an event of this UID is there; the export wins (--take zoom)")
    return Verdict(Action.CONFLICT, "an event of this UID is there and differs; untouched without --take zoom")


def known_keys(meetings: Mapping[str, Meeting], snapshot: Snapshot) -> dict[str, str]:
    """Find the journalled key for each key of a schedule that the journal knows by another name.

    An earlier export may have had no meeting number (alias), or a meeting in a personal room may have moved to another
    pattern. Only where exactly one journalled key is possible and nobody else claims it.
    """
    free = snapshot.bindings.keys() - meetings.keys()
    if not free:
        return {}
    patterns = _by_base(free)
    claims: dict[str, list[str]] = defaultdict(list)
    for key, meeting in meetings.items():
        candidates = set() if key in snapshot.bindings else _candidates(key, meeting, snapshot, free, patterns)
        if len(candidates) == 1:
            claims[candidates.pop()].append(key)
    return {keys[0]: known for known, keys in claims.items() if len(keys) == 1}


def _candidates(
    key: str, meeting: Meeting, snapshot: Snapshot, free: set[str], patterns: Mapping[str, list[str]]
) -> set[str]:
    names = (key, *aliases_of(meeting)) if "#" not in key else (key,)
    direct = {snapshot.aliases.get(name, name) for name in names} & free
    if direct or "#" not in key:
        return direct
    same = patterns.get(_base(key), [])
    return set(same) if len(same) == 1 else set()


def _base(key: str) -> str:
    # number:N#topic#pattern -> number:N#topic
    return "#".join(key.split("#")[:2])


def _by_base(keys: Collection[str]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = defaultdict(list)
    for key in sorted(keys):
        if room_key(key) != key:
            grouped[_base(key)].append(key)
    return grouped
