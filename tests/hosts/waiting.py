"""Waits for what takes its time."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 30


def until(reached: Callable[[], bool], otherwise: object) -> None:
    """Return as soon as a condition is reached, or fail with a text."""
    deadline = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.1)
