"""Servers that fail while conversations are made: nothing is made twice, and nothing is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from migrate.core.errors import MigrateError, TargetError, TryLaterError
from migrate.core.meeting import Person
from migrate.core.rooms import Room, RoomWrite
from tests.builders import row
from tests.caldav.proxy import (
    HANG_AFTER,
    HANG_BEFORE,
    RESET_AFTER,
    RESET_BEFORE,
    TRUNCATED,
    Fault,
    Faults,
    Passed,
    Proxy,
    proxied,
    refused,
    seeded,
)
from tests.caldav.serving import serving
from tests.contracts.target import Rooms
from tests.talk.adapter import talk_at
from tests.talk.nextcloud import NextcloudTalk as Fake
from tests.talk.nextcloud import nextcloud_talk
from tests.talk.occ import occ
from tests.talk.profiles import TALK_21, TALK_22, Profile
from tests.talk.signaling import signaling_for

ANA, BEN = Person("Ana", "ana@example.org", "ana"), Person("Ben", "ben@example.org", "ben")
MEETING = row("2027-03-01 09:00", "Weekly", host=ANA, agenda="What", attendees=(BEN,), alternative_hosts=(BEN,))
DEAD = "https://127.0.0.1:1/standalone-signaling"


@pytest.fixture(params=[TALK_21, TALK_22], ids=lambda profile: profile.talk)
def server(request: pytest.FixtureRequest) -> Iterator[Fake]:
    with nextcloud_talk(profile=request.param) as found:
        yield found


def rooms_on(server: Any, tmp_path: Path, **settings: Any) -> Rooms:
    return Rooms(talk_at(server.url, tmp_path, server.users, **{"timeout": 1, **settings}))


def ours(server: Fake) -> list[str]:
    """Return the descriptions of all rooms but those that Talk makes itself."""
    return [room.description for room in server.rooms.values() if not room.object_type and room.type in {2, 3}]


def posts(proxy: Proxy) -> list[Passed]:
    return [one for one in proxy.passed if one.method == "POST" and one.path.endswith("/v4/room")]


def at_the_first_post(fault: Fault) -> Faults:
    met: list[int] = []

    def choose(passed: Passed) -> Fault | None:
        if passed.method == "POST" and passed.path.endswith("/v4/room"):
            met.append(passed.number)
        return fault if met == [passed.number] else None

    return choose


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "sent"),
    [
        *((fault, 1) for fault in (RESET_AFTER, HANG_AFTER, TRUNCATED)),
        *((fault, 2) for fault in (RESET_BEFORE, HANG_BEFORE, refused(500), refused(502), refused(504))),
        *((fault, 2) for fault in (refused(503, seconds=0), refused(429, seconds=0))),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else "",
)
def test_one_conversation_is_made_whatever_became_of_the_answer(
    server: Fake, tmp_path: Path, fault: Fault, sent: int
) -> None:
    with proxied(server, faults=at_the_first_post(fault)) as proxy:
        rooms = rooms_on(proxy.server, tmp_path)
        found = rooms.make(MEETING)
        assert len(posts(proxy)) == sent
        assert found.traits.items() <= {**(rooms.made[0].traits or {})}.items()
        (room,) = (server.rooms[found.room.url.rpartition("/")[2]],)
        assert [(one.name, one.role) for one in room.attendees] == [("ana", 1), ("ben", 2)]
        assert len(ours(server)) == 1


def test_it_is_not_asked_again_before_it_is_looked_for(server: Fake, tmp_path: Path) -> None:
    with proxied(server, faults=at_the_first_post(refused(502))) as proxy:
        rooms_on(proxy.server, tmp_path).make(MEETING)
        first, second = (proxy.passed.index(one) for one in posts(proxy))
        between = proxy.passed[first + 1 : second]
        assert [one.method for one in between if "/v4/room?" in one.path] == ["GET"]


@pytest.mark.parametrize(
    ("name", "description", "left"),
    [("Weekly", "What\n\n{mark}", 1), ("{name}", "", 1), ("Weekly", "Mine\n\n{mark}", 2)],
    ids=["whole", "begun", "of people"],
)
def test_what_comes_too_late_is_removed_again(tmp_path: Path, name: str, description: str, left: int) -> None:
    """The first request seems lost, and is done only after the second."""
    with nextcloud_talk() as server:
        with proxied(server, faults=at_the_first_post(refused(504))) as proxy:

            def late(passed: Passed) -> None:
                if passed.upstream == 201 and passed.method == "POST" and len(server.rooms) == 4:
                    (made,) = (room for room in server.rooms.values() if not room.object_type and room.type in {2, 3})
                    mark = made.description.splitlines()[-1]
                    words = {"name": mark.partition(": ")[2], "mark": mark}
                    body = {"roomName": name.format(**words), "description": description.format(**words)}
                    body = {"roomType": made.type, **body}
                    assert server.ocs("POST", "apps/spreed/api/v4/room", body).status == 201

            proxy.after = late
            found = rooms_on(proxy.server, tmp_path).make(MEETING)
        assert len(ours(server)) == left
        assert found.room.url.rpartition("/")[2] in server.rooms


def test_a_dead_signaling_server_is_found_before_anything_is_made(server: Fake, tmp_path: Path) -> None:
    occ(server, "talk:signaling:add", DEAD, "secret")
    rooms = rooms_on(server, tmp_path)
    write = rooms.plan(MEETING)
    with pytest.raises(TryLaterError, match=r"signaling server https://127\.0\.0\.1:1/standalone-signaling") as raised:
        rooms.write(write)
    assert "occ talk:signaling:list" in raised.value.hint
    assert not ours(server) and not [one for one in server.asked if one.method != "GET"]
    occ(server, "talk:signaling:delete", DEAD)
    assert rooms.make(MEETING)


@pytest.mark.slow
def test_a_server_that_can_make_nothing_is_asked_for_one_conversation_only(server: Fake, tmp_path: Path) -> None:
    with signaling_for(server):
        server.talk.settings.backend_is_dead = True
        rooms = rooms_on(server, tmp_path)
        writes = [rooms.plan(replace(MEETING, topic=str(number))) for number in range(6)]
        with pytest.raises(TryLaterError, match=r"cannot be made.*500") as raised:
            rooms.target.write(writes, lambda: None)
    assert "signaling" in raised.value.hint
    assert len([one for one in server.asked if one.method == "POST"]) == 3
    assert not ours(server)


@pytest.mark.slow
def test_a_signaling_server_that_dies_meanwhile_ends_the_run(server: Fake, tmp_path: Path) -> None:
    rooms = rooms_on(server, tmp_path)
    rooms.make(MEETING)
    occ(server, "talk:signaling:add", DEAD, "secret")
    writes = [rooms.plan(replace(MEETING, topic=str(number))) for number in range(3)]
    with pytest.raises(TryLaterError, match="signaling server"):
        rooms.target.write(writes, lambda: None)
    assert len(ours(server)) == 1


@pytest.mark.slow
def test_a_fault_of_the_server_at_one_conversation_fails_that_alone(server: Fake, tmp_path: Path) -> None:
    rooms = rooms_on(server, tmp_path)
    rooms.make(MEETING)
    with signaling_for(server):
        server.talk.settings.backend_is_dead = True
        (written,) = rooms.write(rooms.plan(replace(MEETING, topic="Other")))
        server.talk.settings.backend_is_dead = False
    assert written.found is None and "cannot be made" in written.reason


def test_a_signaling_server_that_lives_is_asked_once_and_is_shown_no_password(server: Fake, tmp_path: Path) -> None:
    with signaling_for(server) as signaling:
        rooms = rooms_on(server, tmp_path)
        for _ in range(2):
            rooms.make(MEETING)
        assert signaling.asked == ["/standalone-signaling/api/v1/welcome"]
        assert signaling.shown == []


def test_who_only_changes_rooms_need_not_wait_for_the_signaling_server(server: Fake, tmp_path: Path) -> None:
    found = rooms_on(server, tmp_path).make(MEETING)
    server.talk.settings.signaling = DEAD
    rooms = rooms_on(server, tmp_path)
    rooms.write(rooms.plan(replace(MEETING, topic="Daily"), found=found))
    assert not [one for one in server.asked if "signaling" in one.path][1:]


def test_a_server_under_repair_is_waited_for(server: Fake, tmp_path: Path) -> None:
    occ(server, "maintenance:mode", "--on")
    with pytest.raises(TryLaterError, match="busy or under repair"):
        rooms_on(server, tmp_path, patience=0).target.look({"ana": [Room("x", "")]})


def test_a_server_that_is_no_nextcloud_is_named(tmp_path: Path) -> None:
    with serving(lambda handler: handler.reply(200, {"Content-Type": "text/html"}, b"<html>")) as port:
        target = talk_at(f"http://127.0.0.1:{port}", tmp_path, {"ana": "x"})
        with pytest.raises(TargetError, match="does not answer as Nextcloud does"):
            target.lacks("ana")


def test_an_account_whose_rooms_cannot_be_read_is_named(server: Fake, tmp_path: Path) -> None:
    server.talk.settings.allowed_groups = {"trusted"}
    with pytest.raises(TargetError, match=r"the conversations of 'ana' cannot be listed: .*Can not use Talk"):
        rooms_on(server, tmp_path).target.look({"ana": [Room("x", "")]})


@pytest.mark.slow
@pytest.mark.parametrize("profile", [TALK_21, TALK_22], ids=lambda profile: profile.talk)
@pytest.mark.parametrize("seed", range(3))
def test_whatever_fails_all_is_there_once_in_the_end(tmp_path: Path, profile: Profile, seed: int) -> None:
    faults = (refused(500), refused(502), refused(503, seconds=0), RESET_BEFORE, RESET_AFTER, TRUNCATED)
    with nextcloud_talk(profile=profile) as server, proxied(server, faults=seeded(seed, 0.15, faults)) as proxy:
        keys = {f"number:{number}": replace(MEETING, topic=str(number), host=host) for number, host in HOSTS}
        left = dict(keys)
        for _ in range(20):
            try:
                left = left_of(rooms_on(proxy.server, tmp_path), left)
            except MigrateError:
                continue
            if not left:
                break
        assert not left
        assert set(Counter(ours(server)).values()) == {1} and len(ours(server)) == len(keys)
        moderators = [room.attendee("ben").role for room in server.rooms.values() if "jitsi" in room.description]
        assert set(moderators) <= {1, 2}


HOSTS = [(number, ANA if number % 2 else BEN) for number in range(8)]


def left_of(rooms: Rooms, meetings: dict[str, Any]) -> dict[str, Any]:
    """Write what is left as a run does, and return what is left then."""
    writes = {key: rooms.plan(meeting, key) for key, meeting in meetings.items()}
    wanted = [Room(one.name, "") for one in writes.values()]
    found = rooms.target.look({"ana": wanted, "ben": wanted})
    todo = [RoomWrite(one.name, one.owner, one.traits, found.get(one.name)) for one in writes.values()]
    written = rooms.target.write(todo, lambda: None)
    return {key: meetings[key] for key, one in zip(writes, written, strict=True) if one.reason or one.losses}
