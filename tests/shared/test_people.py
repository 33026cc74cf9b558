from __future__ import annotations

import pytest

from migrate.core.meeting import Person
from migrate.shared.people import read_person


@pytest.mark.parametrize(
    ("cell", "person"),
    [
        ("Bo Lind", Person("Bo Lind")),
        ("Bo Lind (bo.lind@example.org)", Person("Bo Lind", "bo.lind@example.org")),
        ("Kim (Sales) (kim@example.org)", Person("Kim (Sales)", "kim@example.org")),
        ("Kim (old@example.org) (kim@example.org)", Person("Kim (old@example.org)", "kim@example.org")),
        ("Kim (kim@example.org) (Sales)", Person("Kim (Sales)", "kim@example.org")),
        ("Kim (Sales)", Person("Kim (Sales)")),
        ("Kim <kim@example.org>", Person("Kim", "kim@example.org")),
        ("kim@example.org", Person("", "kim@example.org")),
        ("Kim @ home", Person("Kim @ home")),
        ("", Person()),
    ],
)
def test_a_name_cell_may_hold_the_address_too(cell: str, person: Person):
    assert read_person(cell) == person


def test_the_address_of_its_own_column_goes_before():
    assert read_person("Kim (kim@example.org)", "sales@example.org") == Person("Kim", "sales@example.org")
    assert read_person("kim@example.org", "sales@example.org") == Person("", "sales@example.org")
