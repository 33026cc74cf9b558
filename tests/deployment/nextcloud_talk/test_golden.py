"""What is rendered is what was reviewed."""

from __future__ import annotations

import pytest

from tests.clouds import VARIANTS
from tests.golden import CLOUDS, kept, rendered


@pytest.mark.parametrize("name", VARIANTS)
def test_what_is_rendered_was_reviewed(name: str) -> None:
    before, after = kept(name, CLOUDS), rendered(name, CLOUDS)
    differing = sorted(place for place in before.keys() | after.keys() if before.get(place) != after.get(place))
    assert not differing, "if it is meant to be, run `make golden` and read what changed"


def test_nothing_is_kept_that_is_not_rendered() -> None:
    assert {path.name for path in CLOUDS.glob("*")} == set(VARIANTS)
