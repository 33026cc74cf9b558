"""The dates that files speak for: what is known of them and listed no more is gone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Self

from migrate.core.ports import Window


@dataclass(frozen=True, slots=True)
class Coverage:
    """The windows of files, without what is before `since`; none at all: no date is gone."""

    windows: Sequence[Window] = ()
    since: date = date.min

    @classmethod
    def of(cls, windows: Iterable[Window], since: date) -> Self:
        """Leave out what is before `since` where the files were made."""
        left = (replace(window, first=max(window.first, since)) for window in windows if window.last >= since)
        return cls(tuple(left), since)

    def covers(self, moment: datetime) -> bool:
        """Tell whether a file speaks for the moment. One before `since` where the meeting is was left out of it."""
        return moment.date() >= self.since and any(window.covers(moment) for window in self.windows)

    def ends(self) -> list[datetime]:
        """Return the last moment of each window."""
        return [datetime.combine(window.last, time.max, window.zone) for window in self.windows]
