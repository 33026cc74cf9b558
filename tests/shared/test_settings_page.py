"""A page of settings: valid as it stands, and with any line of it, or all of them, no longer commented out."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from migrate.config import fixed
from migrate.deployment.jitsi_meet.settings import JitsiMeetSecrets, JitsiMeetSettings
from migrate.deployment.unfit import leaves
from migrate.shared.setting_faults import _present as present
from migrate.shared.settings_page import named_tables, settings_page, submodel

GIVEN = {"domain": "meet.example.org", "hosts": "meet.example.org"}
PAGE = settings_page(JitsiMeetSettings, "jitsi_meet", GIVEN)
SECRETS = settings_page(JitsiMeetSecrets, "jitsi_meet", dict.fromkeys(JitsiMeetSecrets.model_fields, "x" * 64))

EXAMPLE = re.compile(r"# (?=\[jitsi_meet|\w+ = )")
LINES = PAGE.splitlines()
COMMENTED = [number for number, line in enumerate(LINES) if EXAMPLE.match(line)]
NAMED = next(number for number in COMMENTED if LINES[number].startswith("# ["))


def read(lines: list[str]) -> JitsiMeetSettings:
    table = tomllib.loads("\n".join(lines))["jitsi_meet"]
    return JitsiMeetSettings.model_validate(fixed(table))


def settings_of(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of every value there can be."""
    for name, field in model.model_fields.items():
        inner = submodel(present(field.annotation)) or named_tables(field.annotation)
        yield from settings_of(inner, (*above, name)) if inner else [(*above, name)]


def present_in(table: Any, path: tuple[str, ...]) -> bool:
    for step in path:
        if step == "hosts":
            table = {"hosts": table["hosts"]["meet.example.org"]}
        if step not in table:
            return False
        table = table[step]
    return True


def uncommented(*numbers: int) -> list[str]:
    return [EXAMPLE.sub("", line) if number in numbers else line for number, line in enumerate(LINES)]


def test_a_page_as_it_is_made_sets_nothing_but_what_must_be_set() -> None:
    assert read(LINES) == JitsiMeetSettings(domain="meet.example.org")


@pytest.mark.parametrize("number", COMMENTED, ids=lambda number: LINES[number])
def test_every_line_can_be_uncommented_alone(number: int) -> None:
    found = read(uncommented(number, NAMED) if number > NAMED else uncommented(number))
    changed = dict(leaves(found)).items() ^ dict(leaves(JitsiMeetSettings(domain="meet.example.org"))).items()
    assert bool(changed) == (number >= NAMED or LINES[number - 1].endswith("example:")), changed


def test_all_lines_can_be_uncommented_and_then_every_setting_is_there() -> None:
    lines = uncommented(*COMMENTED)
    assert read(lines)
    table = tomllib.loads("\n".join(lines))["jitsi_meet"]
    assert not [path for path in settings_of(JitsiMeetSettings) if not present_in(table, path)]


def test_a_list_that_is_empty_is_shown_by_an_example() -> None:
    assert " = []" not in PAGE


def test_every_setting_says_what_it_does() -> None:
    for number in (*COMMENTED, LINES.index('domain = "meet.example.org"')):
        assert LINES[number - 1].startswith("# ")
        assert not EXAMPLE.match(LINES[number - 1])
    assert max(map(len, LINES)) <= 120


def test_sections_are_in_the_order_of_the_model() -> None:
    tables = [name for name, field in JitsiMeetSettings.model_fields.items() if submodel(field.annotation)]
    assert re.findall(r"^\[jitsi_meet\.(\w+)\]$", PAGE, re.MULTILINE) == tables


def test_a_page_of_secrets_sets_the_required_ones_and_shows_how_to_set_the_others() -> None:
    page = tomllib.loads(SECRETS)["jitsi_meet"]
    assert {name for name, field in JitsiMeetSecrets.model_fields.items() if field.is_required()} == set(page)
    assert f'\n# jwt_secret = "{"x" * 64}"\n' in SECRETS


def test_choices_are_told_where_the_description_does_not() -> None:
    assert 'one of "debian-12", "debian-13"' in PAGE
    assert "one of 180, 360, 540, 720, 1080" in PAGE
    assert 'one of "accounts"' not in PAGE
