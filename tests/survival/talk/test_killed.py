"""A run that is killed before or after any exchange with a Nextcloud, or any write of its own: no room twice."""

from __future__ import annotations

from itertools import count
from signal import SIGKILL

import pytest

from tests.survival import sites
from tests.survival.organisation import apply, plan, undo
from tests.survival.talk.cloud import Cloud, Left
from tests.talk.profiles import TALK_21, TALK_22

pytestmark = pytest.mark.slow

# Before 21.1 a room is made in steps.
every = pytest.mark.parametrize("cloud", [TALK_22, TALK_21], indirect=True, ids=lambda profile: profile.talk)


def survive_apply(cloud: Cloud, step: int, first: int = 0) -> None:
    """Kill apply at every so manieth instant; the same command must complete it."""
    with cloud.copy("planned") as site:
        chosen = cloud.instants(apply(site))[first::step]
        assert cloud.unlike(site, "applied") == ""
    wrong = {}
    for instant in chosen:
        with cloud.copy("planned") as site:
            assert cloud.kill(apply(site), instant).code == -SIGKILL, instant
            cloud.program.done(apply(site))
            if complaint := cloud.unlike(site, "applied") or cloud.rooms.doubles():
                wrong[instant] = complaint
    assert wrong == {}


def survive_undo(cloud: Cloud, step: int, first: int = 0) -> None:
    """Kill undo at every so manieth instant; the same command must complete it, to the same end."""
    run = sites.last_apply(cloud.site("applied")).id
    with cloud.copy("applied") as site:
        chosen = cloud.instants(undo(site, run))[first::step]
        assert cloud.unlike(site, "undone") == ""
    wrong = {}
    for instant in chosen:
        with cloud.copy("applied") as site:
            assert cloud.kill(undo(site, run), instant).code == -SIGKILL, instant
            cloud.program.done(undo(site, run))
            if complaint := cloud.unlike(site, "undone"):
                wrong[instant] = complaint
    assert wrong == {}


@every
def test_an_apply_killed_at_some_instants_is_completed_by_the_same_command(cloud: Cloud) -> None:
    survive_apply(cloud, 100, first=23)


@every
@pytest.mark.exhaustive
@pytest.mark.timeout(900)
def test_an_apply_killed_at_any_instant_is_completed_by_the_same_command(cloud: Cloud) -> None:
    survive_apply(cloud, 1)


def test_an_undo_killed_at_some_instants_is_completed_by_the_same_command(cloud: Cloud) -> None:
    survive_undo(cloud, 90, first=7)


@every
@pytest.mark.exhaustive
@pytest.mark.timeout(900)
def test_an_undo_killed_at_any_instant_is_completed_by_the_same_command(cloud: Cloud) -> None:
    survive_undo(cloud, 1)


def test_an_apply_killed_again_and_again_comes_to_its_end(cloud: Cloud) -> None:
    """Each time it is killed some exchanges later."""
    with cloud.copy("planned") as site:
        codes = (cloud.killed(apply(site), at, "after").code for at in count(15, 15))
        assert next(code for code in codes if code != -SIGKILL) == 0
        assert cloud.unlike(site, "applied") == ""
        assert not cloud.rooms.doubles()


@pytest.mark.parametrize("at", [15, 60])
def test_a_killed_apply_can_be_completed_by_a_new_plan(cloud: Cloud, at: int) -> None:
    """The rooms that were made are found again, and so none is made twice."""
    with cloud.copy("planned") as site:
        assert cloud.killed(apply(site), at, "after").code == -SIGKILL
        cloud.program.done(plan(site, *cloud.exports()))
        cloud.program.done(apply(site))
        assert [*Left.on(cloud.server).unlike(cloud.left["applied"], "events")] == []
        assert cloud.meaning() == cloud.meaning("applied")
        assert not cloud.rooms.doubles()
        assert "Nothing to do" in cloud.program.done(plan(site, *cloud.exports())).output


@pytest.mark.parametrize("at", [15, None])
def test_a_lost_journal_makes_no_room_twice(cloud: Cloud, at: int | None) -> None:
    with cloud.copy("planned") as site:
        cloud.killed(apply(site), at, "after") if at else cloud.program.done(apply(site))
        (site / "state.sqlite").unlink()
        cloud.program.done(plan(site, *cloud.exports()))
        # Without a journal nobody knows who changed an event that is there already.
        assert cloud.program(apply(site)).code == (6 if at else 0)
        now, wanted = Left.on(cloud.server).rooms.keys(), cloud.left["applied"].rooms.keys()
        # Nor who held a meeting before: whoever holds it now gets a room of their own.
        assert wanted <= now if at else wanted == now
        assert not cloud.rooms.doubles()


def test_undo_after_kills_gives_back_what_the_server_had(cloud: Cloud) -> None:
    with cloud.copy("planned") as site:
        for at in (15, 40, 60):
            assert cloud.killed(apply(site), at, "after").code == -SIGKILL
        cloud.killed(undo(site), 30, "after")
        cloud.program.done(undo(site))
        # Who was let in stays.
        assert [*Left.on(cloud.server).unlike(cloud.left["planned"], "people")] == []
