"""The rooms of a plan: which room each meeting has, and what the target should make of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from migrate.core.journal import RoomRecord
from migrate.core.meeting import Kind, Meeting
from migrate.core.naming import room_key
from migrate.core.rooms import Room, RoomFound, RoomPlan, Target


@dataclass(frozen=True, slots=True)
class Planned:
    """The room of a key in a plan. `changed`: apply will write it; `gone`: it was made, and people deleted it."""

    room: Room
    plan: RoomPlan | None = None
    changed: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Tenants:
    """Gives every key its room: the one it ever had, else a new one whose name nobody has.

    `known` are the rooms ever given and `made` the records of those that were made, by keys of rooms; to those in
    `linked` meetings lead. Of these one that people deleted is made again only with `take_export`.
    """

    target: Target
    known: Mapping[str, Room]
    made: Mapping[str, RoomRecord]
    linked: Collection[str]
    take_export: bool = False

    def plan(self, meetings: Mapping[str, Meeting]) -> dict[str, Planned]:
        """Return the room of each key; `meetings` are as the target keeps them. Looks at all rooms that are made."""
        # Of several meetings in one room, its own row tells of it, else the first.
        told = {room_key(key): meeting for key, meeting in reversed(list(meetings.items()))} | dict(meetings)
        named = self._named(meetings)
        plans = {
            key: plan for key, room in named.items() if (plan := self._plan(key, room, told[key], own=key in meetings))
        }
        wanted: dict[str, set[Room]] = defaultdict(set)
        for key, plan in plans.items():
            wanted[plan.owner].add(named[key])
        found = self.target.look(wanted) if wanted else {}
        rooms = {key: self._planned(key, room, plans.get(key), found) for key, room in named.items()}
        return {key: rooms[room_key(key)] for key in meetings}

    def _named(self, meetings: Mapping[str, Meeting]) -> dict[str, Room]:
        rooms: dict[str, Room] = {}
        taken = {room.name for room in self.known.values()}
        for key, meeting in meetings.items():
            shared = room_key(key)
            if shared not in rooms and shared in self.known:
                rooms[shared] = self.target.locate(self.known[shared])
            elif shared not in rooms:
                rooms[shared] = self.target.propose(shared, meeting, taken)
                taken.add(rooms[shared].name)
        return rooms

    def _plan(self, key: str, room: Room, meeting: Meeting, *, own: bool) -> RoomPlan | None:
        record = self.made.get(key)
        plan = self.target.plan(room, meeting if own else _stand_in(meeting), record.owner if record else "")
        if plan and record and not own:
            # What its own row asked for is still asked for; of a room that is made in part that is not all.
            return replace(plan, traits={**plan.traits, **record.asked})
        return plan

    def _planned(self, key: str, room: Room, plan: RoomPlan | None, found: Mapping[str, RoomFound]) -> Planned:
        if plan is None:
            return Planned(room)
        record, there = self.made.get(key), found.get(room.name)
        if there is None and record and key in self.linked and not self.take_export:
            return Planned(room, plan, gone=True)
        unchanged = record and there and (record.asked, record.room) == (plan.traits, there.room)
        return Planned(there.room if there else Room(room.name, ""), plan, changed=not unchanged)


def _stand_in(meeting: Meeting) -> Meeting:
    """Return what stands for a personal room of which only a meeting in it is known."""
    host = meeting.host
    return Meeting(host.name or meeting.topic, Kind.ROOM, meeting.number, host=host, timezone=meeting.timezone)
