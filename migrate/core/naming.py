"""Names that stay: keys of meetings, and room names made from them."""

from __future__ import annotations

import hmac
import re
import unicodedata
from base64 import b32encode
from collections.abc import Callable, Collection

from migrate.core.meeting import Meeting

PERSONAL_NUMBER_DIGITS = 10
ROOM_NAME_MAX = 60
_OPAQUE_CHARS = 16  # base32: 80 bits
_SUFFIX_CHARS = 13  # base32: 65 bits
_DIGEST_BYTES = 10  # base32: 16 characters


def normalise(text: str) -> str:
    """Fold what people do not mean when they write a name: width, case and white space."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def key_of(meeting: Meeting) -> str:
    """Name a meeting by what outlives a change of its time: number, else uuid, else host and topic."""
    if meeting.number:
        return f"number:{meeting.number}"
    if meeting.uuid:
        return f"uuid:{meeting.uuid}"
    return topic_key(meeting)


def topic_key(meeting: Meeting) -> str:
    """Name a meeting by host and topic, where a file has no better."""
    return _topic_key(meeting.host.email or meeting.host.name, meeting.topic)


def aliases_of(meeting: Meeting) -> tuple[str, ...]:
    """List the weaker names by which an export that tells less knows the meeting."""
    hosts = filter(None, (meeting.host.email, meeting.host.name))
    names = [f"uuid:{meeting.uuid}"] if meeting.uuid else []
    names += [_topic_key(host, meeting.topic) for host in hosts] or [topic_key(meeting)]
    return tuple(name for name in names if name != key_of(meeting))


def personal_key(number: str, topic: str, pattern: str = "") -> str:
    """Name one of the meetings that are held in a personal room."""
    base = f"number:{number}#{normalise(normalise(topic).replace('#', ' '))}"
    return f"{base}#{pattern}" if pattern else base


def personal_base(key: str) -> str:
    """Return the key of a meeting in a personal room without its pattern: all of one topic share it."""
    return "#".join(key.split("#")[:2])


def room_key(key: str) -> str:
    """Return the key of the room a meeting is held in; the meetings of a personal room share it."""
    return key.partition("#")[0] if key.startswith("number:") else key


def is_personal(number: str | None) -> bool:
    """Tell a personal meeting room by its number: they have ten digits, meetings nine or eleven."""
    return number is not None and len(number) == PERSONAL_NUMBER_DIGITS


def opaque_name(site_key: bytes, key: str, taken: Collection[str]) -> str:
    """Return a room name that tells nothing: 80 bits of an HMAC of the key, as `xxxx-xxxx-xxxx-xxxx`."""

    def choose(attempt: int) -> str:
        digits = _digest(site_key, key, attempt)[:_OPAQUE_CHARS]
        return "-".join(digits[at : at + 4] for at in range(0, _OPAQUE_CHARS, 4))

    return _first_free(choose, taken)


def slug_name(site_key: bytes, key: str, topic: str, taken: Collection[str]) -> str:
    """Return a readable room name: the topic in `[a-z0-9-]` and 65 bits of an HMAC, so that it cannot be guessed."""
    readable = slug(topic)[: ROOM_NAME_MAX - _SUFFIX_CHARS - 1].rstrip("-")

    def choose(attempt: int) -> str:
        suffix = _digest(site_key, key, attempt)[:_SUFFIX_CHARS]
        return f"{readable}-{suffix}" if readable else suffix

    return _first_free(choose, taken)


def slug(text: str) -> str:
    """Return the text in `[a-z0-9-]`; empty if nothing of it can be written so."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")


def _topic_key(host: str, topic: str) -> str:
    return f"topic:{normalise(host)}|{normalise(topic)}"


def _digest(site_key: bytes, key: str, attempt: int) -> str:
    message = f"room\0{key}\0{attempt}".encode()
    return b32encode(hmac.digest(site_key, message, "sha256")[:_DIGEST_BYTES]).decode().lower()


def _first_free(choose: Callable[[int], str], taken: Collection[str]) -> str:
    attempt = 0
    while (name := choose(attempt)) in taken:
        attempt += 1
    return name
