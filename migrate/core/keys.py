"""Keys of what is held in a personal room: as the journal has them, else by pattern."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, count

from migrate.core.meeting import Occurrence


class PersonalKeys:
    """Names the meetings of one topic in a personal room.

    `known` is journalled key -> dates, `listed` the instants of all rows. `owner` tells the key that has an instant.
    """

    def __init__(self, base: str, known: Mapping[str, Sequence[Occurrence]], listed: Iterable[float]) -> None:
        self.owner = {date.start.timestamp(): key for key, dates in known.items() for date in dates}
        self._base = base
        self._used: set[str] = set()
        self._listed = {self.owner[instant] for instant in listed if instant in self.owner}

    def of(self, pattern: str, instants: Iterable[float]) -> str:
        """Return the key that has most of the dates; if none has, or it is given away, one by the pattern."""
        owners = Counter(self.owner[instant] for instant in instants if instant in self.owner)
        key = next((owner for owner, _ in owners.most_common() if owner not in self._used), None) or self._new(pattern)
        self._used.add(key)
        return key

    def _new(self, pattern: str) -> str:
        name = f"{self._base}#{pattern}"
        names = chain([name], (f"{name}-{turn}" for turn in count(2)))
        return next(name for name in names if name not in self._used | self._listed)
