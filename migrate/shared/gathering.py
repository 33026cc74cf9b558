"""One error of several that came at the same time."""

from __future__ import annotations

from collections.abc import Mapping

from migrate.core.errors import MigrateError, TargetError, TryLaterError


def gathered(faults: Mapping[str, MigrateError], one: str, several: str, done: str) -> MigrateError:
    """Return one error of those of all places, by name: worth another try only if each of them is.

    `one`, `several`: what a place is called ("a calendar"). `done`: what cannot be done with it.
    """
    kind = TryLaterError if all(isinstance(fault, TryLaterError) for fault in faults.values()) else TargetError
    first = next(iter(faults.values()))
    if len(faults) == 1:
        return kind(f"{one} cannot be {done}: {first.message}", hint=first.hint, details=first.details)
    if len({fault.message for fault in faults.values()}) == 1:
        return kind(f"{len(faults)} {several} cannot be {done}: {first.message}", hint=first.hint, details=[*faults])
    details = [f"{name}: {fault.message}" for name, fault in faults.items()]
    return kind(f"{len(faults)} {several} cannot be {done}", hint=first.hint, details=details)
