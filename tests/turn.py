"""A small client of STUN and TURN (RFC 8489, 8656) over UDP and TLS: as much of it as shows what a server grants."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from socket import AF_INET, AF_INET6, SOCK_DGRAM, create_connection, socket
from ssl import SSLContext
from typing import Self

COOKIE = 0x2112A442
BINDING, ALLOCATE, CREATE_PERMISSION = 0x001, 0x003, 0x008
SEND, DATA = 0x016, 0x017
SUCCESS, ERROR = 0x100, 0x110
USERNAME, INTEGRITY, ERROR_CODE, REALM, NONCE = 0x0006, 0x0008, 0x0009, 0x0014, 0x0015
PEER, PAYLOAD, RELAYED, FAMILY, TRANSPORT, SOFTWARE = 0x0012, 0x0013, 0x0016, 0x0017, 0x0019, 0x8022
UDP = bytes([17, 0, 0, 0])

_FAMILIES = {4: 1, 6: 2}

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
    """A person's browser: one port, and the credentials that it got. With TLS the server must prove its name."""

    server: tuple[str, int]
    name: str
    password: str
    tls: SSLContext | None = None
    hostname: str = ""
    line: socket = field(init=False)
    known: Attributes = field(default_factory=dict)

    def __enter__(self) -> Self:
        if self.tls:
            self.line = self.tls.wrap_socket(create_connection(self.server, 5), server_hostname=self.hostname)
        else:
            self.line = socket(AF_INET6 if ":" in self.server[0] else AF_INET, SOCK_DGRAM)
            self.line.connect(self.server)
        self.line.settimeout(5)
        return self

    def __exit__(self, *_: object) -> None:
        self.line.close()

    def binding(self) -> Attributes:
        """Ask what needs no credentials: who am I?"""
        return self._ask(BINDING, {}, secrets.token_bytes(12))

    def allocate(self, version: int = 0) -> IPAddress:
        """Ask for a relay and return its address. Browsers do not say of which version of IP."""
        wanted = {TRANSPORT: UDP, **({FAMILY: bytes([_FAMILIES[version], 0, 0, 0])} if version else {})}
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

    def exchange(self, peer: str, port: int, data: bytes) -> bytes:
        """Send something through the relay, and return what comes back from there."""
        transaction = secrets.token_bytes(12)
        sent = {PEER: _written(peer, transaction, port), PAYLOAD: data}
        body = b"".join(_attribute(kind, value) for kind, value in sent.items())
        self.line.send(_head(SEND, len(body), transaction) + body)
        while True:
            answer = self._receive()
            if struct.unpack("!H", answer[:2])[0] == DATA:
                return _attributes(answer[20:])[PAYLOAD]

    def _ask(self, method: int, attributes: Attributes, transaction: bytes) -> Attributes:
        self.line.send(self._message(method, transaction, attributes))
        while True:
            answer = self._receive()
            if answer[8:20] == transaction:
                return self._granted(method, answer)

    def _receive(self) -> bytes:
        if not self.tls:
            return self.line.recv(2048)
        head = self._exactly(20)
        return head + self._exactly(struct.unpack("!H", head[2:4])[0])

    def _exactly(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            more = self.line.recv(size - len(found))
            if not more:
                raise ConnectionError("the server has closed the connection")
            found += more
        return found

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


def _written(peer: str, transaction: bytes, port: int = 0) -> bytes:
    address = ip_address(peer)
    # A permission is for an address; whatever port is said.
    head = struct.pack("!BBH", 0, _FAMILIES[address.version], port ^ COOKIE >> 16)
    return head + _masked(address.packed, transaction)
