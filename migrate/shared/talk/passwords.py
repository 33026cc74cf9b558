"""Passwords of rooms, derived from the key of the site: none is stored, and a resumed run knows them again."""

from __future__ import annotations

import hmac
from hashlib import shake_256

LENGTH = 29
_GROUP = 5  # four characters and the hyphen that is the special one
# Without what is read for something else: 0 and O, 1, l and I.
_UPPER, _LOWER, _DIGITS = "ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnopqrstuvwxyz", "23456789"


def derive_password(site_key: bytes, name: str, length: int = LENGTH) -> str:
    """Return the password of the room of that name, in groups of four characters, at least `length` long.

    It has every kind of character that a policy may ask for, so that none has to be known.
    """
    groups = -(-(max(length, LENGTH) + 1) // _GROUP)
    secret = hmac.digest(site_key, f"password\0{name}".encode(), "sha256")
    # Two bytes for each character: then none is noticeably likelier than the others.
    stream = shake_256(secret).digest(2 * 4 * groups)
    numbers = [int.from_bytes(stream[at : at + 2]) for at in range(0, len(stream), 2)]
    kinds = (_UPPER, _LOWER, _DIGITS, *(_UPPER + _LOWER + _DIGITS,) * (len(numbers) - 3))
    text = "".join(kind[number % len(kind)] for kind, number in zip(kinds, numbers, strict=True))
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))
