"""Three sides compared: what the export wants, what the journal wrote, what is there now."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from migrate.core.document import load_meeting
from migrate.core.journal import Binding, Snapshot
from migrate.core.meeting import Meeting
from migrate.core.naming import aliases_of, personal_base, room_key
from migrate.core.plan import Action


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


def decide(
    *, changed: bool, moved: bool, binding: Binding | None, live: Live, wanted: Callable[[], str], take_export: bool
) -> Verdict:
    """Decide about a meeting that the export holds.

    `changed`: the export differs from the journal. `moved`: so does the collection. `wanted` returns the fingerprint of
    the event as it would be written (asked only where it matters). `take_export`: the export wins where people changed
    the event too.
    """
    if binding is None:
        return _unknown(live, wanted, take_export=take_export)
    if live.fingerprint == binding.fingerprint:
        return Verdict(Action.UPDATE) if changed else Verdict(Action.KEEP)
    if not live.exists and take_export:
        return Verdict(Action.CREATE, "its calendar was removed; it is written again (--take zoom)")
    if not changed:
        return Verdict(Action.KEEP, _left_as(live))
    if live.fingerprint and live.fingerprint == wanted():
        # What is taken over stays where it is; an event of another host has to go there.
        why = "people already made this change in the calendar"
        return Verdict(Action.UPDATE if moved else Action.ADOPT, why)
    if take_export:
        return Verdict(Action.UPDATE, "changed by people too; the export wins (--take zoom)")
    return Verdict(Action.CONFLICT, "changed in the export and in the calendar; untouched without --take zoom")


def decide_foreign(*, changed: bool, live: Live, **_: object) -> Verdict:
    """Decide about a meeting whose event is somebody else's: it is never written."""
    if not live.fingerprint:
        return Verdict(Action.KEEP, "somebody's own event told of it, and was deleted by people")
    if changed:
        return Verdict(Action.KEEP, "the export changed, but the event is somebody's own: change it by hand")
    return Verdict(Action.KEEP)


def decide_vanished(binding: Binding, live: Live, *, prune: bool) -> Verdict:
    """Decide about a journalled meeting that the export should hold, by its dates, and does not."""
    if not prune:
        return Verdict(Action.KEEP, "no longer in the export; --prune removes it")
    if live.fingerprint and live.fingerprint != binding.fingerprint:
        return Verdict(Action.CONFLICT, "no longer in the export, but people changed the event")
    return Verdict(Action.DELETE, "no longer in the export")


def _left_as(live: Live) -> str:
    if not live.exists:
        return "its calendar was removed; --take zoom writes it again"
    what = "changed" if live.fingerprint else "deleted"
    return f"{what} in the calendar by people; their change stays"


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

    One export may have meeting numbers and another none, and a meeting in a personal room may have moved to another
    pattern. What an earlier plan found out stays so; else only where one journalled key is possible, and nobody else
    claims it.
    """
    known = snapshot.bindings.keys() | snapshot.rooms.keys()
    new = {key: meeting for key, meeting in meetings.items() if key not in known}
    free = frozenset(known - meetings.keys())
    if not (new and free):
        return {}
    sure = _sole({key: {snapshot.aliases[key]} & free for key in new if key in snapshot.aliases})
    rest = {key: meeting for key, meeting in new.items() if key not in sure}
    free = free.difference(sure.values())
    weaker = _weaker_names(free, snapshot) if any(not key.startswith("number:") for key in rest) else {}
    patterns = _patterns(free)
    claims = {}
    for key, meeting in rest.items():
        names = {snapshot.aliases.get(name, name) for name in aliases_of(meeting)} & free
        claims[key] = names | weaker.get(key, set()) or patterns.get(personal_base(key), set())
    return sure | _sole(claims)


def _sole(claims: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Return the claims of those who can only mean one, where nobody else can mean that one."""
    claimants = Counter(name for names in claims.values() for name in names)
    return {key: name for key, names in claims.items() if len(names) == 1 for name in names if claimants[name] == 1}


def _weaker_names(keys: frozenset[str], snapshot: Snapshot) -> dict[str, set[str]]:
    """Return the keys that an export with less in it would know by each name."""
    named: dict[str, set[str]] = defaultdict(set)
    for key in keys & snapshot.bindings.keys():
        for name in aliases_of(load_meeting(snapshot.bindings[key].meeting)):
            named[name].add(key)
    return named


def _patterns(keys: Collection[str]) -> dict[str, set[str]]:
    """Return the meetings in personal rooms by topic."""
    grouped: dict[str, set[str]] = defaultdict(set)
    for key in keys:
        if room_key(key) != key:
            grouped[personal_base(key)].add(key)
    return grouped
