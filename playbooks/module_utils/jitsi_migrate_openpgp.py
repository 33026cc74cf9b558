"""Keys that sign repositories: OpenPGP certificates of version 4, in ASCII armor or not."""

from __future__ import annotations

import base64
import binascii
import hashlib
import textwrap
from collections.abc import Iterator

BEGIN, END = "-----BEGIN PGP PUBLIC KEY BLOCK-----", "-----END PGP PUBLIC KEY BLOCK-----"
PUBLIC_KEY = 6  # the tag of the packet that each certificate begins with
VERSION = 4


class NoKey(Exception):
    """What was taken for a key is none."""


def certificates(data: bytes) -> dict[str, bytes]:
    """Return the certificates by the fingerprints of their primary keys."""
    found: dict[str, bytes] = {}
    current = ""
    for tag, body, packet in _packets(_binary(data)):
        if tag == PUBLIC_KEY:
            current = fingerprint(body)
            found[current] = b""
        if current:
            found[current] += packet
    if not found:
        raise NoKey
    return found


def fingerprint(body: bytes) -> str:
    """Return the fingerprint of the body of a public key's packet."""
    if body[:1] != bytes([VERSION]):
        raise NoKey
    # The standard says so: https://www.rfc-editor.org/rfc/rfc4880#section-12.2
    return hashlib.sha1(b"\x99" + len(body).to_bytes(2, "big") + body).hexdigest().upper()  # noqa: S324


def armored(data: bytes) -> str:
    """Return certificates as text."""
    lines = textwrap.wrap(base64.b64encode(data).decode(), 64)
    return "\n".join((BEGIN, "", *lines, END)) + "\n"


def _binary(data: bytes) -> bytes:
    text = data.decode("latin-1")
    if BEGIN not in text:
        return data
    return b"".join(_block(block) for block in text.split(BEGIN)[1:])


def _block(block: str) -> bytes:
    lines = [line.strip() for line in block.partition(END)[0].strip("\n").splitlines()]
    # Headers end with an empty line; the last line may be a checksum.
    body = lines[lines.index("") + 1 :] if "" in lines else lines
    try:
        return base64.b64decode("".join(line for line in body if not line.startswith("=")), validate=True)
    except binascii.Error:
        raise NoKey from None


def _packets(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield tag, body and the whole of each packet."""
    start = 0
    while start < len(data):
        tag, first, size = _header(data, start)
        if first + size > len(data):
            raise NoKey
        yield tag, data[first : first + size], data[start : first + size]
        start = first + size


def _header(data: bytes, start: int) -> tuple[int, int, int]:
    """Return the tag, where the body begins, and its size."""
    head = data[start : start + 6]
    if len(head) < 2 or not head[0] & 0x80:
        raise NoKey
    if head[0] & 0x40:
        width, size = _new_size(head[1:])
        return head[0] & 0x3F, start + 1 + width, size
    width = (1, 2, 4, 0)[head[0] & 3]
    if not width:
        raise NoKey
    return (head[0] >> 2) & 0x0F, start + 1 + width, int.from_bytes(head[1 : 1 + width], "big")


def _new_size(head: bytes) -> tuple[int, int]:
    # These bounds are the format's.
    if head[0] < 192:
        return 1, head[0]
    if head[0] < 224:
        return 2, ((head[0] - 192) << 8) + head[1] + 192
    if head[0] == 255:
        return 5, int.from_bytes(head[1:5], "big")
    raise NoKey
