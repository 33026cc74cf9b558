"""People as exports write them."""

from __future__ import annotations

import re
from functools import lru_cache

from migrate.core.meeting import Person

_IN_BRACKETS = re.compile(r"[(<]\s*([^()<>@\s]+@[^()<>@\s]+)\s*[)>]")
_ADDRESS = re.compile(r"[^()<>@\s]+@[^()<>@\s]+")


def is_address(text: str) -> bool:
    """Tell whether a text has the shape of a mail address."""
    return bool(_ADDRESS.fullmatch(text))


@lru_cache(maxsize=1 << 12)
def read_person(name: str, email: str = "") -> Person:
    """Return the person of a name cell, which may hold an address too, as in `Kim (Sales) (kim@example.org)`.

    Names can hold brackets: only the last pair with an address in it is one. `email` goes before it.
    """
    *_, last = [None, *_IN_BRACKETS.finditer(name)]
    if last is not None:
        rest = f"{name[: last.start()].rstrip()} {name[last.end() :].lstrip()}".strip()
        return Person(rest, email or last[1])
    # Hosts without a name are listed by their address.
    if is_address(name):
        return Person("", email or name)
    return Person(name, email)
