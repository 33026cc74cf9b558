"""Bindings as JSON and back: how the journal keeps and exports them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from migrate.core.journal import Binding
from migrate.core.rooms import Room


def binding_to_json(binding: Binding) -> dict[str, Any]:
    """Return a binding as plain JSON values; the meeting stays text, because texts are what is compared."""
    return {
        "key": binding.key,
        "meeting": binding.meeting,
        "room": {"name": binding.room.name, "url": binding.room.url},
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
        room=Room(value["room"]["name"], value["room"]["url"]),
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
