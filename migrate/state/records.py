"""Bindings and records of rooms as JSON and back: how the journal keeps and exports them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import orjson

from migrate.core.features import Loss
from migrate.core.journal import Binding, RoomRecord
from migrate.core.rooms import Room


def binding_to_json(binding: Binding) -> dict[str, Any]:
    """Return a binding as plain JSON values; the meeting stays text, because texts are what is compared."""
    return {
        "key": binding.key,
        "meeting": binding.meeting,
        "room": _room_to_json(binding.room),
        "collection": binding.collection,
        "uids": list(binding.uids),
        "fingerprint": binding.fingerprint,
        "sequence": binding.sequence,
        "run": binding.run,
    }


def binding_from_json(value: Mapping[str, Any]) -> Binding:
    """Return the binding of `binding_to_json`. Raises KeyError or TypeError if it is not one."""
    return Binding(
        key=value["key"],
        meeting=value["meeting"],
        room=_room_from_json(value["room"]),
        collection=value["collection"],
        uids=tuple(value["uids"]),
        fingerprint=value["fingerprint"],
        sequence=value["sequence"],
        run=value["run"],
    )


def dump_binding(binding: Binding | None) -> str | None:
    """Return a binding as text; none stays none."""
    return orjson.dumps(binding_to_json(binding)).decode() if binding else None


def load_binding(text: str | None) -> Binding | None:
    """Return the binding of `dump_binding`. Raises KeyError, TypeError or ValueError if it is not one."""
    return None if text is None else binding_from_json(orjson.loads(text))


def record_to_json(record: RoomRecord) -> dict[str, Any]:
    """Return the record of a room as plain JSON values."""
    return {
        "key": record.key,
        "room": _room_to_json(record.room),
        "owner": record.owner,
        "asked": dict(record.asked),
        "found": dict(record.found),
        "run": record.run,
        "losses": [asdict(loss) for loss in record.losses],
    }


def record_from_json(value: Mapping[str, Any]) -> RoomRecord:
    """Return the record of `record_to_json`. Raises KeyError or TypeError if it is not one."""
    room = _room_from_json(value["room"])
    losses = tuple(Loss(**loss) for loss in value["losses"])
    return RoomRecord(value["key"], room, value["owner"], value["asked"], value["found"], value["run"], losses)


def dump_record(record: RoomRecord | None) -> str | None:
    """Return a record as text; none stays none."""
    return orjson.dumps(record_to_json(record)).decode() if record else None


def load_record(text: str | None) -> RoomRecord | None:
    """Return the record of `dump_record`. Raises KeyError, TypeError or ValueError if it is not one."""
    return None if text is None else record_from_json(orjson.loads(text))


def _room_to_json(room: Room) -> dict[str, str]:
    return {"name": room.name, "url": room.url}


def _room_from_json(value: Mapping[str, str]) -> Room:
    return Room(value["name"], value["url"])
