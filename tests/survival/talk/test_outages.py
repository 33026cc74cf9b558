"""What goes wrong with a Nextcloud in practice while a run is at work, each by its name, and the run after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from tests.caldav.proxy import Passed
from tests.caldav.server import Exchange
from tests.disk import small_disk
from tests.survival.organisation import apply
from tests.survival.sites import State, copied
from tests.survival.talk.cloud import Cloud, Left
from tests.survival.talk.test_faults import ROOM, makes_room
from tests.survival.test_disk import SIZE, almost_full, fails_well
from tests.talk.rooms import Role

pytestmark = pytest.mark.slow

NOBODY = "http://127.0.0.1:1/standalone-signaling"


def looks_up(exchange: Exchange) -> bool:
    """Tell whether a room was asked for by its token alone."""
    return exchange.method == "GET" and exchange.path.partition("?")[0].rpartition("/")[0] == ROOM


@contextmanager
def happening(cloud: Cloud, when: Callable[[Passed], bool], what: Callable[[], None]) -> Iterator[None]:
    """Let something happen, once, before the first such request comes to the server."""
    happened: list[Passed] = []

    def watch(passed: Passed) -> None:
        if not happened and when(passed):
            happened.append(passed)
            what()

    cloud.proxy.before = watch
    try:
        yield
    finally:
        cloud.proxy.before = None
    assert happened


def nth(number: int, when: Callable[[Passed], bool]) -> Callable[[Passed], bool]:
    """Tell the request of that kind and number."""
    numbers = count(1)
    return lambda passed: when(passed) and next(numbers) == number


def kill_signaling(cloud: Cloud) -> None:
    cloud.server.talk.settings.signaling = NOBODY
    cloud.server.talk.settings.backend_is_dead = True


def revive_signaling(cloud: Cloud) -> None:
    cloud.server.talk.settings.signaling = ""
    cloud.server.talk.settings.backend_is_dead = False


def owned(left: Left, user: str) -> set[str]:
    """Return the rooms of a user, and the events that are theirs or lead there."""
    rooms = {token for token, roles in left.people.items() if roles.get(f"users/{user}") == Role.OWNER}
    events = {
        path
        for path, text in left.events.items()
        if path.startswith(f"{user}/") or any(f"/call/{token}" in text for token in rooms)
    }
    return rooms | events


def lacking(left: Left, wanted: Left) -> set[str]:
    """Return what is not as it should be, but for what should not be there any more."""
    pairs = ((left.rooms, wanted.rooms), (left.people, wanted.people), (left.events, wanted.events))
    return {name for mine, theirs in pairs for name, value in theirs.items() if mine.get(name) != value}


def is_complete(cloud: Cloud, site: Path) -> bool:
    """Let the same command go on, and tell whether all is as if nothing had happened."""
    cloud.program.done(apply(site))
    assert cloud.unlike(site, "applied") == ""
    assert not cloud.rooms.doubles()
    return True


@pytest.mark.parametrize("when", [nth(5, makes_room), lambda passed: passed.method == "PUT" and ".ics" in passed.path])
def test_a_run_that_meets_maintenance_is_tried_again_later(cloud: Cloud, when: Callable[[Passed], bool]) -> None:
    dav = cloud.server.dav
    with cloud.copy("planned") as site:
        try:
            with happening(cloud, when, lambda: setattr(dav, "maintenance", True)):
                ended = cloud.program(apply(site))
        finally:
            dav.maintenance = False
        assert (ended.code, "Traceback" in ended.errors) == (75, False)
        assert "under repair" in ended.errors
        assert is_complete(cloud, site)


def test_a_dead_signaling_server_is_found_before_anything_is_made(cloud: Cloud) -> None:
    with cloud.copy("planned") as site:
        kill_signaling(cloud)
        asked = len(cloud.proxy.passed)
        ended = cloud.program(apply(site))
        assert (ended.code, "Traceback" in ended.errors) == (75, False)
        assert NOBODY in ended.errors
        assert not any(map(makes_room, cloud.proxy.passed[asked:]))
        assert [*Left.on(cloud.server).unlike(cloud.left["planned"])] == []
        assert State.of(site).open_steps == 0
        revive_signaling(cloud)
        assert is_complete(cloud, site)


@pytest.mark.parametrize("number", [2, 6])
def test_a_signaling_server_that_dies_meanwhile_leaves_a_run_that_goes_on_later(cloud: Cloud, number: int) -> None:
    with cloud.copy("planned") as site:
        with happening(cloud, nth(number, makes_room), lambda: kill_signaling(cloud)):
            ended = cloud.program(apply(site))
        assert (ended.code, "Traceback" in ended.errors) == (75, False)
        assert NOBODY in ended.errors
        assert Left.on(cloud.server).rooms.keys() > cloud.left["planned"].rooms.keys()
        assert State.of(site).open_steps == 0
        revive_signaling(cloud)
        assert is_complete(cloud, site)


def test_who_has_guessed_tokens_before_slows_nothing_down(cloud: Cloud) -> None:
    """No token is ever looked up, so nobody shuts us out."""
    with cloud.copy("planned") as site:
        cloud.server.talk.throttle.attempts = 11
        first = len(cloud.server.exchanges())
        assert cloud.server.ocs("GET", "apps/spreed/api/v4/room/no-token", user="ada").status == 429
        assert is_complete(cloud, site)
        guess, *asked = cloud.server.exchanges()[first:]
        assert looks_up(guess)
        assert not any(map(looks_up, asked))
        assert all(one.status != 429 for one in asked)


@pytest.mark.parametrize("when", [makes_room, lambda passed: passed.method == "PUT" and "/cleo/" in passed.path])
def test_a_host_whose_password_is_revoked_meanwhile_waits_alone(cloud: Cloud, when: Callable[[Passed], bool]) -> None:
    with cloud.copy("planned") as site:
        tokens = cloud.account("cleo").tokens
        token = dict(tokens)
        with happening(cloud, when, tokens.clear):
            ended = cloud.program(apply(site))
        assert (ended.code, "Traceback" in ended.errors) == (5, False)
        assert "refuses the password of 'cleo'" in ended.errors
        assert lacking(Left.on(cloud.server), cloud.left["applied"]) <= owned(cloud.left["applied"], "cleo")
        tokens.update(token)
        assert is_complete(cloud, site)


def test_on_a_full_disk_a_run_stops_and_the_same_command_completes_it(cloud: Cloud, tmp_path: Path) -> None:
    with small_disk(tmp_path, SIZE) as disk:
        for pages in count(0, 30):
            with cloud.copy("planned") as planned, copied(planned, disk / "site") as site:
                with almost_full(disk, pages):
                    ended = cloud.program(apply(site))
                    if ended.code == 0:
                        break
                    fails_well(ended, 75, "the disk is full")
                assert is_complete(cloud, site), pages
        assert pages
