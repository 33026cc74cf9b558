"""No file of a server names a host that its settings do not name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pytest
from pydantic import BaseModel

from migrate.deployment.jitsi_meet.product import JitsiMeet
from migrate.deployment.unfit import leaves
from tests.deployments import VARIANTS, every_text, variant

# Endings of names in the wild: generous, for a host that is missed is a leak that is missed.
TOP = (
    "com|org|net|io|de|eu|us|uk|ch|at|fr|nl|me|dev|app|cloud|info|biz|tv|co|sh|sc|be|se|no|pl|cz|it|es|pt|gg|im|ly|to|"
    "ai|cn|ru|in|br|jp|edu|gov|mil|int|xyz|site|online|tech|live|video|chat|tools|systems|network|services|host|page"
)
HOST = re.compile(rf"(?<![\w.@-])((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:{TOP}))(?![\w-])", re.IGNORECASE)
ADDRESS = re.compile(r"(?<![\w.])(\d{1,3}(?:\.\d{1,3}){3})(?![\w.]|/\d)")
LINK = re.compile(r"(?:https?|wss?|stuns?|turns?):(?://)?([^\s\"'/:;,]+)")

# What looks like a host and is none: keys of the bridge's and Jicofo's settings.
NO_HOSTS = re.compile(r"http-servers\..*")

LOOPBACK = {"127.0.0.1", "127.0.0.2", "0.0.0.0", "localhost", "[::1]", "[::]"}


def named(product: JitsiMeet) -> set[str]:
    """Return every host that the settings and the inventory name, and those that follow from the domain."""
    said = [value for _, value in leaves(product.settings) if isinstance(value, str)]
    return {*product.hosts(), *(found for value in said for found in hosts(value)), *addresses(said)}


def hosts(text: str) -> set[str]:
    return {found[1].lower() for found in HOST.finditer(text)} - {
        found[1].lower() for found in HOST.finditer(text) if NO_HOSTS.fullmatch(found[1])
    }


def addresses(said: Iterable[str]) -> set[str]:
    return {value for value in said if ADDRESS.fullmatch(value)}


def known(name: str, allowed: set[str], domain: str) -> bool:
    """Tell whether a host is named, or is one of the XMPP names below the domain, which no DNS has."""
    return name in allowed or name.endswith(f".{domain}")


@pytest.mark.parametrize("name", VARIANTS)
def test_every_host_in_a_rendered_file_is_named_by_a_setting(name: str) -> None:
    product = variant(name)
    allowed = named(product)
    for place, text in every_text(product).items():
        strange = {found for found in hosts(text) if not known(found, allowed, product.settings.domain)}
        assert not strange, place


@pytest.mark.parametrize("name", VARIANTS)
def test_every_address_in_a_rendered_file_is_named_by_a_setting(name: str) -> None:
    product = variant(name)
    allowed = named(product) | LOOPBACK
    for place, text in every_text(product).items():
        # What the relay refuses to reach is named to be refused.
        kept = "\n".join(line for line in text.splitlines() if not line.startswith("denied-peer-ip="))
        assert not {found[1] for found in ADDRESS.finditer(kept)} - allowed, place


@pytest.mark.parametrize("name", VARIANTS)
def test_every_link_leads_to_a_host_that_a_setting_names(name: str) -> None:
    product = variant(name)
    allowed = named(product) | LOOPBACK
    for place, text in every_text(product).items():
        targets = {found[1].lower().strip("\\") for found in LINK.finditer(text)}
        strange = {found for found in targets if not known(found, allowed, product.settings.domain)}
        assert not {found for found in strange if not found.startswith(("$", "{"))}, place


@pytest.mark.parametrize("name", VARIANTS)
def test_every_host_that_was_set_is_in_a_file(name: str) -> None:
    product = variant(name)
    every = leaves(product.settings)
    said = {text for path, text in every if isinstance(text, str) and was_set(product.settings, path)}
    found = {host for text in every_text(product).values() for host in hosts(text)}
    assert {host for text in said for host in hosts(text)} <= found


def was_set(model: BaseModel, path: tuple[str | int, ...]) -> bool:
    holder: Any = model
    for step in path:
        if isinstance(holder, BaseModel) and step not in holder.model_fields_set:
            return False
        holder = getattr(holder, str(step)) if isinstance(holder, BaseModel) else holder[step]
    return True


@pytest.mark.parametrize(
    "text",
    [
        "stun:meet-jit-si-turnrelay.jitsi.net:443",
        'url = "https://www.gravatar.com/avatar/"',
        "# see https://jitsi.org/blog",
        "server 8.8.8.8;",
    ],
)
def test_the_walk_would_find_a_foreign_host(text: str) -> None:
    assert hosts(text) or ADDRESS.search(text) or LINK.search(text)


def test_a_secret_never_stands_where_others_can_read_it() -> None:
    for name in VARIANTS:
        product = variant(name)
        for host in product.hosts():
            for file in product.bundle(host).files:
                if getattr(file.content, "secrets", ()):
                    assert file.placement.mode.endswith("0"), f"{file.placement.path} of {name}"
