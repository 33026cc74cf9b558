"""A place of its own for programs that need a machine: its mounts, processes and network end with the test run.

One process holds the place. It ends when its standard input does, thus also when the tests are killed, and the kernel
then ends all that runs there, and takes down its mounts and networks.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

CGROUPS = Path("/sys/fs/cgroup")

# What runs systemd needs a control group. These are all that the kernel does not take down by itself.
_OUTSIDE = """
trap '' HUP INT TERM
mkdir "$@" || exit
unshare --mount --pid --fork --kill-child --mount-proc $NETWORK sh -c "$INSIDE"
find "$@" -depth -type d -exec rmdir {} +
"""
# As the first process of the place, the shell must outlive `cat`, and buries whom nobody else does.
_INSIDE = "mount -t tmpfs -o mode=755 bed /run && mkdir /run/netns && echo ready && cat >/dev/null; :"


@dataclass(frozen=True)
class Enclosure:
    """Runs commands in the place that a process holds."""

    pid: int
    groups: tuple[Path, ...]

    def command(self, *command: object) -> list[str]:
        """Return the command that runs a command there, in the directory of this one."""
        enter = ("nsenter", f"--target={self.pid}", "--mount", "--pid", "--net", "--wd=.", "--")
        return [str(part) for part in (*enter, *command)]

    def run(self, *command: object, text: str = "", within: float = 60, **more) -> str:
        """Run a command there that must succeed, and return what it prints."""
        done = self.tried(*command, text=text, within=within, **more)
        assert done.returncode == 0, f"{command}: {done.stderr}{done.stdout}"
        return done.stdout

    def tried(self, *command: object, text: str = "", within: float = 60, **more) -> subprocess.CompletedProcess[str]:
        """Run a command there that may fail."""
        return subprocess.run(
            self.command(*command), input=text, capture_output=True, text=True, check=False, timeout=within, **more
        )


@contextmanager
def enclosure(*, network: bool) -> Iterator[Enclosure]:
    """Make a place, with a network of its own or with the machine's, and take it down."""
    # By the same name in both trees, as nspawn makes in one what it finds in the other.
    name = f"jitsi-migrate-{token_hex(4)}"
    groups = tuple(tree / name for tree in _trees())
    with subprocess.Popen(
        ["sh", "-c", _OUTSIDE, "sh", *map(str, groups)],
        env={**os.environ, "INSIDE": _INSIDE, "NETWORK": "--net" if network else ""},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as holder:
        if holder.stdout.readline() != b"ready\n":
            raise OSError(holder.communicate()[1].decode().strip())
        try:
            yield Enclosure(child(child(holder.pid)), groups)
        finally:
            _, told = holder.communicate()
    if told:
        raise OSError(told.decode())


def _trees() -> list[Path]:
    """Return where systemd keeps its control groups: one tree, or two where the kernel has both kinds."""
    return [tree for tree in (CGROUPS / "systemd", CGROUPS / "unified") if tree.is_dir()] or [CGROUPS]


def child(pid: int) -> int:
    """Return the one process that another has started."""
    (found,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(found)
