"""No setting and no secret is free text: whatever could break out of a format is refused before it comes to a file."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr, ValidationError

from migrate.config import fixed
from migrate.deployment.nextcloud_talk.settings import NextcloudTalkSecrets, NextcloudTalkSettings
from migrate.deployment.unfit import leaves
from tests.clouds import variant
from tests.hostile import NASTY, TEXTS

SAFE = re.compile(r"[\w.:/@+~-]*", re.ASCII)
BASES = ("everything", "apart", "behind-nat")
Path = tuple[str | int, ...]


def texts() -> list[tuple[str, BaseModel, Path]]:
    """Return every text that is set in one of the bases, with the model that it is in."""
    models = [("settings", variant(name).topology.settings) for name in BASES]
    models.append(("secrets", variant("minimal").rendering.secrets))
    return [(what, model, path) for what, model in models for path, value in leaves(model) if isinstance(value, str)]


def takes(model: BaseModel, path: Path, value: str) -> bool:
    plain = model.model_dump()
    holder: Any = plain
    for step in path[:-1]:
        if isinstance(holder[step], tuple):
            holder[step] = list(holder[step])
        holder = holder[step]
    holder[path[-1]] = SecretStr(value) if isinstance(model, NextcloudTalkSecrets) else value
    try:
        type(model).model_validate(fixed(plain))
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(("what", "model", "path"), texts(), ids=lambda value: None)
def test_nasty_texts_are_refused(what: str, model: BaseModel, path: Path) -> None:
    old = dict(leaves(model))[path]
    for text in NASTY:
        for new in (text, f"{old}{text}"):
            assert SAFE.fullmatch(new) or not takes(model, path, new), (what, path, new)


@pytest.mark.slow
@given(TEXTS, st.sampled_from(texts()))
def test_whatever_is_taken_is_safe_in_every_format(text: str, place: tuple[str, BaseModel, Path]) -> None:
    _, model, path = place
    assert SAFE.fullmatch(text) or not takes(model, path, text)


def test_the_bases_have_every_kind_of_text() -> None:
    known = {tuple(step for step in path if isinstance(step, str) and "." not in step) for _, _, path in texts()}
    assert {("domain",), ("data",), ("phone_region",), ("proxy", "trusted"), ("signaling", "domain")} <= known
    assert {("hosts", "mappings", "local"), ("hosts", "addresses"), ("turn", "domain"), ("certificate", "key")} <= known
    assert isinstance(variant("everything").topology.settings, NextcloudTalkSettings)
