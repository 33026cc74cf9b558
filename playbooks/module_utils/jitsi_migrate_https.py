"""Asking web servers as the parts of a server ask each other: certificates are checked, redirects are not followed."""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, NamedTuple
from urllib.parse import urlsplit

PATIENCE = 10  # seconds for an answer
LONGEST = 1_000_000


class Unanswered(Exception):
    """There is no answer. The text tells why."""


class Answer(NamedTuple):
    """What a server answered. `ahead`: by how many seconds its clock is ahead of this host's, if it tells."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    ahead: float | None

    def json(self) -> Any:
        """Return the page as JSON; nothing if it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


def ask(url: str, method: str = "GET", body: bytes = b"", **headers: str) -> Answer:
    """Ask for a page; underscores in names of headers are hyphens. Raises Unanswered."""
    there = urlsplit(url)
    kind = HTTPConnection if there.scheme == "http" else HTTPSConnection
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    began = time.time()
    try:
        line = kind(there.hostname or "", there.port, timeout=PATIENCE)
        try:
            line.request(method, there._replace(scheme="", netloc="").geturl() or "/", body or None, named)
            answer = line.getresponse()
            found = answer.read(LONGEST)
        finally:
            line.close()
    except (OSError, HTTPException) as error:
        raise Unanswered(reason(error)) from None
    ahead = _ahead(answer.headers.get("Date", ""), began, time.time())
    return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, found, ahead)


def _ahead(date: str, began: float, ended: float) -> float | None:
    """Compare a date of whole seconds with the time in which it was written down."""
    try:
        told = parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError, IndexError):
        return None
    return 0.0 if began - 1 <= told <= ended else told + 0.5 - (began + ended) / 2


def reason(error: Exception) -> str:
    """Return why a server did not answer, for people."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"it does not speak TLS as it should: {error.reason or error}"
    if isinstance(error, socket.gaierror):
        return "its name has no address here"
    if isinstance(error, (TimeoutError, socket.timeout)):
        return f"it gives no answer in {PATIENCE} seconds"
    if isinstance(error, ConnectionRefusedError):
        return "nobody listens there"
    return str(getattr(error, "strerror", None) or error or type(error).__name__)
