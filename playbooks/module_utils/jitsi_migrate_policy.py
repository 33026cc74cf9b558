"""Keeping services from starting while packages are installed: /usr/sbin/policy-rc.d, which dpkg's scripts ask."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ansible.module_utils.jitsi_migrate_placing import beside, write

POLICY = Path("/usr/sbin/policy-rc.d")
OURS = "Made by jitsi-migrate while it installs packages"
TEXT = f"#!/bin/sh\n# {OURS}: no service starts before its files are in place.\nexit 101\n"


class Policy:
    """The file, and beside it one of somebody else, who gets it back."""

    def __init__(self, path: Path = POLICY) -> None:
        self._path = path
        self._aside = path.with_name(f"{path.name}.before-jitsi-migrate")

    @property
    def left_behind(self) -> bool:
        """Whether an interrupted run has left its file."""
        return self._aside.exists() or self._is_ours

    def restore(self) -> None:
        """Make it as it was, also after an interruption at any point."""
        if self._aside.exists():
            self._aside.replace(self._path)
        elif self._is_ours:
            self._path.unlink()
        beside(self._path).unlink(missing_ok=True)

    @contextmanager
    def no_starts(self) -> Iterator[None]:
        """Keep services from starting."""
        self.restore()
        if self._path.exists():
            self._path.rename(self._aside)
        try:
            write(beside(self._path), TEXT.encode(), 0o755)
            beside(self._path).replace(self._path)
            yield
        finally:
            self.restore()

    @property
    def _is_ours(self) -> bool:
        return self._path.is_file() and OURS in self._path.read_text("utf-8", "replace")
