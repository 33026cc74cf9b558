"""Asks all TCP ports of hosts to connect: scan.py ADDRESS… It prints for each which accept, and which refuse.

A port that gives no answer at all is behind a firewall. Each host must have an SSH server, whose answer tells that all
have answered that will: what was asked before it is answered before it.
"""

from __future__ import annotations

import json
import socket
import struct
import sys
from collections.abc import Iterator

OPEN, CLOSED = "open", "closed"
_SSH, _HERE, _LENGTH = 22, 61000, 20
_SYN, _RST, _ACK = 0x02, 0x04, 0x10
# So many answers the kernel keeps until they are read.
_AT_ONCE = 100


def scan(address: str) -> dict[str, list[int]]:
    """Return the ports of a host by how they answer."""
    version = socket.AF_INET6 if ":" in address else socket.AF_INET
    found: dict[str, set[int]] = {OPEN: set(), CLOSED: set()}
    with socket.socket(version, socket.SOCK_RAW, socket.IPPROTO_TCP) as way:
        way.settimeout(10)
        way.connect((address, 0))
        between = _between(way, address)
        for first in range(1, 2**16, _AT_ONCE):
            for port in range(first, min(first + _AT_ONCE, 2**16)):
                way.send(_question(between, port, number=0))
            # Its number comes back with the answer.
            way.send(_question(between, _SSH, number=first))
            for port, flags, number in _answers(way):
                found[CLOSED if flags & _RST else OPEN].add(port)
                if (port, number) == (_SSH, first + 1):
                    break
    return {kind: sorted(ports) for kind, ports in found.items()}


def _between(way: socket.socket, address: str) -> int:
    """Return what a checksum takes from around a segment: both ends, its length and its protocol."""
    ends = b"".join(socket.inet_pton(way.family, end) for end in (way.getsockname()[0], address))
    return _sum(ends) + _LENGTH + socket.IPPROTO_TCP


def _question(between: int, port: int, number: int) -> bytes:
    def segment(checksum: int) -> bytes:
        return struct.pack("!HHIIBBHHH", _HERE, port, number, 0, _LENGTH // 4 << 4, _SYN, 1024, checksum, 0)

    return segment(0xFFFF - (between + _sum(segment(0))) % 0xFFFF)


def _sum(data: bytes) -> int:
    return sum(struct.unpack(f"!{len(data) // 2}H", data))


def _answers(way: socket.socket) -> Iterator[tuple[int, int, int]]:
    """Yield for each answer the port, its flags, and the number that it answers."""
    while True:
        data = way.recv(2048)
        # Of the old family they come with what was around them.
        data = data if way.family == socket.AF_INET6 else data[(data[0] & 0x0F) * 4 :]
        port, here, _, number, _, flags = struct.unpack("!HHIIBB", data[:14])
        if here == _HERE and flags & (_SYN | _RST) and flags & _ACK:
            yield port, flags, number


if __name__ == "__main__":
    print(json.dumps({address: scan(address) for address in sys.argv[1:]}))
