"""A small client of TURN (RFC 8489, 8656), by UDP and by TLS: it asks for a relay, and gives it back."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import socket
import ssl
import struct
import time

from ansible.module_utils.jitsi_migrate_https import PATIENCE, Unanswered, reason

COOKIE = 0x2112A442
ALLOCATE, REFRESH = 0x003, 0x004
SUCCESS = 0x100
USERNAME, INTEGRITY, ERROR_CODE, LIFETIME, REALM, NONCE, TRANSPORT = 0x06, 0x08, 0x09, 0x0D, 0x14, 0x15, 0x19
UDP = bytes([17, 0, 0, 0])
EVERY = 0.5  # seconds after which a datagram is sent again
HOUR = 3600

Attributes = dict[int, bytes]


class Denied(Exception):
    """The server said no. `code` is its number for that, such as 401."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def credentials(secret: str) -> tuple[str, str]:
    """Return a name and a password as Talk gives them out: good for an hour, and signed with the shared secret."""
    name = f"{int(time.time()) + HOUR}:jitsi-migrate"
    return name, base64.b64encode(hmac.new(secret.encode(), name.encode(), hashlib.sha1).digest()).decode()


class Turn:
    """A line to a TURN server, by UDP or by TLS. Raises Unanswered."""

    def __init__(self, name: str, port: int, *, tls: bool) -> None:
        self.ends = 0.0
        self._tls, self._known = tls, Attributes()
        try:
            self._line = _secured(name, port) if tls else _connected(name, port)
        except OSError as error:
            raise Unanswered(reason(error)) from None
        if isinstance(self._line, ssl.SSLSocket):
            shown = self._line.getpeercert() or {}
            self.ends = ssl.cert_time_to_seconds(str(shown["notAfter"])) if "notAfter" in shown else 0.0

    def close(self) -> None:
        """End it."""
        self._line.close()

    def relay(self, user: str, password: str) -> None:
        """Ask for a relay, and give it back. Raises Denied."""
        try:
            self._ask(ALLOCATE, {TRANSPORT: UDP})
        except Denied as denied:
            if denied.code != 401 or NONCE not in self._known:
                raise
            self._signed(user, password, ALLOCATE, {TRANSPORT: UDP})
            self._signed(user, password, REFRESH, {LIFETIME: bytes(4)})

    def _signed(self, user: str, password: str, method: int, attributes: Attributes) -> None:
        key = hashlib.md5(b":".join((user.encode(), self._known[REALM], password.encode()))).digest()  # noqa: S324
        self._ask(method, {**attributes, USERNAME: user.encode(), **self._known}, key)

    def _ask(self, method: int, attributes: Attributes, key: bytes = b"") -> None:
        transaction = os.urandom(12)
        body = b"".join(_attribute(kind, value) for kind, value in attributes.items())
        if key:
            signed = hmac.new(key, _head(method, len(body) + 24, transaction) + body, hashlib.sha1).digest()
            body += _attribute(INTEGRITY, signed)
        try:
            answer = self._answer(_head(method, len(body), transaction) + body, transaction)
        except OSError as error:
            raise Unanswered(reason(error)) from None
        found = _attributes(answer[20:])
        if struct.unpack("!H", answer[:2])[0] != method | SUCCESS:
            self._known = {kind: found[kind] for kind in (REALM, NONCE) if kind in found}
            code = found.get(ERROR_CODE, bytes(4))
            raise Denied(code[2] * 100 + code[3])

    def _answer(self, message: bytes, transaction: bytes) -> bytes:
        end = time.monotonic() + PATIENCE
        if self._tls:
            self._line.sendall(message)
        while (left := end - time.monotonic()) > 0:
            if not self._tls:
                self._line.send(message)
            self._line.settimeout(left if self._tls else min(EVERY, left))
            try:
                answer = self._message()
            except socket.timeout:  # noqa: UP041 - an error of its own on Python 3.9
                continue
            if answer[8:20] == transaction:
                return answer
        raise TimeoutError

    def _message(self) -> bytes:
        if not self._tls:
            return self._line.recv(2048).ljust(20, b"\0")
        head = self._exactly(20)
        return head + self._exactly(struct.unpack("!H", head[2:4])[0])

    def _exactly(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            more = self._line.recv(size - len(found))
            if not more:
                raise Unanswered("it ends the connection")
            found += more
        return found


def _secured(name: str, port: int) -> ssl.SSLSocket:
    return ssl.create_default_context().wrap_socket(
        socket.create_connection((name, port), PATIENCE), server_hostname=name
    )


def _connected(name: str, port: int) -> socket.socket:
    """Return a line to the first address that this host has a way to."""
    error: OSError = socket.gaierror()
    for family, kind, _, _, place in socket.getaddrinfo(name, port, type=socket.SOCK_DGRAM):
        line = socket.socket(family, kind)
        try:
            line.connect(place)
        except OSError as found:
            line.close()
            error = found
        else:
            return line
    raise error


def _head(method: int, length: int, transaction: bytes) -> bytes:
    return struct.pack("!HHI", method, length, COOKIE) + transaction


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def _attributes(body: bytes) -> Attributes:
    found: Attributes = {}
    while len(body) >= 4:
        kind, length = struct.unpack("!HH", body[:4])
        found[kind] = body[4 : 4 + length]
        body = body[4 + length + -length % 4 :]
    return found
