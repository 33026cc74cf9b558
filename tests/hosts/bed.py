"""Real Debian 12 servers with systemd, ssh and apt, beside each other on a network of their own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.hosts.authority import Authority, make_authority
from tests.hosts.debian import debian
from tests.hosts.enclosure import Enclosure
from tests.hosts.enclosure import enclosure as make_enclosure
from tests.hosts.host import Host
from tests.hosts.image import image
from tests.hosts.jitsi import KEY, make_jitsi
from tests.hosts.network import addresses, make_network

# What the place itself serves, by its own addresses.
PACKAGES = "packages.example.org"
ACME = "acme.example.org"
# Where Jitsi's packages come from.
JITSI = f"https://{PACKAGES}"
SIGNED_BY = f"{JITSI}/{KEY}"


@dataclass(frozen=True)
class Bed:
    """Hosts, and the place from which they are reached: a command that shall reach them must run in `place`."""

    place: Enclosure
    path: Path
    hosts: Mapping[str, Host]
    authority: Authority
    cleaning: ExitStack = field(repr=False)

    @property
    def ssh(self) -> tuple[str, ...]:
        """Return ssh's options."""
        return ("-F", str(self.path / "ssh_config"))

    @property
    def inventory(self) -> Path:
        """Return a file of all hosts for Ansible."""
        return self.path / "inventory.ini"

    def serve(self, *command: object, ready: str) -> None:
        """Start a program that serves as long as the bed is there, and wait until it says so."""
        log = self.cleaning.enter_context((self.path / f"{Path(str(command[0])).name}.log").open("wb"))
        process = subprocess.Popen(
            self.place.command(*command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.cleaning.callback(process.wait, 30)
        self.cleaning.callback(process.stdout.close)
        for line in process.stdout:
            log.write(line)
            if ready.encode() in line:
                return
        raise OSError(f"{command[0]} has ended: {log.name}")


@contextmanager
def bed(path: Path, groups: Mapping[str, tuple[str, ...]]) -> Iterator[Bed]:
    """Start the hosts of the groups, with the packages at hand; in the end nothing of them is left but logs."""
    names = tuple(dict.fromkeys(name for members in groups.values() for name in members))
    disk, packages = image(), debian()
    with ExitStack() as cleaning, make_enclosure(network=True) as place:
        hosts: dict[str, Host] = {}
        authority = make_authority(place, path / "authority", "An authority that servers trust")
        made = Bed(place, path, hosts, authority, cleaning)
        make_network(place)
        # What hosts write is kept in memory, and gone with the place.
        place.run("mount", "-t", "tmpfs", "-o", "mode=755", "bed", _made(path / "disks"))
        make_jitsi(place, path / "jitsi")
        place.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path / "key")
        for number, name in enumerate(names, start=11):
            v4, v6 = (str(address.ip) for address in addresses(number))
            hosts[name] = Host(name, v4, v6, number, made)
        _introduce(made, groups)
        below = (_trusting(made, disk), disk)
        made.serve(
            sys.executable,
            Path(__file__).with_name("web.py"),
            path / "jitsi",
            *authority.issue(PACKAGES),
            ready="ready",
        )
        for host in hosts.values():
            host.start(below)
        for host in hosts.values():
            host.wait()
        yield made


def _introduce(bed: Bed, groups: Mapping[str, tuple[str, ...]]) -> None:
    """Write down who the hosts are, for ssh, for Ansible and for each other."""
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
    (bed.path / "hosts").write_text(_names(bed))
    # Programs of the place find hosts by their names, too.
    bed.place.run("mount", "--bind", bed.path / "hosts", "/etc/hosts")


def _names(bed: Bed) -> str:
    known = [(address, name) for name in (PACKAGES, ACME) for address in (str(one.ip) for one in addresses(1))]
    known += [(address, host.name) for host in bed.hosts.values() for address in (host.v4, host.v6)]
    return "127.0.0.1 localhost\n::1 localhost\n" + "".join(f"{address} {name}\n" for address, name in known)


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


def _trusting(bed: Bed, disk: Path) -> Path:
    """Return what lies on the disk of all hosts: they trust the bed's authority, as servers trust public ones."""
    root = bed.path / "disks/common"
    bed.place.run("mkdir", "-p", *(root / part for part in ("own", "work", "all")))
    layers = f"lowerdir={disk},upperdir={root}/own,workdir={root}/work"
    bed.place.run("mount", "-t", "overlay", "-o", layers, "common", root / "all")
    place = root / "all/usr/local/share/ca-certificates/bed.crt"
    bed.place.run("install", "-D", "-m", "644", bed.authority.certificate, place)
    bed.place.run("chroot", root / "all", "/usr/sbin/update-ca-certificates")
    bed.place.run("umount", root / "all")
    return root / "own"


def _made(path: Path) -> Path:
    path.mkdir(parents=True)
    return path
