"""A run that is killed before or after any exchange with a server, or any write of its own: nothing twice."""

from __future__ import annotations

from itertools import count
from signal import SIGKILL

import pytest

from tests.survival import sites
from tests.survival.caldav.remote import Remote, reported
from tests.survival.organisation import apply, plan, undo
from tests.survival.wire import Instant

pytestmark = pytest.mark.slow

every = pytest.mark.parametrize("remote", ["sabre", "radicale"], indirect=True)


def survive_apply(remote: Remote, step: int, first: int = 0) -> None:
    """Kill apply at every so manieth instant; the same command must complete it."""
    with remote.copy("planned") as site:
        chosen = remote.instants(apply(site))[first::step]
        assert remote.unlike(site, "applied") == ""
    wrong = {}
    for instant in chosen:
        with remote.copy("planned") as site, remote.creating_once() as miscreated:
            assert remote.kill(apply(site), instant).code == -SIGKILL, instant
            remote.program.done(apply(site))
            if complaint := remote.unlike(site, "applied") or miscreated():
                wrong[instant] = complaint
    assert wrong == {}


def survive_undo(remote: Remote, step: int) -> None:
    """Kill undo at every so manieth instant; the same command must complete it, to what was there before."""
    run = sites.last_apply(remote.site("applied")).id
    with remote.copy("applied") as site:
        chosen = remote.instants(undo(site, run))[::step]
        assert remote.unlike(site, "planned", "rooms") == ""
    wrong = {}
    for instant in chosen:
        with remote.copy("applied") as site:
            assert remote.kill(undo(site, run), instant).code == -SIGKILL, instant
            remote.program.done(undo(site, run))
            if complaint := remote.unlike(site, "planned", "rooms"):
                wrong[instant] = complaint
    assert wrong == {}


@every
def test_an_apply_killed_at_some_instants_is_completed_by_the_same_command(remote: Remote) -> None:
    survive_apply(remote, 9 if remote.server.name == "sabre" else 30, first=4)


@every
@pytest.mark.exhaustive
@pytest.mark.timeout(900)
def test_an_apply_killed_at_any_instant_is_completed_by_the_same_command(remote: Remote) -> None:
    survive_apply(remote, 1)


@every
def test_an_undo_killed_at_some_instants_is_completed_by_the_same_command(remote: Remote) -> None:
    survive_undo(remote, 13 if remote.server.name == "sabre" else 40)


@every
@pytest.mark.exhaustive
@pytest.mark.timeout(900)
def test_an_undo_killed_at_any_instant_is_completed_by_the_same_command(remote: Remote) -> None:
    survive_undo(remote, 1)


def test_an_apply_killed_again_and_again_comes_to_its_end(remote: Remote) -> None:
    """Each time it is killed some exchanges later."""
    with remote.copy("planned") as site, remote.creating_once() as miscreated:
        codes = (remote.killed(apply(site), at, "after").code for at in count(10, 4))
        assert next(code for code in codes if code != -SIGKILL) == 0
        assert remote.unlike(site, "applied") == ""
        assert not miscreated()


@every
def test_a_killed_apply_can_be_completed_by_a_new_plan(remote: Remote) -> None:
    with remote.copy("planned") as site:
        remote.killed(apply(site), 30, "after")
        remote.program.done(plan(site, remote.export))
        remote.program.done(apply(site))
        assert remote.meaning() == remote.meaning("applied")


@pytest.mark.parametrize("instant", [None, Instant(25, "after"), Instant(45, "after")])
def test_a_lost_journal_makes_no_doubles(remote: Remote, instant: Instant | None) -> None:
    with remote.copy("planned") as site:
        if instant:
            remote.kill(apply(site), instant)
        else:
            remote.program.done(apply(site))
        (site / "state.sqlite").unlink()
        remote.program.done(plan(site, remote.export))
        remote.program.done(apply(site))
        now, wanted = reported(remote.server).keys(), remote.events["applied"].keys()
        # Without a journal nobody knows who held a meeting before: of what was to leave a calendar some is there still.
        assert wanted <= now <= (wanted | remote.events["planned"].keys() if instant else wanted)
        remote.program.done(plan(site, remote.export))
        remote.program.done(apply(site))
        assert reported(remote.server).keys() == now


def test_undo_after_kills_gives_back_what_the_server_had(remote: Remote) -> None:
    with remote.copy("planned") as site:
        before = remote.bytes()
        for at in (12, 30, 20):
            remote.killed(apply(site), at, "after")
        remote.program.done(apply(site))
        assert remote.bytes() != before
        remote.killed(undo(site), 25, "after")
        remote.program.done(undo(site))
        assert remote.bytes() == before
