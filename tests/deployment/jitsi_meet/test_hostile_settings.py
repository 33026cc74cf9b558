"""Whatever text a setting or a secret has: it is refused, or every file holds it and nothing else in it changes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr, ValidationError

from migrate.config import fixed
from migrate.deployment.jitsi_meet.product import JitsiMeet
from migrate.deployment.unfit import UnfitSettings, leaves
from tests.deployments import VARIANTS, every_text, variant
from tests.hostile import TEXTS
from tests.models import paths
from tests.parsed import Readers, replaced

BASES = ("everything", "jwt", "jwt-secret", "three-bridges", "private-network", "behind-nat", "behind-nat-by-stun")
CASES = [*((name, "settings") for name in BASES), ("jwt-secret", "secrets")]
# What breaks out of a format where quotes are forgotten -> whether a name may hold it.
BREAKING_OUT = {
    "\"]]..os.execute('id')..[[": True,
    "${x}": True,
    "'; add_header X-Evil 1; #": True,
    "</script><!--#include virtual='/etc/passwd' -->": True,
    "\\": True,
    "a\nb": False,
    "a\u2028b": False,
    "a\0b": False,
}
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
        return type(model).model_validate(fixed(plain))
    except ValidationError:
        return None


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
            files = {} if refused else every_text(product)
        except UnfitSettings as error:
            refused = [fault.path for fault in error.faults]
        if not refused:
            return files
        # The path of a fault begins with the table, and may be that of a table only.
        culprits = [path for path in new if any(path[: len(fault) - 1] == fault[1:] for fault in refused)]
        assert culprits, f"{refused} is refused, and is none of {list(new)}"
        for path in culprits:
            del new[path]


def tried(name: str, what: str) -> dict[Path, str]:
    """Return the texts of a base that no base before it has: what one of them holds, the others hold too."""
    before = BASES[: BASES.index(name)] if what == "settings" else ()
    known = {path for other in before for path in strings(variant(other).settings)}
    return {path: old for path, old in strings(getattr(variant(name), what)).items() if path not in known}


def hold(readers: Readers, name: str, what: str, choose: Callable[[Path], str]) -> set[Path]:
    """Give texts that are chosen for each path to all that takes them; return who took one."""
    base = variant(name)
    accepted: dict[Path, str] = {}
    for path, old in tried(name, what).items():
        text = choose(path)
        for new in (text, f"{old}{text}", f"{old}/?{text.strip()}"):
            # What consists of plain letters breaks out of nothing.
            if not SAFE.fullmatch(new) and changed(getattr(base, what), path, new):
                accepted[path] = new
    after = files_with(base, accepted, what)
    # Texts that stay are in it too: one can be the beginning of another.
    new_texts = {old: accepted.get(path, old) for path, old in strings(getattr(base, what)).items()}
    for key, text in every_text(base).items():
        compare(readers, key[1], text, after[key], new_texts)
    return set(accepted)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "what"), CASES)
@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_a_hostile_text_is_refused_or_held(readers: Readers, name: str, what: str, data: st.DataObject) -> None:
    hold(readers, name, what, lambda path: data.draw(TEXTS, label=str(path)))


@pytest.mark.slow
@pytest.mark.parametrize(("text", "taken"), BREAKING_OUT.items(), ids=map(ascii, BREAKING_OUT))
def test_a_text_that_would_break_out_of_a_format_is_refused_or_held(readers: Readers, text: str, taken: bool) -> None:
    took = {path for name, what in CASES for path in hold(readers, name, what, lambda _: text)}
    assert (("branding", "name") in took) == taken
    assert ("jwt_secret",) in took or not text.isprintable()


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
    assert {path for path, textual in paths(JitsiMeet.Settings) if textual} <= known
    assert set(BASES) <= set(VARIANTS)
