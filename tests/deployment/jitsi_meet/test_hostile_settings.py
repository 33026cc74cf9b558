"""Whatever text a setting or a secret has: it is refused, or every file holds it and nothing else in it changes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr, ValidationError

from migrate.deployment.jitsi_meet.product import JitsiMeet
from migrate.deployment.unfit import UnfitSettings, leaves
from tests.deployments import VARIANTS, texts, variant
from tests.hostile import TEXTS
from tests.parsed import Readers, replaced

BASES = ("everything", "jwt", "jwt-secret", "three-bridges", "private-network", "behind-nat", "behind-nat-by-stun")
SAFE = re.compile(r"[\w.,:/@+~ -]*", re.ASCII)
Path = tuple[str | int, ...]


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    made = Readers()
    yield made
    made.close()


def strings(model: BaseModel) -> dict[Path, str]:
    """Return every setting that is a text, at least those that have a value."""
    return {path: value for path, value in leaves(model) if isinstance(value, str)}


def changed(model: BaseModel, path: Path, value: str) -> BaseModel | None:
    """Return a model with another text at a place; None if the model refuses it."""
    plain = model.model_dump()
    holder: Any = plain
    for step in path[:-1]:
        if isinstance(holder[step], tuple):
            holder[step] = list(holder[step])
        holder = holder[step]
    holder[path[-1]] = SecretStr(value) if isinstance(model, JitsiMeet.Secrets) else value
    try:
        return type(model).model_validate(_tuples(plain))
    except ValidationError:
        return None


def _tuples(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _tuples(member) for key, member in value.items()}
    return tuple(map(_tuples, value)) if isinstance(value, list | tuple) else value


def rendered(product: JitsiMeet) -> dict[tuple[str, str], str]:
    files = {(host, path): text for host in product.hosts() for path, text in texts(product.bundle(host)).items()}
    return {**files, ("", "vars.yml"): product.variables().text}


def files_with(base: JitsiMeet, new: Mapping[Path, str], what: str) -> Mapping[tuple[str, str], str] | None:
    """Render with other texts; None if that is refused."""
    model: BaseModel | None = getattr(base, what)
    for path, value in new.items():
        model = changed(model, path, value) if model else None
    if not model:
        return None
    product = JitsiMeet.open(
        model if what == "settings" else base.settings,
        model if what == "secrets" else base.secrets,
        base.inventory,
        base.site,
    )
    if product.faults():
        return None
    try:
        return rendered(product)
    except UnfitSettings:
        return None


@pytest.mark.slow
@pytest.mark.parametrize("what", ["settings", "secrets"])
@pytest.mark.parametrize("name", BASES)
@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_hostile_text_is_refused_or_held(readers: Readers, name: str, what: str, data: st.DataObject) -> None:
    base = variant(name)
    accepted: dict[Path, str] = {}
    for path, old in strings(getattr(base, what)).items():
        text = data.draw(TEXTS, label=str(path))
        for new in (text, f"{old}{text}", f"{old}/?{text.strip()}"):
            # What consists of plain letters breaks out of nothing.
            hostile = not SAFE.fullmatch(new)
            if hostile and changed(getattr(base, what), path, new) and files_with(base, {path: new}, what):
                accepted[path] = new
    after = files_with(base, accepted, what)
    if not after:
        return
    before = rendered(base)
    old_texts = strings(getattr(base, what))
    new_texts = {old_texts[path]: new for path, new in accepted.items()}
    for key, text in before.items():
        compare(readers, key[1], text, after[key], new_texts)


def compare(readers: Readers, path: str, before: str, after: str, new: Mapping[str, str]) -> None:
    if before == after:
        return
    found = readers.parsed(path, before)
    if found is None:
        concerned = [text for old, text in new.items() if old in before]
        assert all(SAFE.fullmatch(text) for text in concerned), f"{path} holds {concerned}"
        assert after == replaced(before, new), path
    else:
        assert readers.parsed(path, after) == replaced(found, new), path


def test_the_bases_have_every_text_that_can_be_set() -> None:
    """No text setting is forgotten: each has a value in one of the bases."""
    known = {
        tuple(step for step in path if isinstance(step, str) and "." not in step)
        for name in BASES
        for path in strings(variant(name).settings)
    }
    assert sorted(set(_textual(JitsiMeet.Settings, ())) - known) == []
    assert set(BASES) <= set(VARIANTS)


def _textual(model: type[BaseModel], path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        nested = [kind for kind in _kinds(field.annotation) if isinstance(kind, type) and issubclass(kind, BaseModel)]
        for kind in nested:
            yield from _textual(kind, (*path, name))
        if not nested and str in _kinds(field.annotation):
            yield (*path, name)


def _kinds(annotation: Any) -> list[Any]:
    inner = [kind for argument in getattr(annotation, "__args__", ()) for kind in _kinds(argument)]
    return [annotation, *inner]
