from __future__ import annotations

import pytest

from migrate.shared.assumed import check_minutes
from migrate.shared.faults import Faults


@pytest.mark.parametrize("minutes", [None, -1, 0, 91])
def test_no_meeting_is_shorter_than_a_minute_or_longer_than_the_source_allows(minutes: int | None) -> None:
    faults = Faults("a.csv")
    assert check_minutes("cell", minutes, 90, faults) == minutes
    (problem,) = faults.problems
    assert (problem.code, "'cell'" in problem.message, "1 to 90" in problem.hint) == ("bad-duration", True, True)


@pytest.mark.parametrize("minutes", [1, 90])
def test_a_length_up_to_the_longest_is_believed(minutes: int) -> None:
    faults = Faults("a.csv")
    assert (check_minutes(str(minutes), minutes, 90, faults), faults.problems) == (minutes, [])
