"""URLs of servers that are given a password."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import quote, unquote, urlsplit, urlunsplit


def origin(url: str) -> str:
    """Return scheme, host and port of a URL, written in one way."""
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    return f"{parts.scheme}://{parts.hostname or ''}:{port}"


def with_user(url: str, user: str) -> str:
    """Return the URL with a user name in it, which `parted` takes out again."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{quote(user, safe='')}@{parts.netloc}")) if user else url


def parted(url: str) -> tuple[str, str]:
    """Return the URL without, and its user name. Raises ValueError if there is a password, or it is no URL."""
    parts = urlsplit(url)
    if parts.password is not None:
        raise ValueError("a password does not belong into a URL")
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])), unquote(parts.username or "")


def fault_of_url(url: str) -> str:
    """Say why a password cannot be sent to a URL, empty if it can."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "this is not a URL"
    if not host or parts.scheme not in {"https", "http"}:
        return "write a URL such as https://cloud.example.org"
    if parts.username is not None or parts.query or parts.fragment:
        return "leave user, password, ? and # out of the URL"
    if parts.scheme == "http" and not _is_loopback(host):
        return "a password is only sent by https"
    return ""


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
