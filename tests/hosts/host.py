"""A server of the bed: what is on its disk, how it starts, and how it is reached."""

from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from socket import AF_UNIX, SOCK_DGRAM, socket
from typing import TYPE_CHECKING

from tests.hosts.debian import MOUNTED, SOURCE, debian
from tests.hosts.enclosure import child
from tests.hosts.network import addresses, connect, disconnect

if TYPE_CHECKING:
    from tests.hosts.bed import Bed

# Seconds until a host has started, or has stopped.
PATIENCE = 60
# In its own control groups, as the second host would else share those of the first. What a former start left goes.
_START = """
for group; do
    [ ! -d "$group" ] || find "$group" -depth -type d -exec rmdir {} +
    mkdir "$group" && echo 0 >"$group/cgroup.procs"
done
eval "exec $START"
"""
_NSPAWN = (
    "systemd-nspawn --boot --quiet --register=no --keep-unit --console=pipe --notify-ready=yes --machine=$NAME"
    " --directory=$DISK --network-namespace-path=/run/netns/$NAME --capability=CAP_NET_ADMIN --resolv-conf=off"
    " --timezone=off --link-journal=no --bind-ro=$PACKAGES"
)


@dataclass
class _Now:
    """How a host runs since it was last started."""

    below: tuple[Path, ...] = ()
    ready: socket | None = None
    process: subprocess.Popen[bytes] | None = None


@dataclass(frozen=True)
class Host:
    """A server, reached by ssh as its administrator."""

    name: str
    v4: str
    v6: str
    number: int
    bed: Bed = field(repr=False)
    _now: _Now = field(default_factory=_Now, repr=False)
    _kept: dict[str, tuple[Path, ...]] = field(default_factory=dict, repr=False)

    def run(self, command: str, *, text: str = "", within: float = 60) -> str:
        """Run a shell's command that must succeed, and return what it prints."""
        return self.bed.place.run("ssh", *self.bed.ssh, f"root@{self.name}", command, text=text, within=within)

    def tried(self, command: str, *, text: str = "", within: float = 60) -> subprocess.CompletedProcess[str]:
        """Run a shell's command that may fail."""
        return self.bed.place.tried("ssh", *self.bed.ssh, f"root@{self.name}", command, text=text, within=within)

    def keep(self, name: str) -> None:
        """Keep the disk as it is. The host goes on from there, and can be begun anew from there."""
        self._stop(signal.SIGTERM)
        kept = self._disks / "kept" / name
        self.bed.place.run("mkdir", "-p", kept.parent)
        self.bed.place.run("mv", self._disks / "own", kept)
        self._kept[name] = (kept, *self._now.below)
        self._start(self._kept[name])
        self.wait()

    def restart(self) -> None:
        """Stop as when it is told to, and start again."""
        self._stop(signal.SIGTERM)
        self._start(self._now.below)
        self.wait()

    def renew(self, name: str = "") -> None:
        """Begin anew from a disk that was kept, or as a fresh server."""
        self._stop(signal.SIGKILL)
        self.bed.place.run("rm", "-rf", self._disks / "own")
        self._start(self._kept[name])
        self.wait()

    def start(self, fresh: tuple[Path, ...]) -> None:
        """Start as a fresh server, whose disk is these layers."""
        self._kept[""] = fresh
        self._start(fresh)

    def wait(self) -> None:
        """Wait until it has started."""
        ready = self._now.ready
        ready.settimeout(PATIENCE)
        try:
            while b"READY=1" not in ready.recv(4096):
                pass
        except TimeoutError:
            log = (self.bed.path / f"{self.name}.log").read_text("utf-8", "replace")
            few = Path("/proc/sys/fs/inotify/max_user_instances").read_text().strip()
            hint = f"Each takes some fifteen of the {few} of sysctl fs.inotify.max_user_instances."
            raise TimeoutError(f"{self.name} does not start. {hint}\n{log}") from None
        finally:
            ready.close()

    def _start(self, below: tuple[Path, ...]) -> None:
        """Start on a new layer above others."""
        connect(self.bed.place, self.name, self.number)
        disk = self._disks / "all"
        self.bed.place.run("mkdir", "-p", self._disks / "own", self._disks / "work", disk)
        lower = ":".join(map(str, below))
        layers = f"lowerdir={lower},upperdir={self._disks}/own,workdir={self._disks}/work"
        self.bed.place.run("mount", "-t", "overlay", "-o", layers, self.name, disk)
        if below == self._kept[""]:
            self._furnish(disk)
        self._now.below = below
        self._now.ready = self._listening()
        self._now.process = self._started(disk)

    @property
    def _disks(self) -> Path:
        return self.bed.path / "disks" / self.name

    def _listening(self) -> socket:
        """Return where the host tells that it has started."""
        address = self.bed.path / f"{self.name}.ready"
        address.unlink(missing_ok=True)
        ready = socket(AF_UNIX, SOCK_DGRAM)
        ready.bind(str(address))
        self.bed.cleaning.callback(ready.close)
        return ready

    def _started(self, disk: Path) -> subprocess.Popen[bytes]:
        environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "NAME": self.name,
            "DISK": str(disk),
            "PACKAGES": f"{debian()}:{MOUNTED}",
            "NOTIFY_SOCKET": str(self.bed.path / f"{self.name}.ready"),
            "SYSTEMD_NSPAWN_API_VFS_WRITABLE": "network",
            "START": _NSPAWN,
        }
        groups = [group / self.name for group in self.bed.place.groups]
        command = self.bed.place.command("sh", "-c", _START, "sh", *groups)
        with (self.bed.path / f"{self.name}.log").open("ab") as log:
            process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.bed.cleaning.callback(process.wait, 30)
        return process

    def _stop(self, end: signal.Signals) -> None:
        process = self._now.process
        nspawn = child(process.pid)
        # Killed itself, it would leave the host's processes behind.
        os.kill(child(nspawn) if end is signal.SIGKILL else nspawn, end)
        process.wait(PATIENCE)
        # Its processes may end a moment later than it.
        self.bed.place.run("umount", "--lazy", self._disks / "all")
        self.bed.place.run("rm", "-rf", self._disks / "work")
        disconnect(self.bed.place, self.name, self.number)

    def _furnish(self, disk: Path) -> None:
        """Give a host what an administrator finds on a new server: name, keys, and where packages come from."""
        bed = self.bed
        texts = {
            "etc/hostname": (f"{self.name}\n", "644"),
            "etc/hosts": ((bed.path / "hosts").read_text(), "644"),
            "etc/resolv.conf": (f"nameserver {addresses(1)[0].ip}\n", "644"),
            "etc/apt/sources.list.d/debian.sources": (SOURCE, "644"),
            "etc/ssh/ssh_host_ed25519_key": ((bed.path / f"{self.name}.key").read_text(), "600"),
            "etc/ssh/ssh_host_ed25519_key.pub": ((bed.path / f"{self.name}.key.pub").read_text(), "644"),
            "root/.ssh/authorized_keys": ((bed.path / "key.pub").read_text(), "600"),
        }
        for name, (text, mode) in texts.items():
            bed.place.run("install", "-D", "-m", mode, "/dev/stdin", disk / name, text=text)
