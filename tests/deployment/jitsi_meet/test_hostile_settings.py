"""Whatever text a setting or a secret has: it is refused, or every file holds it and nothing else in it changes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
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


def files_with(base: JitsiMeet, new: dict[Path, str], what: str) -> Mapping[tuple[str, str], str]:
    """Render with other texts, without those that are refused: they are taken out of `new`."""
    while True:
        model: BaseModel = getattr(base, what)
        for path, value in new.items():
            model = changed(model, path, value) or model
        product = JitsiMeet.open(
            model if what == "settings" else base.settings,
            model if what == "secrets" else base.secrets,
            base.inventory,
            base.site,
        )
        try:
            refused = [fault.path for fault in product.faults()]
            files = {} if refused else rendered(product)
        except UnfitSettings as error:
            refused = [fault.path for fault in error.faults]
        if not refused:
            return files
        # The path of a fault begins with the table, and may be that of a table only.
        culprits = [path for path in new if any(path[: len(fault) - 1] == fault[1:] for fault in refused)]
        assert culprits, f"{refused} is refused, and is none of {list(new)}"
        for path in culprits:
            del new[path]


@pytest.mark.slow
@pytest.mark.parametrize("what", ["settings", "secrets"])
@pytest.mark.parametrize("name", BASES)
@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_a_hostile_text_is_refused_or_held(readers: Readers, name: str, what: str, data: st.DataObject) -> None:
    base = variant(name)
    model = getattr(base, what)
    accepted: dict[Path, str] = {}
    for path, old in strings(model).items():
        text = data.draw(TEXTS, label=str(path))
        for new in (text, f"{old}{text}", f"{old}/?{text.strip()}"):
            # What consists of plain letters breaks out of nothing.
            if not SAFE.fullmatch(new) and changed(model, path, new):
                accepted[path] = new
    after = files_with(base, accepted, what)
    before = rendered(base)
    old_texts = strings(getattr(base, what))
    # Texts that stay are in it too: one can be the beginning of another.
    new_texts = {old: accepted.get(path, old) for path, old in old_texts.items()}
    for key, text in before.items():
        compare(readers, key[1], text, after[key], new_texts)


def compare(readers: Readers, path: str, before: str, after: str, new: Mapping[str, str]) -> None:
    if before == after:
        return
    found = readers.parsed(path, before)
    if found is None:
        concerned = [text for old, text in new.items() if old != text and old in before]
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
