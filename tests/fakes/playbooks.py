"""A runner that runs nothing and tells what it was given to tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from migrate.core.playbook import Ended, Event, Invocation, PlaybookRunner


class FakeRunner(PlaybookRunner):
    """For each invocation in turn it tells some events and ends so."""

    def __init__(self, *runs: tuple[Sequence[Event], Ended]) -> None:
        self._runs = iter(runs)
        self.invocations: list[Invocation] = []

    def run(self, invocation: Invocation, tell: Callable[[Event], None]) -> Ended:
        """Tell the events of the next run."""
        self.invocations.append(invocation)
        events, ended = next(self._runs)
        for event in events:
            tell(event)
        return ended
