"""The plan as a file, guarded by a checksum."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.core.errors import InputError, MigrateError, RefusedError
from migrate.services.plan_file import Sealed, checksum, dump, load, seal
from tests.builders import BEN, NUMBER, day, reading, row, rows, schedule_csv, series, weekly
from tests.desk import Desk

MARCH = rows(weekly("2027-03-01 09:00", 5))
TWO_ROWS = rows(["2027-03-01 09:00", "2027-03-04 15:00"], "Chat", None)


def rich(path: str = "upcoming.csv", other: str = "schedule.csv", empty: str = "empty.csv") -> Sealed:
    """Return a plan that names its files wherever a plan can."""
    corrected = schedule_csv(series("2027-03-01 10:00", 5), path=other)
    return journalled().plan(reading(*MARCH, *TWO_ROWS, path=path), corrected, reading(), empty=empty)


def journalled() -> Desk:
    desk = Desk()
    desk.migrate(reading(*MARCH))
    return desk


def test_a_plan_comes_back_from_its_file() -> None:
    sealed = rich()
    assert load(dump(sealed), "plan.json") == sealed
    assert dump(load(dump(sealed), "plan.json")) == dump(sealed)


def test_the_file_is_indented_and_ends_with_a_line_end() -> None:
    text = dump(rich()).decode()
    assert text.startswith('{\n  "format": "jitsi-migrate/plan",\n  "version": 1,')
    assert text.endswith("}\n")


def test_the_checksum_does_not_depend_on_when_the_plan_was_made() -> None:
    sealed = rich()
    later = replace(sealed.plan, created=sealed.plan.created + timedelta(days=9))
    assert seal(later).checksum == sealed.checksum


@pytest.mark.parametrize(
    "names",
    [
        ("march.csv", "schedule.csv", "none.csv"),
        ("upcoming.csv", "/srv/anna/s.csv", "empty.csv"),
        ("a (1).csv", "[b].csv", "+.csv"),
        ("x", "2", "y"),
    ],
)
def test_the_checksum_does_not_depend_on_how_the_files_are_called(names: tuple[str, ...]) -> None:
    sealed, renamed = rich(), rich(*names)
    codes = {problem.code for problem in sealed.plan.problems}
    assert codes == {"contradiction", "ambiguous-series"}
    assert any("schedule.csv:2" in problem.message for problem in sealed.plan.problems)
    assert sealed.plan.limit.emptied
    assert renamed.document["problems"] != sealed.document["problems"]
    assert renamed.checksum == sealed.checksum


@pytest.mark.parametrize(
    "other",
    [
        lambda desk: desk.plan(reading(*MARCH), since=day("03-02")),
        lambda desk: desk.plan(reading(*(replace(each, host=BEN) for each in MARCH))),
        lambda desk: desk.plan(reading(*MARCH, window=("03-01", "04-04"))),
        lambda desk: desk.plan(reading(*MARCH), reading(*MARCH, path="again.csv")),
        lambda desk: Desk(server="https://video.example.org").plan(reading(*MARCH)),
        lambda desk: Desk(names="slug").plan(reading(*MARCH)),
        lambda desk: journalled().plan(reading(*MARCH)),
    ],
    ids=["since", "host", "window", "files", "server", "names", "journal"],
)
def test_anything_else_changes_the_checksum(other) -> None:
    assert other(Desk()).checksum != Desk().plan(reading(*MARCH)).checksum


def places(value, path=()):
    """Yield the path of every plain value in a document."""
    if isinstance(value, (dict, list)):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(item, (*path, key))
    else:
        yield path


PLAN = json.loads(dump(rich()))
FREE = {"created", "path", "sources"}


@pytest.mark.parametrize("path", [path for path in places(PLAN) if not FREE & set(path)], ids=str)
def test_a_plan_that_was_changed_by_hand_is_refused(path) -> None:
    changed = deepcopy(PLAN)
    *way, last = path
    parent = changed
    for key in way:
        parent = parent[key]
    parent[last] = f"{parent[last]}!"
    with pytest.raises(MigrateError) as caught:
        load(orjson.dumps(changed), "plan.json")
    assert isinstance(caught.value, (RefusedError, InputError))


def test_a_plan_of_another_product_version_is_refused_and_says_which() -> None:
    document = {**PLAN, "product": "9.9.9"}
    with pytest.raises(RefusedError, match=r"made by jitsi-migrate 9\.9\.9, this is"):
        load(orjson.dumps({**document, "checksum": checksum(document)}), "plan.json")


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe", b"[]", b"7", b"{}", b'{"format": "other"}', b"Topic,ID\n", b"[" * 5000, dump(rich())[:-20]],
)
def test_what_is_no_plan_is_an_input_error(data: bytes) -> None:
    with pytest.raises(InputError, match=r"plan\.json is not a"):
        load(data, "plan.json")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timezone", "Europe"),
        ("timezone", "Mars"),
        ("timezone", "../../etc/passwd"),
        ("start", "0001-01-01T00:00:00+14:00"),
        ("host", {}),
        ("kind", "party"),
    ],
)
def test_a_plan_whose_checksum_was_forged_is_read_with_care(name: str, value: object) -> None:
    document = deepcopy(PLAN)
    document["changes"][0]["meeting"][name] = value
    document["changes"][0]["meeting"]["exdates"] = ["9999-12-31T23:59:59-14:00"]
    document["checksum"] = checksum(document)
    with pytest.raises(InputError, match="not a readable plan"):
        load(orjson.dumps(document), "plan.json")


@given(st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda inner: st.dictionaries(
    st.sampled_from([*PLAN, "x"]), inner | st.lists(inner, max_size=2), max_size=5), max_leaves=12))  # fmt: skip
def test_no_document_is_a_crash(value) -> None:
    document = {**PLAN, **value, "x": 1} if isinstance(value, dict) else value
    with pytest.raises(MigrateError):
        load(json.dumps(document).encode(), "plan.json")


def test_no_secret_is_in_a_plan() -> None:
    secret = Desk().plan(reading(row("2027-03-01 09:00", features=("passcode",))))
    assert secret.document["changes"][0]["meeting"]["features"] == ["passcode"]
    assert "pwd" not in dump(secret).decode()
    assert f"https://zoom.us/j/{NUMBER}" in dump(secret).decode()
