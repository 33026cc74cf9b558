"""No setting and no secret is free text: whatever could break out of a format is refused before it comes to a file."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr, ValidationError

from migrate.config import fixed
from migrate.deployment.nextcloud_talk.settings import NextcloudTalkSecrets, NextcloudTalkSettings
from migrate.deployment.unfit import UnfitSettings, leaves
from tests.clouds import variant
from tests.hostile import NASTY, TEXTS

SAFE = re.compile(r"[\w.:/@+~-]*", re.ASCII)
# certbot takes these as they are, too, and no other file has the address of the ACME server.
SAFE_LINK = re.compile(r"[\w.:/@+~?&=%,-]*", re.ASCII)
BASES = ("everything", "apart", "behind-nat", "own-acme")
Path = tuple[str | int, ...]


def texts() -> list[tuple[str, BaseModel, Path]]:
    """Return every text that is set in one of the bases, with the model that it is in."""
    models = [("settings", variant(name).topology.settings) for name in BASES]
    models.append(("secrets", variant("minimal").product.secrets))
    return [(what, model, path) for what, model in models for path, value in leaves(model) if isinstance(value, str)]


def harmless(path: Path, value: str) -> bool:
    return bool((SAFE_LINK if path == ("certificate", "server") else SAFE).fullmatch(value))


def takes(model: BaseModel, path: Path, value: str) -> bool:
    plain = model.model_dump()
    holder: Any = plain
    for step in path[:-1]:
        if isinstance(holder[step], tuple):
            holder[step] = list(holder[step])
        holder = holder[step]
    holder[path[-1]] = SecretStr(value) if isinstance(model, NextcloudTalkSecrets) else value
    try:
        return renders(type(model).model_validate(fixed(plain)))
    except ValidationError:
        return False


def renders(model: BaseModel) -> bool:
    what = "settings" if isinstance(model, NextcloudTalkSettings) else "secrets"
    try:
        replace(variant("minimal").product, **{what: model}).bundle("cloud.example.org")
    except UnfitSettings:
        return False
    return True


@pytest.mark.parametrize(("what", "model", "path"), texts(), ids=lambda value: None)
def test_nasty_texts_are_refused(what: str, model: BaseModel, path: Path) -> None:
    old = dict(leaves(model))[path]
    for text in NASTY:
        for new in (text, f"{old}{text}"):
            assert harmless(path, new) or not takes(model, path, new), (what, path, new)


@pytest.mark.slow
@given(TEXTS, st.sampled_from(texts()))
def test_whatever_is_taken_is_safe_in_every_format(text: str, place: tuple[str, BaseModel, Path]) -> None:
    _, model, path = place
    assert harmless(path, text) or not takes(model, path, text)


def test_the_bases_have_every_kind_of_text() -> None:
    known = {tuple(step for step in path if isinstance(step, str) and "." not in step) for _, _, path in texts()}
    assert {("domain",), ("data",), ("phone_region",), ("proxy", "trusted"), ("signaling", "domain")} <= known
    assert {("hosts", "mappings", "local"), ("hosts", "addresses"), ("turn", "domain"), ("certificate", "key")} <= known
    assert {("certificate", name) for name in ("email", "server", "ca_bundle")} <= known
    assert isinstance(variant("everything").topology.settings, NextcloudTalkSettings)
