"""Five thousand spoilt files, the same ones every time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random

from tests.bad_input.bases import bases
from tests.bad_input.cells import CELLS
from tests.bad_input.columns import COLUMNS
from tests.bad_input.dates import DATES
from tests.bad_input.effect import Effect, then
from tests.bad_input.files import FILES
from tests.bad_input.rows import ROWS
from tests.bad_input.sheet import Sheet, UnsuitedError

NUMBER = 5000
SEED = "bad input 1"

Mutation = Callable[[Sheet, Random], Effect]
MUTATIONS: tuple[Mutation, ...] = (*CELLS, *DATES, *ROWS, *COLUMNS, *FILES)

# The examples of a whole month take as long as ten small files.
_WEIGHTS = {"upcoming_events_20270301_20270331": 0.15, "upcoming_events_20270401_20270430": 0.15, "schedule": 3}


@dataclass(frozen=True)
class Case:
    """One file: what it was, what was done to it, and what that may change."""

    number: int
    base: Sheet
    spoilt: Sheet
    data: bytes
    effect: Effect
    mutations: tuple[str, ...]

    @property
    def is_single(self) -> bool:
        return len(self.mutations) == 1

    def __str__(self) -> str:
        return f"case {self.number} of seed {SEED!r}: {self.base.name}, {', then '.join(self.mutations)}"


def case(number: int) -> Case:
    """Return the case of a number: one mutation of a base, and in every third case another one on top."""
    rng = Random(f"{SEED}, {number}")
    while True:
        mutations = rng.sample(MUTATIONS, 2 if number % 3 == 0 else 1)
        # Rows and columns first: what a whole file is written like comes at the end.
        mutations.sort(key=lambda mutation: mutation in FILES)
        for base in rng.choices(bases(), [_WEIGHTS.get(base.name, 1) for base in bases()], k=10):
            with suppress(UnsuitedError, UnicodeEncodeError):
                return _case(number, base, mutations, rng)


def _case(number: int, base: Sheet, mutations: Sequence[Mutation], rng: Random) -> Case:
    spoilt = base.copy()
    effects = [mutation(spoilt, rng) for mutation in mutations]
    effect = effects[0] if len(effects) == 1 else then(*effects)
    return Case(number, base, spoilt, spoilt.data(), effect, tuple(mutation.__name__ for mutation in mutations))
