"""The network between hosts. It has no way out: what a host sends elsewhere goes to a router that knows nobody, and is
told of there.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Interface, IPv6Interface
from socket import create_connection
from ssl import SSLContext, SSLSocket

from tests.hosts.enclosure import Enclosure, child

V4, V6 = "198.51.100.{}/24", "2001:db8:51:100::{}/64"
BRIDGE = "bed"
_ROUTER = (
    "ipv4.conf.all.forwarding=1", "ipv6.conf.all.forwarding=1", "ipv4.icmp_ratelimit=0", "ipv6.icmp.ratelimit=0",
)  # fmt: skip
# What Linux calls a new network.
_NETWORK = 0x40000000
_LAST = "udp and dst port 9 and dst host ff02::1"


def addresses(number: int) -> tuple[IPv4Interface, IPv6Interface]:
    """Return the addresses of a host. The tests themselves, and the router, are number 1."""
    return IPv4Interface(V4.format(number)), IPv6Interface(V6.format(number))


def make_network(place: Enclosure) -> None:
    """Lay the wire that all hosts share, with the router that refuses at once whatever is meant for others."""
    lines = [
        "link set lo up",
        f"link add {BRIDGE} type bridge",
        *(f"address add {address} dev {BRIDGE} {_quickly(address)}" for address in addresses(1)),
        f"link set {BRIDGE} up",
        "route add unreachable 0.0.0.0/0",
        "route add unreachable ::/0",
    ]
    place.run("ip", "-batch", "-", text="\n".join(lines))
    # Only a router tells that there is no way; and it tells so each time.
    place.run("sysctl", "-q", *(f"net.{setting}" for setting in _ROUTER))


def connect(place: Enclosure, name: str, number: int) -> None:
    """Give a host its network: an interface, two addresses and the router."""
    place.run("ip", "netns", "add", name)
    outside = [
        f"link add to{number} type veth peer name eth0 netns {name}",
        f"link set to{number} master {BRIDGE} addrgenmode none up",
    ]
    inside = [
        "link set lo up",
        # When it comes back, the others need not learn where it is now.
        f"link set eth0 address 02:00:00:00:00:{number:02x}",
        *(f"address add {address} dev eth0 {_quickly(address)}" for address in addresses(number)),
        "link set eth0 up",
        *(f"route add default via {router.ip}" for router in addresses(1)),
    ]
    place.run("ip", "-batch", "-", text="\n".join(outside))
    place.run("ip", "-netns", name, "-batch", "-", text="\n".join(inside))


def disconnect(place: Enclosure, name: str, number: int) -> None:
    """Take a host's network away, with all that it has set there, such as its firewall."""
    place.run("ip", "link", "delete", f"to{number}")
    place.run("ip", "netns", "delete", name)


@contextmanager
def astray(place: Enclosure) -> Iterator[list[str]]:
    """Watch the wire, and in the end list each packet that was meant for nobody here."""
    here = " and ".join(f"not dst net {address.network}" for address in addresses(1))
    # The last two reach nobody but those on the wire: how they find and tell each other.
    rule = f"(ip or ip6) and {here} and not dst net 224.0.0.0/24 and not dst net ff02::/16 and not dst net fe80::/10"
    packets: list[str] = []
    options = ("-n", "-l", "-q", "-t", "--immediate-mode", "-Z", "root", "-i", BRIDGE)
    command = place.command("tcpdump", *options, f"({rule}) or ({_LAST})")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as watch:
        while "listening on" not in (line := watch.stderr.readline()):
            assert line, "tcpdump did not start"
        try:
            yield packets
        finally:
            # When the last packet has been seen, all before it have.
            place.run("bash", "-c", f"echo > /dev/udp/ff02::1%{BRIDGE}/9")
            packets += iter(lambda: _seen(watch), "")
            os.kill(child(watch.pid), signal.SIGKILL)


def _seen(watch: subprocess.Popen[str]) -> str:
    line = watch.stdout.readline().strip()
    return "" if "ff02::1.9:" in line else line


def _quickly(address: IPv4Interface | IPv6Interface) -> str:
    """An address of the new family waits, unless it need not ask whether it is taken."""
    return "nodad" * (address.version == 6)


@contextmanager
def inside(place: Enclosure) -> Iterator[None]:
    """Let the tests themselves reach the hosts: what this thread connects meanwhile, it connects there."""
    with open("/proc/thread-self/ns/net") as here, open(f"/proc/{place.pid}/ns/net") as there:  # noqa: PTH123
        _enter(there.fileno())
        try:
            yield
        finally:
            _enter(here.fileno())


@contextmanager
def connected(place: Enclosure, name: str, address: str, trusted: SSLContext) -> Iterator[SSLSocket]:
    """Connect to an address by HTTPS's port, and have a name proven there."""
    with (
        inside(place),
        create_connection((address, 443), 10) as line,
        trusted.wrap_socket(line, server_hostname=name) as way,
    ):
        yield way


def _enter(network: int) -> None:
    if ctypes.CDLL(None, use_errno=True).setns(network, _NETWORK):
        raise OSError(ctypes.get_errno(), "setns")
