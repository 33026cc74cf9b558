"""A fifth of all requests to a Nextcloud fails, in every way there is: all is there in the end, and no room twice."""

from __future__ import annotations

from threading import Event

import pytest

from tests.caldav.proxy import HANG_AFTER, RESET_AFTER, Fault, Passed, refused
from tests.survival import sites
from tests.survival.organisation import apply, plan, undo
from tests.survival.talk.cloud import Cloud, Left
from tests.talk.profiles import TALK_21, TALK_22

pytestmark = pytest.mark.slow

ROOM = "/ocs/v2.php/apps/spreed/api/v4/room"
every = pytest.mark.parametrize("cloud", [TALK_22, TALK_21], indirect=True, ids=lambda profile: profile.talk)


def makes_room(passed: Passed) -> bool:
    return (passed.method, passed.path) == ("POST", ROOM)


def survive(cloud: Cloud, seed: int) -> None:
    with cloud.copy("planned") as site:
        if cloud.disturbed(apply(site), seed).code:
            cloud.program.done(apply(site))
        assert cloud.unlike(site, "applied") == ""
        assert not cloud.rooms.doubles()


@pytest.mark.parametrize("seed", [0, 1])
def test_an_apply_ends_exact_or_the_next_one_completes_it(cloud: Cloud, seed: int) -> None:
    survive(cloud, seed)


@every
@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(100, 150))
def test_an_apply_ends_exact_by_any_chance(cloud: Cloud, seed: int) -> None:
    survive(cloud, seed)


@pytest.mark.parametrize("seed", [20])
def test_an_undo_ends_exact_or_the_next_one_completes_it(cloud: Cloud, seed: int) -> None:
    run = sites.last_apply(cloud.site("applied")).id
    with cloud.copy("applied") as site:
        if cloud.disturbed(undo(site, run), seed).code:
            cloud.program.done(undo(site, run))
        assert cloud.unlike(site, "undone") == ""


def test_a_plan_that_meets_faults_is_the_same_or_none(cloud: Cloud) -> None:
    with cloud.copy("base") as site:
        ended = cloud.disturbed(plan(site, *cloud.exports()), 30)
        made = sites.read_plan(site)
        assert made["changes"] == sites.read_plan(cloud.site("base" if ended.code else "planned"))["changes"]
        assert cloud.unlike(site, "base") == ""


@pytest.mark.parametrize(
    "fault", [RESET_AFTER, HANG_AFTER, refused(502), refused(429, seconds=0)], ids=lambda fault: fault.name
)
def test_a_room_is_made_once_whatever_becomes_of_the_first_answers(cloud: Cloud, fault: Fault) -> None:
    with cloud.copy("planned") as site:
        met: set[int] = set()

        def fail(passed: Passed) -> Fault | None:
            if not makes_room(passed) or len(met) == 2:
                return None
            met.add(passed.number)
            return fault

        cloud.proxy.faults = fail
        try:
            cloud.program.done(apply(site))
        finally:
            cloud.proxy.faults = None
        assert len(met) == 2
        assert cloud.unlike(site, "applied") == ""
        assert not cloud.rooms.doubles()


def test_a_request_that_is_done_too_late_leaves_no_second_room(cloud: Cloud) -> None:
    """The server begins with it when the tool has given it up, has looked, and has asked again."""
    with cloud.copy("planned") as site:
        again, asked = Event(), []

        def hold(passed: Passed) -> None:
            if makes_room(passed):
                asked.append(passed)
                if len(asked) == 1:
                    assert again.wait(10)
                again.set() if len(asked) == 2 else None

        cloud.proxy.before = hold
        try:
            cloud.program.done(apply(site))
        finally:
            cloud.proxy.before = None
        assert len(cloud.rooms.doubles()) == 1
        assert Left.on(cloud.server).rooms.keys() - cloud.left["applied"].rooms.keys() == set()
        assert "Nothing to do" in cloud.program.done(plan(site, *cloud.exports())).output
