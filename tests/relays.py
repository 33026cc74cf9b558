"""A real coturn with a rendered file, on loopback, and people who ask it for relays."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_port
from tests.readers import directory, program, run
from tests.turn import Client, Refused, credentials

PORT, TLS_PORT = free_port(), free_port()
REPLACED = {
    # Other tests, and who else is on this machine, have the real ports and files.
    "listening-port": str(PORT),
    "tls-listening-port": str(TLS_PORT),
    "min-port": "20000",
    "max-port": "20099",
}
TROUBLE = re.compile(r"bad configuration|unknown|warning|error|cannot|illegal|wrong", re.IGNORECASE)


def directives(text: str) -> list[tuple[str, str]]:
    """Return the directives of a file with their values."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(name, value) for name, _, value in (line.partition("=") for line in lines)]


@contextmanager
def certified() -> Iterator[tuple[Path, Path]]:
    """Make a certificate and its key for a TURN server."""
    openssl = program("openssl", "openssl")
    with directory() as here:
        subject = ("-subj", "/CN=turn.example.org", "-days", "2")
        run(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", *subject,
            "-keyout", here / "key", "-out", here / "crt")  # fmt: skip
        yield here / "crt", here / "key"


@contextmanager
def coturn(text: str, certificate: tuple[Path, Path]) -> Iterator[list[str]]:
    """Start coturn with a rendered file on loopback; ports, certificate and the folder of its files are replaced."""
    turnserver = program("turnserver", "coturn")
    replaced = REPLACED | {"cert": str(certificate[0]), "pkey": str(certificate[1])}
    lines = [f"{name}={replaced.get(name, value)}" if value else name for name, value in directives(text)]
    with directory() as here:
        ours = ["listening-ip=127.0.0.1", "listening-ip=::1", f"userdb={here}/db", f"pidfile={here}/pid"]
        (here / "turnserver.conf").write_text("\n".join([*lines, *ours, ""]))
        server = subprocess.Popen(
            [turnserver, "-c", here / "turnserver.conf"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        log: list[str] = []
        try:
            for line in server.stdout:
                log.append(line)
                if "SQLite DB connection success" in line:
                    break
            yield log
        finally:
            server.terminate()
            log += server.communicate()[0].splitlines(keepends=True)


def person(address: str, secret: str, *, hours: float = 1) -> Client:
    """Return somebody with credentials that are good for some hours."""
    return Client((address, PORT), *credentials(secret, int(time.time() + hours * 3600)))


def answer(client: Client, peer: str) -> str:
    """Tell what a person gets who asks for a peer."""
    try:
        client.permit(peer)
    except Refused as refused:
        return str(refused.args[0])
    return "granted"
