"""inventory.ini: which host is in which group. Ansible reads the same file; what only Ansible understands is refused.

Read are groups, hosts one in a line with their variables (left to Ansible), [group:vars] (left to Ansible) and
[group:children]. Host ranges such as web[1:3] and nameless groups are not: a bundle belongs to one named host.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from migrate.core.bundle import Inventory
from migrate.core.errors import ConfigurationError

FILE = "inventory.ini"

_HEADER = re.compile(r"\[([\w.-]+)(?::(vars|children))?\]\s*(?:[#;].*)?", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,252}", re.ASCII)


@dataclass
class _Found:
    hosts: dict[str, list[str]] = field(default_factory=dict)
    children: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def read_inventory(text: str, path: str) -> Inventory:
    """Read inventory.ini. Raises ConfigurationError with every line that is not understood."""
    found = _Found()
    group, kind = "", ""
    for number, line in _lines(text):
        header = _HEADER.fullmatch(line)
        if header:
            group, kind = header[1], header[2] or "hosts"
            found.hosts.setdefault(group, [])
        elif kind != "vars":
            _member(found, group, kind, line, number)
    for group, members in found.children.items():
        found.faults += [
            f"line {line}: there is no group [{name}] to be part of [{group}]"
            for name, line in members
            if name not in found.hosts
        ]
    if found.faults:
        raise ConfigurationError(
            f"{path} is not understood",
            hint="Write one host in a line below its group, as in inventory.example.",
            details=found.faults,
        )
    groups = {group: tuple(dict.fromkeys(_all_hosts(found, group, ()))) for group in found.hosts}
    return Inventory(groups, found.lines)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped and stripped[0] not in "#;":
            yield number, stripped


def _member(found: _Found, group: str, kind: str, line: str, number: int) -> None:
    name = line.split(maxsplit=1)[0]
    if line.startswith("["):
        found.faults.append(f"line {number}: {line} is not the name of a group")
    elif not _NAME.fullmatch(name):
        found.faults.append(f"line {number}: {name} is not the name of a host")
    elif not group:
        found.faults.append(f"line {number}: {name} is in no group")
    elif kind == "children":
        found.children.setdefault(group, []).append((name, number))
    else:
        found.hosts[group].append(name)
        found.lines.setdefault(name, number)


def _all_hosts(found: _Found, group: str, above: tuple[str, ...]) -> Iterator[str]:
    yield from found.hosts[group]
    for child, _ in found.children.get(group, []):
        if child not in (*above, group):
            yield from _all_hosts(found, child, (*above, group))
