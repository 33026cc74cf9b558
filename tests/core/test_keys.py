"""Keys of what is held in a personal room."""

from __future__ import annotations

from migrate.core import recurrence
from migrate.core.keys import PersonalKeys
from migrate.core.naming import personal_key
from tests.builders import PERSONAL, at, series

BASE = personal_key(PERSONAL, "Standup")
MONDAYS = {f"{BASE}#mondays": list(recurrence.dates(series("2027-03-01 09:00", 4)))}
FIRST, SECOND, OTHER = (at(text).timestamp() for text in ("2027-03-01 09:00", "2027-03-08 09:00", "2027-03-02 09:00"))


def test_a_pattern_has_the_key_that_has_its_dates() -> None:
    assert PersonalKeys(BASE, MONDAYS, [FIRST]).of("weekly-mo-0900", [FIRST, OTHER]) == f"{BASE}#mondays"


def test_a_new_pattern_is_named_by_itself() -> None:
    assert PersonalKeys(BASE, MONDAYS, [OTHER]).of("weekly-tu-0900", [OTHER]) == f"{BASE}#weekly-tu-0900"


def test_no_two_patterns_have_one_key() -> None:
    keys = PersonalKeys(BASE, MONDAYS, [FIRST, SECOND])
    assert keys.of("mondays", [FIRST]) == f"{BASE}#mondays"
    assert keys.of("mondays", [SECOND]) == f"{BASE}#mondays-2"
    assert keys.of("mondays", []) == f"{BASE}#mondays-3"


def test_a_name_whose_dates_are_listed_is_not_given_to_others() -> None:
    keys = PersonalKeys(BASE, MONDAYS, [FIRST])
    assert keys.of("mondays", [OTHER]) == f"{BASE}#mondays-2"
    assert keys.of("weekly-mo-0900", [FIRST]) == f"{BASE}#mondays"
