"""The benchmark of calendars lets everybody write the same, and counts all of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bench import calendars
from tests.caldav.nextcloud import nextcloud

PRODUCT = [sys.executable, "-c", "from migrate.cli.app import main; main()"]


@pytest.fixture
def task(tmp_path: Path) -> Iterator[calendars.Task]:
    # It lets nobody delete calendars, so that what was written can be looked at afterwards.
    with nextcloud() as server:
        yield calendars.Task(PRODUCT, tmp_path, server, meetings=3, hosts=2, workers=2)


@pytest.mark.slow
def test_requests_are_counted_and_the_floor_writes_the_same_objects(task: calendars.Task) -> None:
    planned, applied = task.requests()
    assert planned > 0
    assert applied >= 1
    assert task.floor(connections=2) > 0
    written = [data for url in task.server.collections[-2:] for data in task.server.resources(url).values()]
    assert sorted(written) == sorted(path.read_bytes() for path in task.files.iterdir())


@pytest.mark.slow
def test_ours_writes_all_into_new_calendars(task: calendars.Task) -> None:
    assert task.ours() > 0
    assert sum(len(task.server.resources(url)) for url in task.server.collections[-2:]) == 3


@pytest.mark.slow
def test_a_distant_server_answers_later(task: calendars.Task) -> None:
    task.requests()
    with calendars.distant(task.server, 0.1) as server:
        assert replace(task, server=server, hosts=1).floor(connections=1) > 3 * 0.1


def test_what_is_missing_on_the_server_is_noticed(task: calendars.Task) -> None:
    with pytest.raises(AssertionError):
        task._check(task.server.collections)


def test_vdirsyncer_is_given_all_objects_and_the_password_in_no_argument(task: calendars.Task) -> None:
    task.files.mkdir()
    for name in ("1.ics", "2.ics", "3.ics"):
        (task.files / name).touch()
    with task._calendars() as places:
        config = task._pair(places)
    assert len(list(config.parent.glob("files/*/*.ics"))) == 3
    assert task.server.password not in config.read_text("utf-8")
