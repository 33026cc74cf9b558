"""Looks for secrets where others could see them: on hosts, and in the records of runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.hosts.host import Host

# On standard input they are told what to look for.
READ_BY_ALL = """cd /
exec runuser -u nobody -- grep -rslF --exclude-dir=proc --exclude-dir=sys --exclude-dir=dev -f - /
"""
LOGGED = """umask 077; cat >/run/sought
{ journalctl --all --output=cat --no-pager; find /var/log -type f -not -path '*/journal/*' -exec cat {} +; } |
    grep -aFf /run/sought | tr -cd '\\n[:print:]'
rm /run/sought
"""
_KEYS = "find /etc /var/lib -xdev -type f '(' -name '*.key' -o -name 'privkey*.pem' ')' -exec sed -sn 3p {} +"


def keys(hosts: Iterable[Host]) -> set[str]:
    """Return the second line of each private key."""
    return {line for host in hosts for line in host.run(_KEYS).split()}


def among(secrets: Iterable[str], host: Host, command: str) -> str:
    """Return what a command of a host finds of secrets, which it is told on standard input."""
    return host.tried(command, text="\n".join(sorted(secrets))).stdout


def texts(path: Path) -> Iterator[tuple[str, str]]:
    """Yield all files below a directory with what stands in them."""
    for file in sorted(path.rglob("*")):
        if file.is_file():
            yield str(file), file.read_text("utf-8", "surrogateescape")
