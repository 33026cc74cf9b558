"""A run that is killed before or after any exchange with a Nextcloud, or any write of its own: no room twice."""

from __future__ import annotations

from itertools import count
from signal import SIGKILL

import pytest

from tests.survival import sites
from tests.survival.organisation import apply, undo
from tests.survival.talk.cloud import Cloud
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
    survive_apply(cloud, 30, first=4)


@every
@pytest.mark.exhaustive
@pytest.mark.timeout(900)
def test_an_apply_killed_at_any_instant_is_completed_by_the_same_command(cloud: Cloud) -> None:
    survive_apply(cloud, 1)


@every
def test_an_undo_killed_at_some_instants_is_completed_by_the_same_command(cloud: Cloud) -> None:
    survive_undo(cloud, 40, first=7)


@every
@pytest.mark.exhaustive
@pytest.mark.timeout(900)
def test_an_undo_killed_at_any_instant_is_completed_by_the_same_command(cloud: Cloud) -> None:
    survive_undo(cloud, 1)


@every
def test_an_apply_killed_again_and_again_comes_to_its_end(cloud: Cloud) -> None:
    """Each time it is killed some exchanges later."""
    with cloud.copy("planned") as site:
        codes = (cloud.killed(apply(site), at, "after").code for at in count(12, 12))
        assert next(code for code in codes if code != -SIGKILL) == 0
        assert cloud.unlike(site, "applied") == ""
        assert not cloud.rooms.doubles()
