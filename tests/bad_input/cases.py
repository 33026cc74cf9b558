"""Five thousand spoilt files of all kinds, the same ones every time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from random import Random

from tests.bad_input.bases import bases
from tests.bad_input.blocks import BLOCKS
from tests.bad_input.cells import CELLS
from tests.bad_input.columns import COLUMNS
from tests.bad_input.dates import DATES
from tests.bad_input.effect import Effect, then
from tests.bad_input.files import FILES
from tests.bad_input.past import pasts
from tests.bad_input.rows import (
    ROWS,
    delete_all_rows_but_a_few,
    put_blank_rows_between,
    repeat_the_header,
    shuffle_rows,
)
from tests.bad_input.sheet import Sheet, UnsuitedError
from tests.bad_input.unfit import unfit
from tests.bad_input.user_lists import user_lists

NUMBER = 5000
SEED = "bad input 2"

Mutation = Callable[[Sheet, Random], Effect]
MUTATIONS: tuple[Mutation, ...] = (*CELLS, *DATES, *ROWS, *COLUMNS, *FILES)

BASES: Mapping[str, Callable[[], Sequence[Sheet]]] = {
    "schedule": bases,
    "past": pasts,
    "unfit": unfit,
    "users": user_lists,
}
# Of twenty files; those that say most about the program take longest.
_SHARES = {"schedule": 6, "past": 2, "unfit": 9, "users": 3}
_TURNS = [kind for kind, share in _SHARES.items() for _ in range(share)]
_MUTATIONS: Mapping[str, Sequence[Mutation]] = {
    "schedule": MUTATIONS,
    # What is done to blocks comes again and again, as nothing else does it.
    "past": (*MUTATIONS, *(BLOCKS * 4)),
    "unfit": (*CELLS, *ROWS, *COLUMNS, *FILES),
    "users": (*CELLS, *ROWS, *COLUMNS, *FILES),
}
# Below another table's header, what these move or put between means something else.
_OF_ONE_TABLE: Sequence[Mutation] = (
    shuffle_rows,
    put_blank_rows_between,
    repeat_the_header,
    delete_all_rows_but_a_few,
)

# The examples of a whole month take as long as ten small files, and so do many blocks.
_WEIGHTS = {
    "upcoming_events_20270301_20270331": 0.15,
    "upcoming_events_20270401_20270430": 0.15,
    "schedule": 3,
    "participants": 0.4,
    "participants_2020": 0.4,
}


@dataclass(frozen=True)
class Case:
    """One file: what it was, what was done to it, and what that may change. `from_history`: guesses are asked for."""

    number: int
    base: Sheet
    spoilt: Sheet
    data: bytes
    effect: Effect
    mutations: tuple[str, ...]
    from_history: bool

    @property
    def is_single(self) -> bool:
        return len(self.mutations) == 1

    def __str__(self) -> str:
        asked = " --from-history" if self.from_history else ""
        mutations = ", then ".join(self.mutations)
        return f"case {self.number} of seed {SEED!r}: {self.base.kind} {self.base.name}{asked}, {mutations}"


def case(number: int) -> Case:
    """Return the case of a number: one mutation of a base, and in every third case another one on top."""
    rng = Random(f"{SEED}, {number}")
    kind = _TURNS[number % len(_TURNS)]
    known = BASES[kind]()
    while True:
        mutations = rng.sample(_MUTATIONS[kind], 2 if number % 3 == 0 else 1)
        # Rows and columns first: what a whole file is written like comes at the end.
        mutations.sort(key=lambda mutation: mutation in FILES)
        for base in rng.choices(known, [_WEIGHTS.get(base.name, 1) for base in known], k=10):
            with suppress(UnsuitedError, UnicodeEncodeError):
                return _case(number, base, mutations, rng)


def _case(number: int, base: Sheet, mutations: Sequence[Mutation], rng: Random) -> Case:
    spoilt = base.copy()
    effects = [_effect(mutation, spoilt, rng) for mutation in mutations]
    effect = effects[0] if len(effects) == 1 else then(*effects)
    # Past meetings are mostly guessed from, other files mostly not.
    asked = rng.random() < {"past": 0.8, "unfit": 0.4}.get(base.kind, 0)
    names = tuple(mutation.__name__ for mutation in mutations)
    return Case(number, base, spoilt, spoilt.data(), effect, names, asked)


def _effect(mutation: Mutation, sheet: Sheet, rng: Random) -> Effect:
    """Spoil a file, and return what that may change in one of its kind."""
    if sheet.has_blocks and mutation in _OF_ONE_TABLE:
        raise UnsuitedError("it has several tables")
    effect = mutation(sheet, rng)
    if sheet.kind == "schedule" or mutation not in COLUMNS or (effect.same and sheet.kind != "unfit"):
        return effect
    # What a column is for depends on the others there, and on those of other tables.
    return replace(effect, everything=True, refusals=("",), refused=False, same=False)
