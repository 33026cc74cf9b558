"""Real Debian 12 servers with systemd, ssh and apt, beside each other on a network of their own."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.hosts.acme import ACME, CA_BUNDLE, serve_certificates, serve_names
from tests.hosts.authority import Authority, make_authority
from tests.hosts.debian import debian
from tests.hosts.enclosure import Enclosure
from tests.hosts.enclosure import enclosure as make_enclosure
from tests.hosts.host import PATIENCE, Host
from tests.hosts.image import image
from tests.hosts.jitsi import KEY, make_jitsi
from tests.hosts.network import addresses, make_network

# What the place itself serves, by its own addresses.
PACKAGES = "packages.example.org"
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
        log = self.path / f"{ready}.log"
        with log.open("wb") as file:
            ways = {"stdin": subprocess.DEVNULL, "stdout": file, "stderr": file}
            process = subprocess.Popen(self.place.command(*command), **ways)
        self.cleaning.callback(process.wait, 30)
        deadline = time.monotonic() + PATIENCE
        while ready not in log.read_text("utf-8", "replace"):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text("utf-8", "replace")
            time.sleep(0.02)


@contextmanager
def bed(path: Path, groups: Mapping[str, tuple[str, ...]]) -> Iterator[Bed]:
    """Start the hosts of the groups, with the packages at hand; in the end nothing of them is left but logs."""
    names = tuple(dict.fromkeys(name for members in groups.values() for name in members))
    disk = image()
    debian()
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
        web = Path(__file__).with_name("web.py")
        made.serve(sys.executable, web, path / "jitsi", *authority.issue(PACKAGES), ready="serving packages")
        serve_names(made, _addresses(made))
        below = (_trusting(made, disk, serve_certificates(made)), disk)
        for host in hosts.values():
            host.start(below)
        for host in hosts.values():
            host.wait()
        yield made


def inventory(bed: Bed, groups: Mapping[str, tuple[str, ...]]) -> str:
    """Return how Ansible reaches the hosts of groups."""
    lines = []
    for group, names in groups.items():
        lines += [f"[{group}]", *(f"{name} ansible_host={bed.hosts[name].v4}" for name in names), ""]
    options = f"-F {bed.path / 'ssh_config'}"
    return "\n".join(lines) + (
        "\n[all:vars]\nansible_user=root\nansible_python_interpreter=/usr/bin/python3\n"
        f'ansible_ssh_common_args="{options}"\n'
    )


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
    bed.inventory.write_text(inventory(bed, groups))
    (bed.path / "hosts").write_text(_names(bed))
    # Programs of the place find hosts by their names, too.
    bed.place.run("mount", "--bind", bed.path / "hosts", "/etc/hosts")


def _addresses(bed: Bed) -> dict[str, tuple[str, str]]:
    here = tuple(str(one.ip) for one in addresses(1))
    return {PACKAGES: here, ACME: here, **{host.name: (host.v4, host.v6) for host in bed.hosts.values()}}


def _names(bed: Bed) -> str:
    lines = [f"{address} {name}\n" for name, both in _addresses(bed).items() for address in both]
    return "127.0.0.1 localhost\n::1 localhost\n" + "".join(lines)


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


def _trusting(bed: Bed, disk: Path, acme: Path) -> Path:
    """Return what lies on the disk of all hosts: they trust the bed's authority, as servers trust public ones."""
    root = bed.path / "disks/common"
    bed.place.run("mkdir", "-p", *(root / part for part in ("own", "work", "all")))
    layers = f"lowerdir={disk},upperdir={root}/own,workdir={root}/work"
    bed.place.run("mount", "-t", "overlay", "-o", layers, "common", root / "all")
    trusted = Path("/usr/local/share/ca-certificates/bed.crt")
    for certificate, place in ((bed.authority.certificate, trusted), (acme, CA_BUNDLE)):
        bed.place.run("install", "-D", "-m", "644", certificate, f"{root}/all{place}")
    bed.place.run("chroot", root / "all", "/usr/sbin/update-ca-certificates")
    bed.place.run("umount", root / "all")
    return root / "own"


def _made(path: Path) -> Path:
    path.mkdir(parents=True)
    return path
