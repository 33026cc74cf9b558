"""Keeping services from starting while packages are installed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ansible.module_utils.jitsi_migrate_placing import beside, write
from ansible.module_utils.jitsi_migrate_programs import output

# What scripts of packages ask before they start a service.
POLICY = Path("/usr/sbin/policy-rc.d")
OURS = "Made by jitsi-migrate while it installs packages"
TEXT = f"#!/bin/sh\n# {OURS}: no service starts before its files are in place.\nexit 101\n"
# Some do not ask: that of jitsi-meet-prosody restarts the bridge, which then asks a stranger for this host's address.
MASKS = Path("/run/systemd/system")
NOTHING = Path("/dev/null")


class Policy:
    """A file that scripts ask, which another may have too and gets back; and services, called like packages, masked."""

    def __init__(self, packages: Iterable[str], path: Path = POLICY) -> None:
        self._masks = [MASKS / f"{package}.service" for package in packages]
        self._path = path
        self._aside = path.with_name(f"{path.name}.before-jitsi-migrate")

    @property
    def left_behind(self) -> list[str]:
        """What an interrupted run has left."""
        files = [self._aside, *([self._path] if self._is_ours else [])]
        return [str(path) for path in (*files, *self._masked) if path.is_symlink() or path.exists()]

    def restore(self) -> None:
        """Make it as it was, also after an interruption at any point."""
        masked = self._masked
        for mask in masked:
            mask.unlink()
        if masked:
            output("systemctl", "daemon-reload")
        if self._aside.exists():
            self._aside.replace(self._path)
        elif self._is_ours:
            self._path.unlink()
        beside(self._path).unlink(missing_ok=True)

    @contextmanager
    def no_starts(self) -> Iterator[None]:
        """Keep services from starting. Those that run go on."""
        self.restore()
        if self._path.exists():
            self._path.rename(self._aside)
        try:
            write(beside(self._path), TEXT.encode(), 0o755)
            beside(self._path).replace(self._path)
            self._mask()
            yield
        finally:
            self.restore()

    def _mask(self) -> None:
        # Without systemd nobody starts anything.
        if MASKS.is_dir():
            for mask in self._masks:
                if not mask.exists():
                    mask.symlink_to(NOTHING)
            output("systemctl", "daemon-reload")

    @property
    def _masked(self) -> list[Path]:
        return [mask for mask in self._masks if mask.is_symlink() and mask.resolve() == NOTHING]

    @property
    def _is_ours(self) -> bool:
        return self._path.is_file() and OURS in self._path.read_text("utf-8", "replace")
