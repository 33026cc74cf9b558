"""inventory.ini: which host is in which group. Ansible reads the same file; what only Ansible understands is refused.

Read are groups, hosts one in a line with their variables (left to Ansible), [group:vars] (left to Ansible) and
[group:children]. Host ranges such as web[1:3] and nameless groups are not: a bundle belongs to one named host.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from migrate.core.bundle import Inventory
from migrate.core.errors import ConfigurationError

FILE = "inventory.ini"

_HEADER = re.compile(r"\[([\w.-]+)(?::(vars|children))?\]\s*(?:#.*)?", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,252}", re.ASCII)
_YAML = re.compile(r"---|[\w.-]+:")
# Groups that Ansible has without being told.
_BUILT_IN = ("all", "ungrouped")


@dataclass
class _Found:
    hosts: dict[str, dict[str, int]] = field(default_factory=dict)
    children: dict[str, dict[str, int]] = field(default_factory=dict)
    variables: dict[str, int] = field(default_factory=dict)
    faults: list[tuple[int, str]] = field(default_factory=list)


def read_inventory(text: str, path: str) -> Inventory:
    """Read inventory.ini. Raises ConfigurationError with every line that is not understood."""
    found = _Found()
    lines = list(_lines(text))
    if lines and _YAML.fullmatch(lines[0][1]):
        found.faults.append((lines[0][0], "this begins like YAML, and only the INI form is read"))
    else:
        _read(found, lines)
        found.faults += _astray(found)
    if found.faults:
        raise ConfigurationError(
            f"{path} is not understood",
            hint="Write one host in a line below its group, as in inventory.example.",
            details=[f"line {number}: {fault}" for number, fault in sorted(found.faults)],
        )
    return Inventory({group: tuple(dict.fromkeys(_all_hosts(found, group))) for group in found.hosts})


def with_host(text: str, path: str, host: str, groups: Sequence[str]) -> str:
    """Return the inventory with the host in those of the groups that are empty, if the first one is.

    Nothing else of the text changes. Raises ConfigurationError if it is not understood.
    """
    known = read_inventory(text, path)
    if known.hosts(groups[0]):
        return text
    for group in groups:
        if not known.hosts(group):
            text = _in_group(text, group, host)
    return text


def _in_group(text: str, group: str, host: str) -> str:
    lines = text.splitlines(keepends=True)
    for place, line in enumerate(lines):
        header = _HEADER.fullmatch(line.strip())
        if header and header[1] == group and not header[2]:
            ending = line[len(line.rstrip("\r\n")) :]
            lines[place] = f"{line}{host}{ending}" if ending else f"{line}\n{host}\n"
            return "".join(lines)
    gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    return f"{text}{gap}[{group}]\n{host}\n"


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped and stripped[0] not in "#;":
            yield number, stripped


def _read(found: _Found, lines: Sequence[tuple[int, str]]) -> None:
    group, kind = "", ""
    for number, line in lines:
        header = _HEADER.fullmatch(line)
        if header:
            group, kind = header[1], header[2] or ""
            _begin(found, group, kind, number)
        elif line.startswith("["):
            found.faults.append((number, f"{line} is not the name of a group"))
            group, kind = "", "unknown"
        elif fault := _FAULTS[kind](found, group, line, number):
            found.faults.append((number, fault))


def _begin(found: _Found, group: str, kind: str, number: int) -> None:
    if kind == "vars":
        found.variables.setdefault(group, number)
    else:
        found.hosts.setdefault(group, {})


def _host(found: _Found, group: str, line: str, number: int) -> str:
    """Take a line below the header of a group; return what is wrong with it."""
    try:
        name, *variables = shlex.split(line, comments=True)
    except ValueError:
        return "a quote is not closed"
    if fault := _odd_name(name):
        return fault
    if not group:
        return f"{name} is in no group"
    if odd := next((word for word in variables if "=" not in word), ""):
        return f"{odd} is no variable of {name}: it has no ="
    if earlier := found.hosts[group].get(name):
        return f"{name} is in [{group}] already, by line {earlier}"
    found.hosts[group][name] = number
    return ""


def _odd_name(name: str) -> str:
    if _NAME.fullmatch(name):
        return ""
    if "[" in name:
        return f"{name} is a range: write each host in a line of its own"
    if re.fullmatch(r"[\w.-]+:\d+", name):
        host, _, port = name.partition(":")
        return f"{name} has a port: write {host} ansible_port={port}"
    return f"{name} is not the name of a host"


def _child(found: _Found, group: str, line: str, number: int) -> str:
    name = line.partition("#")[0].strip()
    if not _NAME.fullmatch(name):
        return f"{name} is not the name of a group"
    found.children.setdefault(group, {}).setdefault(name, number)
    return ""


def _variable(found: _Found, group: str, line: str, number: int) -> str:  # noqa: ARG001
    return "" if "=" in line else f"{line} is no variable of [{group}]: it has no ="


# What is below a header that is no header has no place; the header is told already.
_FAULTS = {"": _host, "children": _child, "vars": _variable, "unknown": lambda *_: ""}


def _astray(found: _Found) -> Iterator[tuple[int, str]]:
    """Yield what can be known at the end only: groups that are not there, and groups inside of themselves."""
    for group, line in found.variables.items():
        if group not in found.hosts and group not in _BUILT_IN:
            yield line, f"there is no group [{group}] to have variables"
    for group, members in found.children.items():
        for name, line in members.items():
            if name not in found.hosts or name in _BUILT_IN:
                yield line, f"there is no group [{name}] to be part of [{group}]"
            elif group in _below(found, name):
                yield line, f"[{name}] is part of [{group}], and [{group}] is part of [{name}]"


def _below(found: _Found, group: str) -> set[str]:
    """Return a group and all that are part of it, themselves or by others."""
    below, waiting = set[str](), [group]
    while waiting:
        below.add(this := waiting.pop())
        waiting += [name for name in found.children.get(this, ()) if name not in below]
    return below


def _all_hosts(found: _Found, group: str) -> Iterator[str]:
    yield from found.hosts.get(group, ())
    for child in found.children.get(group, ()):
        yield from _all_hosts(found, child)
