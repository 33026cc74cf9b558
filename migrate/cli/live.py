"""What happens on each host right now, on standard error, if a person is watching there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from migrate.cli.output import is_watched
from migrate.cli.session import Session
from migrate.cli.text import visible
from migrate.core.playbook import Event, TaskStarted, Tell


@contextmanager
def watched(session: Session, hosts: Iterable[str] = ()) -> Iterator[Tell]:
    """Show a line for each host: what it is at, how much it has done, and for how long."""
    if not is_watched(session):
        yield lambda _event: None
        return
    from migrate.cli.output import host_lines

    with host_lines() as show:
        done: dict[str, int] = {}
        for host in hosts:
            show(host, "begins", 0, False)

        def tell(event: Event) -> None:
            if isinstance(event, TaskStarted):
                show(event.host, visible(event.task), done.setdefault(event.host, 0), False)
            else:
                done[event.host] = done.get(event.host, 0) + 1
                words = event.state.value if event.state.bad else "waits for the others"
                show(event.host, visible(words), done[event.host], event.state.bad)

        yield tell
