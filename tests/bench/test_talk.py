"""The benchmark of Talk lets both make the same, and counts all of it."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench import talk

PRODUCT = [sys.executable, "-c", "from migrate.cli.app import main; main()"]


@pytest.fixture
def move(tmp_path: Path) -> talk.Move:
    return talk.Move(PRODUCT, tmp_path, meetings=3, hosts=2, latency=0)


@pytest.mark.slow
def test_requests_are_counted_and_the_peer_makes_the_same(move: talk.Move) -> None:
    costs = move.costs()
    assert costs.rooms[1] > 1
    assert costs.events[1] > 1
    kept = json.loads((move.folder / "kept.json").read_text("utf-8"))
    assert {body["roomName"] for _, body, _, _ in kept} == {f"Meeting {number}, every week" for number in range(3)}
    assert all("RRULE" in text for *_, text in kept)
    assert move.peer() > 0
    # A request for the room and one for its event.
    assert replace(move, latency=0.1).peer() > 2 * 3 * 0.1


@pytest.mark.slow
def test_ours_makes_all_on_a_new_server(move: talk.Move) -> None:
    assert move.ours() > 0


@pytest.mark.slow
def test_what_is_missing_on_the_server_is_noticed(move: talk.Move) -> None:
    with talk.running(1, 0) as cloud, pytest.raises(AssertionError):
        move._check(cloud)
    assert cloud.process.returncode == 0
