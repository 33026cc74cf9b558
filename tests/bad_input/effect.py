"""What a mutation may change, so that everything else can be held to stay as it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.bad_input.sheet import Row

HOST, TOPIC, MINUTES = "host", "topic", "minutes"
DATE_ORDER = "--date-order"
"""Words of the message of a file in which no date proves the order of day and month."""


def family(key: str) -> str:
    """Return what is common to the keys of one personal room; other keys are alone."""
    return key.partition("#")[0] if key.startswith("number:") else key


@dataclass(frozen=True)
class Effect:
    """What a mutation may change.

    `touched` are families of meetings, `everything` means all of them; `forgets` are properties that no meeting keeps.
    `refusals` are words of messages with which the file may be refused, `refused` says that it must be. `same`: the
    plan is the same but for facts of the file. `counts` says how exactly the counts of rows change, where that is
    known. `codes`: the problem of `row` has one of these codes.
    """

    touched: frozenset[str] = frozenset()
    everything: bool = False
    forgets: frozenset[str] = frozenset()
    refusals: tuple[str, ...] = ()
    refused: bool = False
    same: bool = False
    counts: Mapping[str, int] | None = None
    codes: frozenset[str] = frozenset()
    row: Row | None = field(default=None, compare=False)

    def touches(self, key: str) -> bool:
        return self.everything or family(key) in self.touched


def then(first: Effect, second: Effect) -> Effect:
    """Return the effect of two mutations: what both promise."""
    return Effect(
        touched=first.touched | second.touched,
        everything=first.everything or second.everything,
        forgets=first.forgets | second.forgets,
        refusals=(*first.refusals, *second.refusals),
        # The second mutation may mend what the first one spoilt.
        refused=False,
        same=first.same and second.same,
    )


def touching(*rows: Row, refusals: Iterable[str] = (), codes: Iterable[str] = ()) -> Effect:
    """Return the effect of a change to rows, after which nobody can say when they start."""
    for row in rows:
        row.start = None
    touched = frozenset(key for row in rows for key in (family(row.key), row.twin) if key)
    return Effect(touched, refusals=tuple(refusals), codes=frozenset(codes), row=rows[0] if rows else None)


SAME = Effect(same=True)
EVERYTHING = Effect(everything=True)


def refused(*words: str) -> Effect:
    """Return the effect of what makes a file unreadable: it is refused with one of these words, or any."""
    return Effect(everything=True, refusals=words or ("",), refused=True)
