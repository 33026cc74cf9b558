"""Who hosts meetings and takes part: hosts.csv learns it from the files, and says whom they do not tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from migrate.core.meeting import Person
from migrate.core.merge import place
from migrate.core.plan import Input
from migrate.core.problem import Problem, Severity
from migrate.core.rooms import Target
from migrate.shared.hosts import HostBook


def learn(book: HostBook, inputs: Iterable[Input]) -> int:
    """Add everybody whom the files name, and report hosts whose name several people have; return how many are new."""
    inputs = list(inputs)
    hosts = (meeting.host for source in inputs for meeting in source.reading.meetings)
    users = (person for source in inputs for person in source.reading.people)
    added = book.add([*users, *hosts])
    for source in inputs:
        source.reading.problems.extend(_unclear(book, source))
    return added


def identify(book: HostBook, inputs: Iterable[Input], target: Target) -> Callable[[Person], Person]:
    """Look up the accounts of all whom the files name and hosts.csv does not know to have one; complete its rows.

    Return what completes a person, by hosts.csv and by what was found.
    """
    people = {book.join(person) for source in inputs for person in _everybody(source)}
    unknown = [person for person in people if person.email and not person.account]
    found = {person.email.casefold(): account for person, account in target.identify(unknown).items()}
    book.give_accounts(found)

    def join(person: Person) -> Person:
        known = book.join(person)
        return replace(known, account=known.account or found.get(known.email.casefold(), ""))

    return join


def _everybody(source: Input) -> Iterator[Person]:
    for meeting in source.reading.meetings:
        yield from (meeting.host, *meeting.alternative_hosts, *meeting.attendees)


def _unclear(book: HostBook, source: Input) -> Iterator[Problem]:
    told: set[str] = set()
    for meeting in source.reading.meetings:
        if meeting.host.email or meeting.host.name in told:
            continue
        told.add(meeting.host.name)
        if addresses := book.namesakes(meeting.host):
            yield Problem(
                "namesakes",
                Severity.WARNING,
                f"the host {meeting.host.name} can be {' or '.join(filter(None, addresses))}; "
                "the meetings of this name are given to neither",
                *place(meeting),
                "Write the address into a schedule CSV, or export with a column of host addresses.",
            )
