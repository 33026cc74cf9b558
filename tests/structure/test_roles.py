"""Roles say what they take, plays give them that, and build/vars.yml has what plays ask for, no more and no less."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from migrate.cli.deploy import STEPS
from migrate.core.bundle import Product
from tests import clouds, deployments

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
ROLES = sorted(path.name for path in (PLAYBOOKS / "roles").iterdir())
PLAYS = sorted(PLAYBOOKS.glob("*.yml"))
TASK_FILES = sorted(PLAYBOOKS.glob("roles/*/tasks/*.yml"))
# What runs any program, and so must tell what it changed.
COMMANDS = {f"ansible.builtin.{name}" for name in ("command", "shell", "raw", "script", "expect")}
# What a person gives on the command line, not the settings.
GIVEN = {"adopt", "destroy", "destroy_certificates"}
# What not every deployment has, and plays know.
OPTIONAL = {"certificate_ca_bundle", "certificate_server", "turn"}
DEPLOYMENTS: list[tuple[str, Product]] = [
    *((name, deployments.variant(name)) for name in deployments.VARIANTS),
    *((name, clouds.variant(name).product) for name in clouds.VARIANTS),
]


@cache
def always_told() -> frozenset[str]:
    """Return what every deployment of a product tells all plays."""
    every: dict[str, list[frozenset[str]]] = {}
    for _, product in DEPLOYMENTS:
        every.setdefault(product.name, []).append(frozenset(yaml.safe_load(product.variables().text)))
    return frozenset(name for told in every.values() for name in frozenset.intersection(*told))


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def specified(role: str, point: str = "") -> dict[str, dict[str, Any]]:
    """Return the options of one entry point of a role, or of all."""
    points = read(PLAYBOOKS / "roles" / role / "meta/argument_specs.yml")["argument_specs"]
    wanted = [points[point]] if point else points.values()
    return {name: option for found in wanted for name, option in found.get("options", {}).items()}


def defaults(role: str) -> dict[str, Any]:
    path = PLAYBOOKS / "roles" / role / "defaults/main.yml"
    return (read(path) if path.exists() else None) or {}


def uses(found: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield each role that a play uses, by which entry point, with the options that it gives."""
    if isinstance(found, list):
        for part in found:
            yield from uses(part)
    elif isinstance(found, dict):
        for key in ("ansible.builtin.include_role", "ansible.builtin.import_role"):
            if key in found:
                yield found[key]["name"], found[key].get("tasks_from", "main"), found.get("vars", {})
        for role in found.get("roles", ()):
            yield role["role"], "main", role.get("vars", {})
        for key in ("pre_tasks", "tasks", "post_tasks", "block", "rescue", "always"):
            yield from uses(found.get(key, []))


def tasks(found: Any) -> Iterator[dict[str, Any]]:
    for task in found or ():
        yield task
        for key in ("block", "rescue", "always", "pre_tasks", "tasks", "post_tasks"):
            yield from tasks(task.get(key))


@pytest.mark.parametrize("role", ROLES)
def test_every_option_has_a_type_and_tells_what_it_is(role: str):
    for name, option in specified(role).items():
        assert name.startswith(f"{role}_")
        assert option["type"]
        assert option["description"]
        assert not (option.get("required") and "default" in option)
        # Nothing is empty and yet has the parts that it must have: that one is given whole, or not at all.
        parted = any(part.get("required") for part in option.get("options", {}).values())
        assert option.get("required") or "default" in option or parted
        if option["type"] == "list":
            assert option["elements"]


@pytest.mark.parametrize("role", ROLES)
def test_defaults_are_those_that_the_options_tell(role: str):
    assert defaults(role) == {
        name: option["default"] for name, option in specified(role).items() if "default" in option
    }


@pytest.mark.parametrize("play", PLAYS, ids=lambda path: path.stem)
def test_plays_give_roles_their_options_and_no_others(play: Path):
    for role, point, given in uses(read(play)):
        options = specified(role, point)
        required = {name for name, option in options.items() if option.get("required")}
        assert given.keys() <= options.keys(), f"{role}, {point}"
        # A role that is called like its product finds there what the product's variables are called.
        assert required <= given.keys() | always_told(), f"{role}, {point}"


@pytest.mark.parametrize("product", ["jitsi_meet", "nextcloud_talk"])
def test_each_step_of_a_deployment_has_the_tag_that_the_command_knows(product: str):
    (play,) = read(PLAYBOOKS / f"{product}_deploy.yml")
    parts = [*play.get("roles", ()), *play["tasks"]]
    assert {tag for part in parts for tag in part["tags"]} == set(STEPS)
    for task in play["tasks"]:
        # What is included gets the tags only if it is told to, what is imported always.
        if "ansible.builtin.import_role" not in task:
            assert task["ansible.builtin.include_role"]["apply"]["tags"] == task["tags"]


def test_every_role_is_used():
    assert {role for play in PLAYS for role, _, _ in uses(read(play))} == set(ROLES)


@pytest.mark.parametrize("product", [product for _, product in DEPLOYMENTS], ids=[name for name, _ in DEPLOYMENTS])
def test_plays_find_what_they_ask_for_and_nothing_is_told_in_vain(product: Product):
    told = set(yaml.safe_load(product.variables().text))
    plays = [(read(play), play.read_text("utf-8")) for play in PLAYS]
    own = {name for play, _ in plays for part in play for name in part.get("vars", {})}
    asked = {word for _, text in plays for word in re.findall(rf"{{{{[^}}]*}}}}|when: .*|- {product.name}_.*", text)}
    asked = {word for text in asked for word in re.findall(rf"\b{product.name}_\w+", text)}
    assert told <= asked
    assert asked - told - own <= {f"{product.name}_{name}" for name in GIVEN | OPTIONAL}


@pytest.mark.parametrize("path", TASK_FILES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_task_files_are_short_and_guarded(path: Path):
    assert len(path.read_text("utf-8").splitlines()) <= 120
    for task in tasks(read(path)):
        assert task.get("name"), "every task has a name"
        assert not COMMANDS & task.keys() or {"changed_when"} & task.keys(), f"{task['name']}: does it change anything?"
