"""Rendering against Jinja2 alone: the same templates and values, with filters that quote and check nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined
from pydantic import SecretStr

from migrate.core.bundle import Inventory
from migrate.deployment.jitsi_meet.files import recipes
from migrate.deployment.jitsi_meet.product import JitsiMeet
from migrate.deployment.recipes import TEMPLATES
from migrate.shared import templates
from migrate.shared.quoting import NOTATIONS
from migrate.shared.resources import project_text

SECRET = "a-secret-of-the-benchmark"


def deployment(bridges: int) -> JitsiMeet:
    """Return one host that does everything, or a web server with many bridges and a TURN server."""
    names = [f"bridge-{number}.example.org" for number in range(bridges)] or ["meet.example.org"]
    turn = "turn.example.org" if bridges else "meet.example.org"
    groups = {"jitsi_meet": ("meet.example.org",), "jitsi_videobridge": tuple(names), "coturn": (turn,)}
    hosts = {
        name: {"addresses": (f"192.0.2.{number % 254 + 1}", f"2001:db8::{number + 1:x}"), "region": f"r{number % 3}"}
        for number, name in enumerate(names[:bridges])
    }
    settings = JitsiMeet.Settings.model_validate(
        {"domain": "meet.example.org", "hosts": hosts, "turn": {"domain": turn}}
    )
    secrets = dict.fromkeys(("jicofo_password", "bridge_password", "turn_secret"), SECRET)
    inventory = Inventory(groups)
    return JitsiMeet.open(settings, JitsiMeet.Secrets.model_validate(secrets), inventory, Path())


def ours(product: JitsiMeet) -> float:
    templates._shipped.cache_clear()
    return _timed(lambda: [product.bundle(host) for host in product.hosts()])


def peer(product: JitsiMeet) -> float:
    jobs = [
        (TEMPLATES + recipe.template, product._context(host))
        for host in product.topology.hosts
        for recipe in recipes(host, product.topology)
    ]
    jinja = Environment(
        loader=FunctionLoader(project_text), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    jinja.filters.update(dict.fromkeys(NOTATIONS, _bare))
    return _timed(lambda: [jinja.get_template(name).render(values) for name, values in jobs])


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _bare(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else repr(value)
