"""Prosody on this server: what it has stored, and its console, by which it is told what to change."""

from __future__ import annotations

import hashlib
import hmac
import re
import socket
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from ansible.module_utils.jitsi_migrate_programs import tried
from ansible.module_utils.jitsi_migrate_refused import Refused

STORED = re.compile(r'^\s*(?:\["(\w+)"\]|(\w+)) = (?:"((?:[^"\\]|\\.)*)"|(\d+));?$', re.MULTILINE)
NAMESPACE = "xmpp:prosody.im/admin"
HEADER = (
    "<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams'"
    f" xmlns='{NAMESPACE}' version='1.0'>"
)
PATIENCE = 30


class Address(NamedTuple):
    """An account's address."""

    user: str
    host: str

    def __str__(self) -> str:
        return f"{self.user}@{self.host}"


def address(text: str) -> Address:
    """Return the account of an address."""
    user, _, host = text.rpartition("@")
    return Address(user, host)


def place(data: Path, of: Address, store: str) -> Path:
    """Return where something of an account is stored."""
    return data / escaped(of.host) / store / f"{escaped(of.user)}.dat"


def stored(data: Path, of: Address, store: str) -> str | None:
    """Return what is stored of an account; nothing if nothing is."""
    try:
        return place(data, of, store).read_text("utf-8")
    except FileNotFoundError:
        return None


def users(data: Path, host: str) -> Iterator[str]:
    """Yield the users of a host."""
    for path in sorted((data / escaped(host) / "accounts").glob("*.dat")):
        yield re.sub(r"(?:%[0-9a-f]{2})+", lambda found: bytes.fromhex(found[0].replace("%", "")).decode(), path.stem)


def escaped(name: str) -> str:
    """Return a name as Prosody writes it in paths."""
    return "".join(chr(byte) if chr(byte).isalnum() and byte < 128 else f"%{byte:02x}" for byte in name.encode())


def has_password(text: str, password: str) -> bool:
    """Tell whether what is stored of an account was made of a password (RFC 5802)."""
    values = {found[1] or found[2]: found[3] or found[4] or "" for found in STORED.finditer(text)}
    if not {"salt", "stored_key", "iteration_count"} <= values.keys():
        return False
    given = unicodedata.normalize("NFKC", password).encode()
    salted = hashlib.pbkdf2_hmac("sha1", given, values["salt"].encode(), int(values["iteration_count"]))
    key = hashlib.new("sha1", hmac.digest(salted, b"Client Key", "sha1"), usedforsecurity=False).hexdigest()
    return hmac.compare_digest(key, values["stored_key"])


def is_subscribed(text: str | None, contact: str) -> bool:
    """Tell whether a stored roster lets a contact know when the account is there."""
    entry = re.search(rf'\["{re.escape(contact)}"\] = \{{(.*?)^\t\}}', text or "", re.MULTILINE | re.DOTALL)
    return bool(entry and re.search(r'subscription"?\]? = "(?:from|both)"', entry[1]))


class Console:
    """Prosody's console, over the socket that only root and Prosody reach. What is said there is in no process list.

    `prosodyctl shell` is not used: it may keep what it is told in a file.
    """

    def __init__(self, path: Path) -> None:
        self._parser: XMLPullParser[Element] = XMLPullParser(["end"])
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(PATIENCE)
        try:
            self._socket.connect(str(path))
            self._socket.sendall(HEADER.encode())
        except OSError as error:
            raise Refused(f"Prosody does not answer at {path} ({error.strerror}): it must be running") from None

    def ask(self, command: str, *words: str) -> str:
        """Have a command carried out. Raises Refused with the reason if it is not."""
        line = f"{command}({', '.join(map(quoted, words))})"
        try:
            self._socket.sendall(f"<repl-input repl='0'>{line}</repl-input>".encode())
            kind, told = next(self._results())
        except (OSError, ParseError, StopIteration):
            raise Refused(f"Prosody did not answer to {command}, see its log") from None
        if kind == "error":
            raise Refused(told.replace("Error: ", "", 1))
        return told

    def _results(self) -> Iterator[tuple[str, str]]:
        while data := self._socket.recv(65536):
            self._parser.feed(data)
            for event in self._parser.read_events():
                element = event[-1]
                if isinstance(element, Element) and element.tag == f"{{{NAMESPACE}}}repl-result":
                    yield element.get("type", ""), element.text or ""


def quoted(text: str) -> str:
    """Return a text as Lua reads it, of characters that mean nothing to anybody else."""
    return '"' + "".join(f"\\{byte:03d}" for byte in text.encode()) + '"'


def subscribe(program: str, account: str, contact: str) -> None:
    """Let a contact know when an account is there, by the command that Jitsi's packages bring."""
    done = tried(program, "mod_roster_command", "subscribe", contact, account)
    if done.returncode:
        said = " ".join((done.stdout + done.stderr).split())
        raise Refused(f"the roster of {account} cannot be written: {said[:300]}")
