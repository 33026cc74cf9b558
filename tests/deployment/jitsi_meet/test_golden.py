"""What is rendered is what was reviewed."""

from __future__ import annotations

from difflib import unified_diff

import pytest

from tests.deployments import VARIANTS
from tests.golden import FOLDER, kept, rendered


def differences(before, after):
    for place in sorted(before.keys() | after.keys()):
        old, new = (side.get(place, "").splitlines(keepends=True) for side in (before, after))
        names = (
            f"kept/{place}" if place in before else "nothing",
            f"rendered/{place}" if place in after else "nothing",
        )
        yield from unified_diff(old, new, *names)


@pytest.mark.parametrize("name", VARIANTS)
def test_what_is_rendered_was_reviewed(name):
    told = "".join(differences(kept(name), rendered(name)))
    if told:
        pytest.fail(f"{name} is rendered otherwise; if it is meant to be, run `make golden`\n\n{told}", pytrace=False)


def test_nothing_is_kept_that_is_not_rendered():
    assert {path.name for path in FOLDER.glob("*")} <= set(VARIANTS)
