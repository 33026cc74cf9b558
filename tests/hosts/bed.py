"""Real Debian 12 servers with systemd, ssh and apt, beside each other on a network of their own."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import AF_UNIX, SOCK_DGRAM, socket

from tests.hosts.enclosure import Enclosure, enclosure
from tests.hosts.image import image
from tests.hosts.network import addresses, connect, make_network
from tests.hosts.repository import MOUNTED, SOURCE, Package, make_repository

# Seconds until a host has started.
PATIENCE = 60
# In its own control groups, as the second host would else share those of the first.
_START = 'for group; do mkdir "$group" && echo 0 >"$group/cgroup.procs"; done; eval "exec $START"'
_NSPAWN = (
    "systemd-nspawn --boot --quiet --register=no --keep-unit --console=pipe --notify-ready=yes --machine=$NAME"
    " --directory=$DISK --network-namespace-path=/run/netns/$NAME --capability=CAP_NET_ADMIN --resolv-conf=off"
    " --timezone=off --link-journal=no --bind-ro=$PACKAGES"
)


@dataclass(frozen=True)
class Host:
    """A server, reached by ssh as its administrator."""

    name: str
    v4: str
    v6: str
    bed: Bed

    def run(self, command: str, *, text: str = "", within: float = 60) -> str:
        """Run a shell's command that must succeed, and return what it prints."""
        return self.bed.place.run("ssh", *self.bed.ssh, f"root@{self.name}", command, text=text, within=within)

    def tried(self, command: str, *, within: float = 60) -> subprocess.CompletedProcess[str]:
        """Run a shell's command that may fail."""
        return self.bed.place.tried("ssh", *self.bed.ssh, f"root@{self.name}", command, within=within)


@dataclass(frozen=True)
class Bed:
    """Hosts, and the place from which they are reached: a command that shall reach them must run in `place`."""

    place: Enclosure
    path: Path
    hosts: Mapping[str, Host]

    @property
    def ssh(self) -> tuple[str, ...]:
        """Return ssh's options."""
        return ("-F", str(self.path / "ssh_config"))

    @property
    def inventory(self) -> Path:
        """Return a file of all hosts for Ansible."""
        return self.path / "inventory.ini"


@contextmanager
def bed(path: Path, groups: Mapping[str, tuple[str, ...]], packages: tuple[Package, ...]) -> Iterator[Bed]:
    """Start the hosts of the groups, with the packages at hand; in the end nothing of them is left but logs."""
    names = tuple(dict.fromkeys(name for members in groups.values() for name in members))
    disk = image()
    with ExitStack() as cleaning, enclosure(network=True) as place:
        hosts: dict[str, Host] = {}
        made = Bed(place, path, hosts)
        make_network(place)
        make_repository(place, path / "packages", packages)
        place.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path / "key")
        # What hosts write is kept in memory, and gone with the place.
        place.run("mount", "-t", "tmpfs", "-o", "mode=755", "bed", _made(path / "disks"))
        for number, name in enumerate(names, start=11):
            v4, v6 = (str(address.ip) for address in addresses(number))
            hosts[name] = Host(name, v4, v6, made)
            connect(place, name, number)
        _introduce(made, groups)
        started = [_start(made, host, disk, cleaning) for host in hosts.values()]
        for host, ready in zip(hosts.values(), started, strict=True):
            _wait(host, ready, path / f"{host.name}.log")
        yield made


def _introduce(bed: Bed, groups: Mapping[str, tuple[str, ...]]) -> None:
    """Write down who the hosts are, for ssh and for Ansible."""
    known = []
    for host in bed.hosts.values():
        key = bed.path / f"{host.name}.key"
        bed.place.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", host.name, "-f", key)
        public = key.with_suffix(".key.pub").read_text()
        known += [f"{names} {public}" for names in (host.name, host.v4, host.v6)]
    (bed.path / "known_hosts").write_text("".join(known))
    (bed.path / "ssh_config").write_text(_ssh_config(bed))
    lines = [f"[{group}]\n" + "".join(f"{_line(bed, name)}\n" for name in names) for group, names in groups.items()]
    bed.inventory.write_text("\n".join(lines) + _variables(bed))


def _ssh_config(bed: Bed) -> str:
    names = "".join(
        f"Host {host.name}\n  HostName {host.v4}\n  HostKeyAlias {host.name}\n" for host in bed.hosts.values()
    )
    return f"""{names}Host *
  BatchMode yes
  ConnectTimeout 10
  GlobalKnownHostsFile none
  IdentitiesOnly yes
  IdentityAgent none
  IdentityFile {bed.path / "key"}
  StrictHostKeyChecking yes
  UpdateHostKeys no
  UserKnownHostsFile {bed.path / "known_hosts"}
"""


def _line(bed: Bed, name: str) -> str:
    return f"{name} ansible_host={bed.hosts[name].v4}"


def _variables(bed: Bed) -> str:
    options = f"-F {bed.path / 'ssh_config'}"
    return (
        "\n[all:vars]\nansible_user=root\nansible_python_interpreter=/usr/bin/python3\n"
        f'ansible_ssh_common_args="{options}"\n'
    )


def _start(bed: Bed, host: Host, image: Path, cleaning: ExitStack) -> socket:
    """Start a host, and return where it tells that it has."""
    disks = bed.path / "disks" / host.name
    disk = disks / "all"
    layers = f"lowerdir={image},upperdir={disks}/own,workdir={disks}/work"
    bed.place.run("mkdir", "-p", disks / "own", disks / "work", disk)
    bed.place.run("mount", "-t", "overlay", "-o", layers, host.name, disk)
    _furnish(bed, host, disk)
    ready = cleaning.enter_context(socket(AF_UNIX, SOCK_DGRAM))
    address = str(bed.path / f"{host.name}.ready")
    ready.bind(address)
    environment = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "NAME": host.name,
        "DISK": str(disk),
        "PACKAGES": f"{bed.path}/packages:{MOUNTED}",
        "NOTIFY_SOCKET": address,
        "SYSTEMD_NSPAWN_API_VFS_WRITABLE": "network",
        "START": _NSPAWN,
    }
    log = cleaning.enter_context((bed.path / f"{host.name}.log").open("wb"))
    groups = [group / host.name for group in bed.place.groups]
    command = bed.place.command("sh", "-c", _START, "sh", *groups)
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    cleaning.callback(process.wait, 30)
    return ready


def _furnish(bed: Bed, host: Host, disk: Path) -> None:
    """Give a host what an administrator finds on a new server: name, keys, and where packages come from."""
    known = "".join(f"{one.v4} {one.name}\n{one.v6} {one.name}\n" for one in bed.hosts.values())
    texts = {
        "etc/hostname": (f"{host.name}\n", "644"),
        "etc/hosts": (f"127.0.0.1 localhost\n::1 localhost\n{known}", "644"),
        "etc/resolv.conf": (f"nameserver {addresses(1)[0].ip}\n", "644"),
        "etc/apt/sources.list.d/packages.sources": (SOURCE, "644"),
        "etc/ssh/ssh_host_ed25519_key": ((bed.path / f"{host.name}.key").read_text(), "600"),
        "etc/ssh/ssh_host_ed25519_key.pub": ((bed.path / f"{host.name}.key.pub").read_text(), "644"),
        "root/.ssh/authorized_keys": ((bed.path / "key.pub").read_text(), "600"),
    }
    for name, (text, mode) in texts.items():
        bed.place.run("install", "-D", "-m", mode, "/dev/stdin", disk / name, text=text)


def _wait(host: Host, ready: socket, log: Path) -> None:
    ready.settimeout(PATIENCE)
    try:
        while b"READY=1" not in ready.recv(4096):
            pass
    except TimeoutError:
        raise TimeoutError(f"{host.name} does not start:\n{log.read_text('utf-8', 'replace')}") from None


def _made(path: Path) -> Path:
    path.mkdir(parents=True)
    return path
