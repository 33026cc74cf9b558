"""A small client of STUN and TURN over UDP (RFC 8489, 8656): as much of it as shows what a server grants."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from socket import AF_INET, AF_INET6, SOCK_DGRAM, socket
from typing import Self

COOKIE = 0x2112A442
BINDING, ALLOCATE, CREATE_PERMISSION = 0x001, 0x003, 0x008
SUCCESS, ERROR = 0x100, 0x110
USERNAME, INTEGRITY, ERROR_CODE, REALM, NONCE = 0x0006, 0x0008, 0x0009, 0x0014, 0x0015
PEER, RELAYED, TRANSPORT, SOFTWARE = 0x0012, 0x0016, 0x0019, 0x8022
UDP = bytes([17, 0, 0, 0])

Attributes = dict[int, bytes]
IPAddress = IPv4Address | IPv6Address


class Refused(Exception):
    """The server said no. The argument is its number for that, such as 403."""


def credentials(secret: str, expires: int) -> tuple[str, str]:
    """Return name and password as Prosody gives them out: good until a time, and signed with the shared secret."""
    signed = hmac.new(secret.encode(), str(expires).encode(), hashlib.sha1).digest()
    return str(expires), base64.b64encode(signed).decode()


@dataclass
class Client:
    """A person's browser: one UDP port, and the credentials that it got."""

    server: tuple[str, int]
    name: str
    password: str
    line: socket = field(init=False)
    known: Attributes = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.line = socket(AF_INET6 if ":" in self.server[0] else AF_INET, SOCK_DGRAM)
        self.line.settimeout(5)
        self.line.connect(self.server)
        return self

    def __exit__(self, *_: object) -> None:
        self.line.close()

    def binding(self) -> Attributes:
        """Ask what needs no credentials: who am I?"""
        return self._ask(BINDING, {}, secrets.token_bytes(12))

    def allocate(self) -> IPAddress:
        """Ask for a relay as browsers do, without saying of which version of IP; return its address."""
        wanted = {TRANSPORT: UDP}
        try:
            self._ask(ALLOCATE, wanted, secrets.token_bytes(12))
        except Refused as refused:
            if refused.args != (401,):
                raise
        transaction = secrets.token_bytes(12)
        relayed = self._ask(ALLOCATE, wanted, transaction)[RELAYED]
        return ip_address(_masked(relayed[4:], transaction))

    def permit(self, peer: str) -> None:
        """Ask that the relay may reach a peer. Raises Refused."""
        transaction = secrets.token_bytes(12)
        self._ask(CREATE_PERMISSION, {PEER: _written(peer, transaction)}, transaction)

    def _ask(self, method: int, attributes: Attributes, transaction: bytes) -> Attributes:
        self.line.send(self._message(method, transaction, attributes))
        while True:
            answer = self.line.recv(2048)
            if answer[8:20] == transaction:
                return self._granted(method, answer)

    def _granted(self, method: int, answer: bytes) -> Attributes:
        found = _attributes(answer[20:])
        if struct.unpack("!H", answer[:2])[0] == method | SUCCESS:
            return found
        self.known |= {kind: found[kind] for kind in (REALM, NONCE) if kind in found}
        raise Refused(found[ERROR_CODE][2] * 100 + found[ERROR_CODE][3])

    def _message(self, method: int, transaction: bytes, attributes: Attributes) -> bytes:
        known = {USERNAME: self.name.encode(), **self.known} if self.known and method != BINDING else {}
        body = b"".join(_attribute(kind, value) for kind, value in {**attributes, **known}.items())
        if known:
            key = hashlib.md5(b":".join((self.name.encode(), known[REALM], self.password.encode()))).digest()
            signed = hmac.new(key, _head(method, len(body) + 24, transaction) + body, hashlib.sha1).digest()
            body += _attribute(INTEGRITY, signed)
        return _head(method, len(body), transaction) + body


def _head(method: int, length: int, transaction: bytes) -> bytes:
    return struct.pack("!HHI", method, length, COOKIE) + transaction


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def _attributes(body: bytes) -> Attributes:
    found: Attributes = {}
    while body:
        kind, length = struct.unpack("!HH", body[:4])
        found[kind] = body[4 : 4 + length]
        body = body[4 + length + -length % 4 :]
    return found


def _masked(address: bytes, transaction: bytes) -> bytes:
    mask = struct.pack("!I", COOKIE) + transaction
    return bytes(a ^ b for a, b in zip(address, mask, strict=False))


def _written(peer: str, transaction: bytes) -> bytes:
    address = ip_address(peer)
    # A permission is for an address; whatever port is said.
    return bytes([0, 1 if address.version == 4 else 2, 0, 0]) + _masked(address.packed, transaction)
