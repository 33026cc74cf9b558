"""A known secret is shown nowhere, however it is written."""

from __future__ import annotations

import base64
import json
import shlex
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.core.bundle import Bundle, Content, Placement, SecretSpan, ServerFile
from migrate.shared.masking import Masking, mask

SECRETS = st.text(st.characters(codec="utf-8"), min_size=4, max_size=20)
WRITTEN = [
    str, repr, json.dumps, lambda text: json.dumps(text, ensure_ascii=False), shlex.quote, quote,
    lambda text: quote(text, safe=""), lambda text: base64.b64encode(text.encode()).decode(),
]  # fmt: skip


@pytest.mark.parametrize("write", WRITTEN)
@given(secret=SECRETS)
def test_a_secret_is_masked_however_it_is_quoted(write, secret: str):
    shown = Masking.of([secret])(f"it is [{write(secret)}].")
    assert mask(secret) in shown
    assert shown.strip("[]. its").replace(mask(secret), "").strip("'\"[]. ") == ""


def test_a_secret_within_another_hides_neither():
    assert Masking.of(["word", "password"])("password, word") == f"{mask('password')}, {mask('word')}"


def test_all_texts_of_json_are_masked_names_too():
    told = {"a-secret": ["a-secret", {"x": "=a-secret="}], "n": 1, "t": ("a-secret",)}
    shown = mask("a-secret")
    assert Masking.of(["a-secret"]).deep(told) == {shown: [shown, {"x": f"={shown}="}], "n": 1, "t": [shown]}


def test_what_stands_for_a_secret_in_a_file_is_masked_as_there():
    content = Content('password = "a\\"b c"\n', (SecretSpan(12, 18, "‹secret:01234567›"),))
    bundle = Bundle("meet.example.org", {}, (ServerFile(Placement("/etc/x"), content),))
    assert content.text[12:18] == 'a\\"b c'
    assert Masking.of([], [bundle])('line 3: a\\"b c') == "line 3: ‹secret:01234567›"


@pytest.mark.parametrize("masking", [Masking({}), Masking.of([""]), Masking.of(["abc"])])
def test_without_secrets_words_are_as_they_were(masking: Masking):
    assert masking("an abc of nothing") == "an abc of nothing"
