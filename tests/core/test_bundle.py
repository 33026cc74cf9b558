"""The parts of a bundle."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from migrate.core.bundle import Content, Inventory, SecretSpan


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5), st.text())
def test_masked_text_has_a_mask_for_each_secret_and_all_else(parts: list[tuple[str, str]], end: str) -> None:
    text, shown, spans = "", "", []
    for plain, secret in parts:
        text += plain
        spans.append(SecretSpan(len(text), len(text) + len(secret), "‹mask›"))
        text += secret
        shown += f"{plain}‹mask›"
    assert Content(text + end, tuple(spans)).masked == shown + end


def test_a_group_that_is_not_there_has_no_hosts() -> None:
    assert Inventory({"one": ("a.example.org",)}).hosts("two") == ()
