"""Which runs wrote what: only the newest that is not undone can be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from migrate.core.journal import RoomStep, Run, Step


def writers(steps: Iterable[Step | RoomStep], runs: Iterable[Run]) -> dict[str, list[str]]:
    """Return the runs that wrote each key, oldest first, without those that were undone.

    `steps` are all that are done, in their order.
    """
    undos = {run.id for run in runs if run.command == "undo"}
    found: dict[str, list[str]] = defaultdict(list)
    for step in steps:
        if step.run in undos:
            # What was put back only in part is not undone yet.
            if not step.reason:
                found[step.key].pop()
        elif step.run not in found[step.key][-1:]:
            found[step.key].append(step.run)
    return found
