"""What Ansible's modules share stands in rooms; imports run from them to the ground that all stand on, never back."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PREFIX = "jitsi_migrate_"
UTILS = Path(__file__).parents[2] / "playbooks" / "module_utils"
NAMES = sorted(path.stem.removeprefix(PREFIX) for path in UTILS.glob("*.py"))
GROUND = {"files", "locks", "masking", "programs", "refused", "system"}
ROOMS = {
    "bundle": {"before", "placing", "plan", "record", "shown"},
    "packages": {
        "apt",
        "debconf",
        "foreign",
        "installed",
        "installing",
        "openpgp",
        "policy",
        "removing",
        "repositories",
    },
    "certificates": {"certbot", "openssl"},
    "preflight": {"echo", "fetching", "host", "owner", "simulation"},
    "releases": {"images", "releases", "unpacking", "verifying"},
    "services": {"mariadb", "nextcloud", "nftables", "prosody", "units"},
    "talk": {
        "findings",
        "https",
        "setup_checks",
        "talk_backend",
        "talk_clocks",
        "talk_janus",
        "talk_nextcloud",
        "talk_relays",
        "turn",
        "websocket",
    },
}
# A host is looked at before anything is installed there, and by the same words; and before its firewall is taken over.
# Archives are fetched, and their keys are read, as those of packages are.
WAYS = {("preflight", "packages"), ("releases", "packages"), ("services", "packages")}


def imported(name: str) -> Iterator[str]:
    """Yield the full names of the modules that one imports."""
    for node in ast.walk(ast.parse((UTILS / f"{PREFIX}{name}.py").read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def ours(name: str) -> set[str]:
    return {full.rpartition(PREFIX)[2] for full in imported(name) if PREFIX in full}


def room(name: str) -> str:
    return next((room for room, names in ROOMS.items() if name in names), "")


def test_each_stands_in_one_room() -> None:
    assert sorted([*GROUND, *(name for names in ROOMS.values() for name in names)]) == NAMES


def test_none_leads_back_to_itself() -> None:
    assert list(TopologicalSorter({name: ours(name) for name in NAMES}).static_order())


@pytest.mark.parametrize("name", NAMES)
def test_rooms_know_the_ground_and_themselves(name: str) -> None:
    rooms = {room(other) for other in ours(name) - GROUND}
    assert rooms <= {room(name), *(to for here, to in WAYS if here == room(name))}
    assert not (name in GROUND and ours(name) - GROUND)


@pytest.mark.parametrize("name", NAMES)
def test_servers_need_nothing_but_python_and_ansible_brings_the_rest(name: str) -> None:
    assert {full.partition(".")[0] for full in imported(name)} <= {*sys.stdlib_module_names, "ansible"}
