"""How Nextcloud slows down who guesses the tokens of rooms. Nobody waits here: what would be waited is announced."""

from __future__ import annotations

from dataclasses import dataclass

from tests.talk.ocs import OcsError, fault

HEADER = "X-Nextcloud-Bruteforce-Throttled"
LONGEST_MS = 25_000
ATTEMPTS = 10


@dataclass
class Throttle:
    """One address and one action, as all tests come from the same. `delay`: of the request that is answered now."""

    attempts: int = 0
    delay: int = 0

    @property
    def next_delay(self) -> int:
        """Milliseconds that the next request would be kept waiting."""
        return min(LONGEST_MS, 100 * 2**self.attempts) if self.attempts else 0

    @property
    def is_full(self) -> bool:
        return self.attempts > ATTEMPTS

    def begin(self) -> None:
        """Keep a look-up waiting, or refuse it."""
        if self.is_full:
            raise OcsError(429, message="Reached maximum delay")
        self.delay = self.next_delay

    def missed(self) -> None:
        """Count a look-up of what is not there. The one too many is not refused but fails."""
        self.attempts += 1
        if self.is_full:
            raise fault()
        self.delay += self.next_delay

    def headers(self) -> dict[str, str]:
        """Return what is said of it, once."""
        told, self.delay = self.delay, 0
        return {HEADER: f"{told}ms"} if told else {}
