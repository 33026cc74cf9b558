"""A fifth of all requests fails, in every way there is: the end is exact, or the next run makes it so."""

from __future__ import annotations

import pytest

from tests.survival import sites
from tests.survival.caldav.remote import Remote
from tests.survival.organisation import apply, plan, undo

pytestmark = pytest.mark.slow


def survive(remote: Remote, seed: int) -> None:
    with remote.copy("planned") as site, remote.creating_once() as miscreated:
        if remote.disturbed(apply(site), seed).code:
            remote.program.done(apply(site))
        assert remote.unlike(site, "applied") == ""
        assert not miscreated()


@pytest.mark.parametrize("seed", range(8))
def test_an_apply_ends_exact_or_the_next_one_completes_it(remote: Remote, seed: int) -> None:
    survive(remote, seed)


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(100, 200))
def test_an_apply_ends_exact_by_any_chance(remote: Remote, seed: int) -> None:
    survive(remote, seed)


@pytest.mark.parametrize("seed", [20, 21, 22])
def test_an_undo_ends_exact_or_the_next_one_completes_it(remote: Remote, seed: int) -> None:
    run = sites.last_apply(remote.site("applied")).id
    with remote.copy("applied") as site:
        if remote.disturbed(undo(site, run), seed).code:
            remote.program.done(undo(site, run))
        assert remote.unlike(site, "planned", "rooms") == ""


def test_a_plan_that_meets_faults_is_the_same_or_none(remote: Remote) -> None:
    with remote.copy("base") as site:
        ended = remote.disturbed(plan(site, remote.export), 30)
        made = sites.read_plan(site)
        assert made["changes"] == sites.read_plan(remote.site("base" if ended.code else "planned"))["changes"]
        assert remote.unlike(site, "base") == ""


@pytest.mark.parametrize("remote", ["radicale"], indirect=True)
@pytest.mark.parametrize("seed", [40, 41])
def test_a_slow_server_that_fails_too_comes_to_the_same_end(remote: Remote, seed: int) -> None:
    survive(remote, seed)
