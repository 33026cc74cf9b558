"""Keeping services from starting while packages are installed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ansible.module_utils.jitsi_migrate_files import beside, put, text_of
from ansible.module_utils.jitsi_migrate_programs import output, tried

# What scripts of packages ask before they start a service.
POLICY = Path("/usr/sbin/policy-rc.d")
OURS = "Made by jitsi-migrate while it installs packages"
TEXT = f"#!/bin/sh\n# {OURS}: no service starts before its files are in place.\nexit 101\n"
# Some do not ask: that of jitsi-meet-prosody restarts the bridge, which then asks a stranger for this host's address.
# Not masked, as then they could not be enabled either.
UNITS = Path("/run/systemd/system")
GUARD = "jitsi-migrate-installing.conf"
CONDITION = f"[Unit]\nConditionPathExists=!{POLICY}\n"


class Policy:
    """The file that scripts ask, beside it one of somebody else; and a condition of services, named as packages."""

    def __init__(self, packages: Iterable[str], path: Path = POLICY) -> None:
        self._guards = [UNITS / f"{package}.service.d" / GUARD for package in packages]
        self._path = path
        self._aside = path.with_name(f"{path.name}.before-jitsi-migrate")

    @property
    def left_behind(self) -> list[str]:
        """What an interrupted run has left."""
        files = [self._aside, *([self._path] if self._is_ours else [])]
        return [str(path) for path in (*files, *self._guarded) if path.exists()]

    def restore(self) -> None:
        """Make it as it was, also after an interruption at any point."""
        guarded = self._guarded
        for guard in guarded:
            guard.unlink()
            with suppress(OSError):  # somebody else has something there too
                guard.parent.rmdir()
        if guarded:
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
            put(self._path, TEXT.encode(), 0o755)
            self._guard()
            yield
        finally:
            self.restore()

    def _guard(self) -> None:
        # Without systemd nobody starts anything. What runs has its files, and its conditions would end it.
        if not UNITS.is_dir() or not self._guards:
            return
        states = tried("systemctl", "is-active", *(guard.parent.stem for guard in self._guards)).stdout.split()
        for guard, state in zip(self._guards, states):
            if state != "active":
                guard.parent.mkdir(exist_ok=True)
                guard.write_text(CONDITION, "utf-8")
        output("systemctl", "daemon-reload")

    @property
    def _guarded(self) -> list[Path]:
        return [guard for guard in self._guards if guard.exists()]

    @property
    def _is_ours(self) -> bool:
        return OURS in text_of(self._path)
