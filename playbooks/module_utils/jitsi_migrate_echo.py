"""Our own words on a port before its service exists: who says the nonce is answered, anybody else is not."""

from __future__ import annotations

import errno
import ipaddress
import json
import select
import socket
import struct
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

LONGEST = 512
QUIET = 8  # seconds after which nobody will ask any more: services want the ports
ANYWHERE = {socket.AF_INET: "0.0.0.0", socket.AF_INET6: "::"}  # noqa: S104 - as the services will
MISSING = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)  # a kernel without a family
# How the kernel tells to which address a datagram came: level, type, where the address stands in it, its length.
ARRIVAL = {
    socket.AF_INET: (socket.IPPROTO_IP, getattr(socket, "IP_PKTINFO", 8), 8, 4),
    socket.AF_INET6: (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, 0, 16),
}


class Bound(NamedTuple):
    """Sockets at the ports of one host, and the ports that others have."""

    sockets: list[socket.socket]
    open: list[dict[str, Any]]
    taken: list[dict[str, Any]]


def bind(ports: Iterable[Mapping[str, Any]]) -> Bound:
    """Open each port by both families, where nobody has it."""
    bound = Bound([], [], [])
    for port in ports:
        sockets = _sockets(port["protocol"], int(port["port"]))
        bound.sockets.extend(sockets)
        (bound.open if sockets else bound.taken).append(dict(port))
    return bound


def _sockets(protocol: str, port: int) -> list[socket.socket]:
    """Return a port's sockets; none if somebody has it in one family, for a service wants both."""
    sockets: list[socket.socket] = []
    for family in ANYWHERE:
        try:
            sockets.append(_socket(family, protocol, port))
        except OSError as error:
            if error.errno in MISSING:
                continue
            for one in sockets:
                one.close()
            return []
    return sockets


def _socket(family: socket.AddressFamily, protocol: str, port: int) -> socket.socket:
    one = socket.socket(family, socket.SOCK_DGRAM if protocol == "udp" else socket.SOCK_STREAM)
    try:
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if protocol == "udp":
            level, _, _, _ = ARRIVAL[family]
            wanted = socket.IPV6_RECVPKTINFO if family == socket.AF_INET6 else ARRIVAL[family][1]
            one.setsockopt(level, wanted, 1)
        else:
            # Connections of the last look that wind down do not keep it from the port; a listener does.
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind((ANYWHERE[family], port))
        if protocol == "tcp":
            one.listen(16)
        one.setblocking(False)
    except OSError:
        one.close()
        raise
    return one


def serve(sockets: Iterable[socket.socket], nonce: str, seconds: float) -> None:
    """Answer until the time is over, or until nobody asks any more."""
    end = last = time.monotonic() + seconds
    waiting = list(sockets)
    while (left := end - time.monotonic()) > 0:
        ready, _, _ = select.select(waiting, [], [], left)
        if ready:
            end = min(last, time.monotonic() + QUIET)
        for one in ready:
            answer: Callable[[socket.socket, bytes], None] = _echo if one.type == socket.SOCK_DGRAM else _greet
            try:
                answer(one, nonce.encode())
            except OSError:
                continue


def _echo(one: socket.socket, nonce: bytes) -> None:
    data, ancillary, _, source = one.recvmsg(LONGEST, 256)
    if data[: len(nonce)] == nonce:
        # Sent back from the very address it came to, and never longer than what came: nobody can misuse that.
        reply = _words(nonce, _arrival(one.family, ancillary), source[0])[: len(data)]
        one.sendmsg([reply], [(*item[:2], item[2]) for item in ancillary], 0, source)


def _arrival(family: int, ancillary: Iterable[tuple[int, int, bytes]]) -> str:
    level, kind, first, length = ARRIVAL[socket.AddressFamily(family)]
    for found_level, found_kind, data in ancillary:
        if (found_level, found_kind) == (level, kind):
            return str(ipaddress.ip_address(data[first : first + length]))
    return ""


def _greet(one: socket.socket, nonce: bytes) -> None:
    connection, source = one.accept()
    with connection:
        connection.settimeout(1)
        connection.sendall(_words(nonce, connection.getsockname()[0], source[0]))


def _words(nonce: bytes, arrived: str, seen: str) -> bytes:
    return nonce + json.dumps({"arrived": arrived, "seen": seen, "clock": time.time()}).encode()


def understood(data: bytes, nonce: str) -> dict[str, Any] | None:
    """Return what our own words tell; nothing if they are not ours."""
    if data[: len(nonce)] != nonce.encode():
        return None
    try:
        told: dict[str, Any] = json.loads(data[len(nonce) :])
    except ValueError:
        return {}
    return told


def question(nonce: str) -> bytes:
    """Return a datagram that our own responder answers, long enough for the answer."""
    return nonce.encode().ljust(LONGEST // 2, b" ")


def stun_question(transaction: bytes) -> bytes:
    """Return a binding request (RFC 8489) that every STUN server answers."""
    return struct.pack("!HHI", 0x0001, 0, 0x2112A442) + transaction


def is_stun_answer(data: bytes, transaction: bytes) -> bool:
    """Tell whether it is the answer to a binding request, be it an error."""
    return len(data) >= 20 and data[:2] in (b"\x01\x01", b"\x01\x11") and data[8:20] == transaction
