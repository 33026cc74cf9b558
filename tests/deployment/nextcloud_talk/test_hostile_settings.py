"""No setting and no secret is free text: whatever could break out of a format is refused before it comes to a file."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from migrate.config import fixed
from migrate.deployment.nextcloud_talk.product import NextcloudTalk
from migrate.deployment.unfit import UnfitSettings, leaves
from tests.clouds import variant
from tests.hostile import NASTY, TEXTS

SAFE = re.compile(r"[\w.:/@+~-]*", re.ASCII)
# certbot takes these as they are, too, and no other file has the address of the ACME server.
SAFE_LINK = re.compile(r"[\w.:/@+~?&=%,-]*", re.ASCII)
BASES = ("everything", "apart", "behind-nat", "own-acme")
Path = tuple[str | int, ...]
Place = tuple[NextcloudTalk, str, Path]


def texts() -> list[Place]:
    """Return every text that is set in one of the bases, with where it is."""
    places = [(variant(name).product, "settings") for name in BASES]
    places.append((variant("minimal").product, "secrets"))
    return [
        (product, what, path)
        for product, what in places
        for path, value in leaves(getattr(product, what))
        if isinstance(value, str)
    ]


def harmless(path: Path, value: str) -> bool:
    return bool((SAFE_LINK if path == ("certificate", "server") else SAFE).fullmatch(value))


def takes(place: Place, value: str) -> bool:
    """Tell whether all that is rendered can hold a text."""
    product, what, path = place
    plain = getattr(product, what).model_dump()
    holder: Any = plain
    for step in path[:-1]:
        if isinstance(holder[step], tuple):
            holder[step] = list(holder[step])
        holder = holder[step]
    holder[path[-1]] = value if what == "settings" else SecretStr(value)
    try:
        changed = replace(product, **{what: type(getattr(product, what)).model_validate(fixed(plain))})
        return not changed.faults() and all(changed.bundle(host) for host in changed.hosts())
    except (ValidationError, UnfitSettings):
        return False


@pytest.mark.parametrize("place", texts(), ids=lambda place: ".".join(map(str, place[2])))
def test_nasty_texts_are_refused(place: Place) -> None:
    product, what, path = place
    old = dict(leaves(getattr(product, what)))[path]
    assert takes(place, old)
    for text in NASTY:
        for new in (text, f"{old}{text}"):
            assert harmless(path, new) or not takes(place, new), new


@pytest.mark.slow
@given(TEXTS, st.sampled_from(texts()))
def test_whatever_is_taken_is_safe_in_every_format(text: str, place: Place) -> None:
    assert harmless(place[2], text) or not takes(place, text)


def test_the_bases_have_every_kind_of_text() -> None:
    known = {tuple(step for step in path if isinstance(step, str) and "." not in step) for _, _, path in texts()}
    assert {("domain",), ("data",), ("phone_region",), ("proxy", "trusted"), ("signaling", "domain")} <= known
    assert {("hosts", "mappings", "local"), ("hosts", "addresses"), ("turn", "domain"), ("certificate", "key")} <= known
    assert {("certificate", name) for name in ("email", "server", "ca_bundle")} <= known
