"""The benchmark of rendering compares the same files, and runs with the code as it is."""

from __future__ import annotations

import pytest

from bench import rendering


@pytest.mark.parametrize("bridges", [0, 2])
def test_both_sides_of_the_benchmark_render(bridges: int) -> None:
    product = rendering.deployment(bridges)
    assert product.faults() == ()
    assert rendering.ours(product) > 0
    assert rendering.peer(product) > 0
