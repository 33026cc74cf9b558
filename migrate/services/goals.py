"""What is there when a step is done, and what it means if something else is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from migrate.core.journal import Binding, Outcome, Step, StepState
from migrate.services.events import Found, Place


@dataclass(frozen=True, slots=True)
class Goal:
    """What is there when a step is done: this event at `there`, and nothing else of what was at `old`.

    `before`: the events that were there before, by UID; `event`: those that shall be there. `writes`: the step writes
    something; else it takes over what is there. `atomic`: all of it is written, or nothing.
    """

    there: Place | None
    event: Mapping[str, str]
    old: Place | None
    before: Mapping[str, str]
    writes: bool
    atomic: bool

    @property
    def moves(self) -> bool:
        """Tell whether the event goes from one collection to another."""
        return bool(self.old and self.there and self.old.collection != self.there.collection)

    @property
    def cleared(self) -> Place | None:
        """Where nothing may be left."""
        return self.old.without(self.there) if self.old else None

    def outcome(self, step: Step, new: Found, old: Found, reason: str) -> Outcome:
        """Tell how a step ended by what is there, at `there` and where nothing may be left; `reason`: why if not well.

        Where only a part was written, that part is known from now on, and so can be completed or undone.
        """
        found = new.parts if self.moves else {**new.parts, **old.parts}
        now = self._now(found)
        if not self.writes or (now == self.event and not (self.moves and old.fingerprint)):
            return Outcome(step.id, StepState.DONE)
        if self.moves or now == self.before:
            return Outcome(step.id, StepState.FAILED, reason)
        return Outcome(step.id, StepState.DONE, reason, _partly(step, now))

    def copies(self, new: Found, old: Found) -> tuple[Place, ...]:
        """Return which of two places may lose the event, if it is in both, the better one first.

        What is whole in the new place has only to leave the old one: so it is not created again. A place where people
        changed it loses nothing.
        """
        if not (self.moves and self.there and self.old and new.fingerprint and old.fingerprint):
            return ()
        unchanged = new.parts.items() <= self.event.items()
        leaves = old.parts.items() <= self.before.items() if new.parts == self.event else old.parts == self.before
        first = self.old if leaves and (not unchanged or new.parts == self.event) else None
        return tuple(place for place in (first, self.there if unchanged else None) if place)

    def _now(self, found: Mapping[str, str]) -> dict[str, str]:
        """Return the events by UID, each as it shall be if it was written, else as it was before.

        What nobody had before was written, even if somebody changed it since: that change is theirs, as any other.
        """
        before: Mapping[str, str] = {} if self.moves else self.before
        if self.atomic and any(uid not in before or before[uid] != found[uid] == self.event.get(uid) for uid in found):
            return dict(self.event)
        now = {}
        for uid in (*self.event, *(uid for uid in before if uid not in self.event)):
            written = found.get(uid) == self.event.get(uid) or (uid in found and uid not in before)
            state = self.event if written else before
            if uid in state:
                now[uid] = state[uid]
        return now


def _partly(step: Step, now: Mapping[str, str]) -> Binding | None:
    """Return what is known of a key of which a part was written: the meeting as it was, so that it is written again."""
    known = step.before or step.after
    place = step.after or step.before
    if known is None or place is None:
        return None
    uids = tuple(now)
    return replace(known, collection=place.collection, uids=uids, fingerprint="+".join(now.values()), run=step.run)
