"""How many requests a server gets at once: fewer when it says that it is too much, slowly more again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition
from time import monotonic

_MORE = 0.1


class Stopped(Exception):
    """Whoever waited need not go on: the program is about to end."""


class Throttle:
    """Gives turns to threads, at most `most` at once. All waiting ends at once with `stop`."""

    def __init__(self, most: int, clock: Callable[[], float] = monotonic) -> None:
        self._most = self._limit = float(most)
        self._clock = clock
        self._active = 0
        self._free_from = 0.0
        self._stopped = False
        self._changed = Condition()

    @property
    def limit(self) -> int:
        """How many may go at once now."""
        return int(self._limit)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn and have it. Raises Stopped."""
        with self._changed:
            while not self._stopped and (self._rest() > 0 or self._active >= self.limit):
                self._changed.wait(self._rest() or None)
            self._go_on()
            self._active += 1
        try:
            yield
        finally:
            with self._changed:
                self._active -= 1
                self._changed.notify_all()

    def succeeded(self) -> None:
        """Note that the server answered; after ten answers for each turn there is one turn more."""
        with self._changed:
            self._limit = min(self._most, self._limit + _MORE / self._limit)
            self._changed.notify_all()

    def refused(self, pause: float) -> None:
        """Note that the server had too much to do: halve the turns, and let nobody begin within `pause` seconds."""
        with self._changed:
            # The others that were under way are refused too: that is the same news.
            if self._rest() <= 0:
                self._limit = max(1.0, self._limit / 2)
            self._free_from = max(self._free_from, self._clock() + pause)

    def sleep(self, seconds: float) -> None:
        """Wait without a turn. Raises Stopped."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopped, seconds)
            self._go_on()

    def stop(self) -> None:
        """Let nobody have a turn any more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _rest(self) -> float:
        return max(0.0, self._free_from - self._clock())

    def _go_on(self) -> None:
        if self._stopped:
            raise Stopped
