"""What a setting of a server can be: host names, addresses, links. Each tells in words what it wants."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from migrate.shared.quoting.notation import CONTROLS

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST_NAME = re.compile(rf"(?=.{{1,253}}\Z)(?:{_LABEL}\.)+(?!\d+\Z){_LABEL}")
_LINK = re.compile(r"[!-~]+")
# Not two dots beside each other: they lead elsewhere in a path, and are a slip in a name.
_APART = r"(?!.*\.\.)"
_PATH = re.compile(_APART + r"/[\w.+@-]+(?:/[\w.+@-]+)*", re.ASCII)
_WORD = re.compile(_APART + r"[A-Za-z0-9][\w.-]{0,62}", re.ASCII)
_LISTED = re.compile(_APART + r"[A-Za-z0-9][\w.-]{0,252}", re.ASCII)
_EMAIL = re.compile(_APART + r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_FILE = re.compile(_APART + r"[\w+@-][\w.+@-]*(?:/[\w+@-][\w.+@-]*)*", re.ASCII)


def host_name(value: str) -> str:
    """Return the name in lower case. Raises ValueError if it is none."""
    if not _HOST_NAME.fullmatch(value.lower()):
        raise ValueError(f"{value!r} is not a full host name such as meet.example.org (other letters as xn--…)")
    return value.lower()


def _server_port(value: str) -> str:
    name, colon, port = value.rpartition(":")
    if not colon or not re.fullmatch(r"[1-9]\d{0,4}", port) or int(port) > 65535:
        raise ValueError(f"{value!r} is not a host name and a port such as turn.example.org:3478")
    return f"{host_name(name)}:{port}"


def _address(value: str) -> str:
    try:
        found = ip_address(value)
    except ValueError as error:
        raise ValueError(f"{value!r} is not an IP address") from error
    if found.is_unspecified or found.is_multicast or getattr(found, "scope_id", None):
        raise ValueError(f"{value!r} is not the address of a host")
    return str(found)


def _host_or_address(value: str) -> str:
    try:
        return _address(value) if re.fullmatch(r"[\d.]+|.*:.*", value) else host_name(value)
    except ValueError as error:
        raise ValueError(f"{value!r} is neither a host name such as meet.example.org nor an IP address") from error


def _network(value: str) -> str:
    try:
        return str(ip_network(value))
    except ValueError as error:
        raise ValueError(f"{value!r} is not a network such as 192.0.2.0/24") from error


def _link(value: str) -> str:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError as error:
        raise ValueError(f"{value!r} is not a link") from error
    if parts.scheme != "https" or not _LINK.fullmatch(value) or "@" in parts.netloc:
        raise ValueError(f"{value!r} is not a link such as https://www.example.org/page")
    host_name(parts.hostname or "")
    return value


def _origin(value: str) -> str:
    parts = urlsplit(_link(value))
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"{value!r} has more than a server: write it as https://www.example.org")
    return f"https://{parts.netloc.lower()}"


def _claim(value: str) -> str:
    # A link is taken as it is: a claim is compared letter by letter.
    if _WORD.fullmatch(value):
        return value
    try:
        return _link(value)
    except ValueError as error:
        raise ValueError(f"{value!r} is neither a word nor a link such as https://id.example.org/staff") from error


def _matching(pattern: re.Pattern[str], wanted: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            raise ValueError(f"{value!r} is not {wanted}")
        return value

    return check


HostName = Annotated[str, AfterValidator(host_name)]
InventoryHost = Annotated[str, AfterValidator(_matching(_LISTED, "the name of a host in inventory.ini"))]
ServerPort = Annotated[str, AfterValidator(_server_port)]
Address = Annotated[str, AfterValidator(_address)]
HostOrAddress = Annotated[str, AfterValidator(_host_or_address)]
Network = Annotated[str, AfterValidator(_network)]
Link = Annotated[str, AfterValidator(_link)]
Claim = Annotated[str, AfterValidator(_claim)]
Origin = Annotated[str, AfterValidator(_origin)]
Port = Annotated[int, Field(ge=1, le=65535)]
Colour = Annotated[str, AfterValidator(_matching(re.compile(r"#[0-9a-fA-F]{6}"), "a colour such as #1f2937"))]
Email = Annotated[str, AfterValidator(_matching(_EMAIL, "an e-mail address"))]
ServerPath = Annotated[
    str, AfterValidator(_matching(_PATH, "the absolute path of a file on the server, of plain letters"))
]
SiteFile = Annotated[
    str, AfterValidator(_matching(_FILE, "the path of a file in the site directory, such as branding/logo.svg"))
]
Name = Annotated[
    str,
    Field(min_length=1, max_length=80),
    AfterValidator(_matching(re.compile(rf"[^\W_](?:[^{CONTROLS}]*[^{CONTROLS}\s])?"), "a name on one line")),
]
Word = Annotated[str, AfterValidator(_matching(_WORD, "a word of letters, digits and ._-"))]


def _plain_secret(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[A-Za-z0-9._~-]{16,200}", value.get_secret_value()):
        raise ValueError("must be 16 to 200 letters, digits and ._~-: programs and scripts of packages break others")
    return value


PlainSecret = Annotated[SecretStr, AfterValidator(_plain_secret)]
