"""Directories for what nobody else may see and nothing shall be left of."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SHARED_MEMORY = "/dev/shm"  # noqa: S108 - what is made there is its owner's alone


@contextmanager
def private_directory() -> Iterator[Path]:
    """Make a directory that only its owner can enter, in memory if that can be, and remove it."""
    with tempfile.TemporaryDirectory(prefix="jitsi-migrate-", dir=_memory(), ignore_cleanup_errors=True) as made:
        yield Path(made)


def _memory() -> str | None:
    places = filter(None, (os.environ.get("XDG_RUNTIME_DIR"), _SHARED_MEMORY))
    return next((place for place in places if os.access(place, os.W_OK | os.X_OK)), None)
