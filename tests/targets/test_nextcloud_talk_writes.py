"""How conversations are made and changed: what is sent, what is left alone, and what is read back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from migrate.core.meeting import Kind, Person
from migrate.core.rooms import Room, RoomFound, RoomWrite
from migrate.targets.nextcloud_talk import NextcloudTalk
from tests.builders import row
from tests.contracts.target import Rooms
from tests.talk.adapter import talk_at
from tests.talk.nextcloud import NextcloudTalk as Fake
from tests.talk.nextcloud import nextcloud_talk
from tests.talk.occ import occ
from tests.talk.profiles import TALK_21, TALK_22, TALK_25
from tests.talk.rooms import Role
from tests.talk.rooms import Room as Kept

ROOM = "apps/spreed/api/v4/room"
ANA, BEN = Person("Ana", "ana@example.org", "ana"), Person("Ben", "ben@example.org", "ben")
NOBODY = Person("Nobody", "nobody@example.org", "nobody")
OUT = Person("Out", "out@example.net")
PUBLIC = row("2027-03-01 09:00", "Weekly", host=ANA, agenda="What", features=("passcode", "waiting_room"))
PRIVATE = replace(PUBLIC, attendees=(BEN,), alternative_hosts=(BEN,))
EVERYTHING = replace(PUBLIC, kind=Kind.WEBINAR, features=("dial_in", "waiting_room"), alternative_hosts=(BEN,))


@pytest.fixture(params=[TALK_21, TALK_22, TALK_25], ids=lambda profile: profile.talk)
def server(request: pytest.FixtureRequest) -> Iterator[Fake]:
    with nextcloud_talk(profile=request.param) as found:
        yield found


@pytest.fixture
def cloud() -> Iterator[Fake]:
    """Serve the version that was recorded, where versions make no difference."""
    with nextcloud_talk() as found:
        yield found


def adapter(server: Fake, tmp_path: Path, **settings: Any) -> NextcloudTalk:
    return talk_at(server.url, tmp_path, server.users, **settings)


def rooms_of(server: Fake, tmp_path: Path, **settings: Any) -> Rooms:
    return Rooms(adapter(server, tmp_path, **settings))


def kept(server: Fake, found: RoomFound | None) -> Kept:
    assert found
    return server.rooms[found.room.url.rpartition("/")[2]]


def asked(server: Fake) -> list[str]:
    """Return what was sent since the last time, without where rooms are."""
    found = [f"{one.method} {one.path.partition('/api/')[2].partition('?')[0]}" for one in server.asked]
    server.asked.clear()
    return ["/".join("*" if part in server.rooms else part for part in line.split("/")) for line in found]


def test_all_that_a_meeting_had_is_there(server: Fake, tmp_path: Path) -> None:
    server.talk.settings.sip = True
    rooms = rooms_of(server, tmp_path, listable="users")
    room = kept(server, rooms.make(EVERYTHING))
    assert (room.type, room.name, room.listable, room.lobby, room.sip, room.permissions) == (3, "Weekly", 1, 1, 1, 133)
    assert room.object_type == room.object_id == ""
    assert room.password == rooms.target.password(Room(rooms.made[0].name, ""), rooms.made[0].traits or {})
    assert {(one.name, one.role) for one in room.attendees} == {("ana", Role.OWNER), ("ben", Role.MODERATOR)}


def test_a_private_conversation_has_its_people_and_no_password(server: Fake, tmp_path: Path) -> None:
    room = kept(server, rooms_of(server, tmp_path).make(replace(PRIVATE, alternative_hosts=())))
    assert (room.type, room.password, room.lobby) == (2, "", 1)
    assert [one.role for one in room.attendees] == [Role.OWNER, Role.USER]


def test_one_request_makes_a_conversation_and_one_reads_all_of_a_host_back(cloud: Fake, tmp_path: Path) -> None:
    rooms = rooms_of(cloud, tmp_path)
    rooms.write(*(rooms.plan(replace(PUBLIC, topic=str(number))) for number in range(10)))
    counted = Counter(asked(cloud))
    assert counted == {"GET ": 1, "GET v3/signaling/settings": 1, "POST v4/room": 10, "GET v4/room": 2}
    rooms.write(*(rooms.plan(replace(PUBLIC, topic=str(number))) for number in range(10)))
    assert Counter(asked(cloud)) == {"POST v4/room": 10, "GET v4/room": 1}


def test_before_21_1_a_conversation_is_made_in_steps_and_can_be_found_after_each(tmp_path: Path) -> None:
    with nextcloud_talk(profile=TALK_21) as server:
        rooms = rooms_of(server, tmp_path)
        rooms.make(PRIVATE)
        sent = [line for line in asked(server) if "GET" not in line]
        assert sent[:2] == ["POST v4/room", "PUT v4/room/*/description"]
        assert sent[-3:] == ["PUT v4/room/*", "POST v4/room/*/participants", "POST v4/room/*/moderators"]


@pytest.mark.parametrize("steps", range(5))
def test_a_conversation_that_was_made_by_half_is_found_and_completed(tmp_path: Path, steps: int) -> None:
    with nextcloud_talk(profile=TALK_21) as server:
        rooms = rooms_of(server, tmp_path)
        write = rooms.plan(PUBLIC, "number:1")
        token = server.ocs("POST", ROOM, {"roomType": 3, "roomName": write.name}).data["token"]
        for path, body in [
            ("/password", {"password": "something else"}),
            ("/description", {"description": f"What\n\njitsi-migrate: {write.name}"}),
            ("/webinar/lobby", {"state": 1}),
            ("", {"roomName": "Weekly"}),
        ][:steps]:
            assert server.ocs("PUT", f"{ROOM}/{token}{path}", body).status == 200
        found = rooms.look(write)
        assert found and found.room.url.endswith(token)
        assert rooms.make(PUBLIC, "number:1").traits.items() <= {**(write.traits or {})}.items()
        assert len(server.rooms) == 1 + 3  # those that Talk makes for who lists them first


def test_only_what_differs_is_written(server: Fake, tmp_path: Path) -> None:
    rooms = rooms_of(server, tmp_path)
    found = rooms.make(PUBLIC)
    asked(server)
    rooms.write(rooms.plan(PUBLIC, found=found))
    assert asked(server) == ["GET v4/room"]
    rooms.write(rooms.plan(replace(PUBLIC, agenda="Other"), found=found))
    assert asked(server) == ["PUT v4/room/*/description", "GET v4/room"]
    rooms.write(rooms.plan(replace(PUBLIC, agenda="Other", topic="Daily"), found=rooms.look(rooms.made[0])))
    assert asked(server)[1:] == ["PUT v4/room/*", "GET v4/room"]


def test_people_are_added_and_nobody_is_taken_out(server: Fake, tmp_path: Path) -> None:
    rooms = rooms_of(server, tmp_path)
    found = rooms.make(PUBLIC)
    room = kept(server, found)
    server.accounts.groups.add("team")
    server.ocs("POST", f"{ROOM}/{room.token}/participants", {"newParticipant": "team", "source": "groups"})
    for _ in range(2):
        asked(server)
        (written,) = rooms.write(rooms.plan(PRIVATE, found=found))
        assert not written.reason
        found = written.found
        assert [(one.name, one.role) for one in room.attendees if one.kind == "users"] == [("ana", 1), ("ben", 2)]
    assert Counter(asked(server)) == {"GET v4/room/*/participants": 1, "GET v4/room": 1}
    assert room.attendee("team", "groups")


def test_a_conversation_opens_with_its_password_and_closes(server: Fake, tmp_path: Path) -> None:
    rooms = rooms_of(server, tmp_path)
    found = rooms.make(PRIVATE, "number:1")
    asked(server)
    opened = rooms.plan(PUBLIC, found=found)
    (written,) = rooms.write(opened)
    assert asked(server) == ["POST v4/room/*/public", "GET v4/room"]
    room = kept(server, written.found)
    assert (room.type, room.password) == (3, rooms.target.password(found.room, opened.traits or {}))
    (closed,) = rooms.write(rooms.plan(PRIVATE, found=written.found))
    assert (closed.reason, room.type, room.password) == ("", 2, "")


def test_a_longer_password_than_usual_is_set_again_as_nobody_can_see_which_is_set(cloud: Fake, tmp_path: Path) -> None:
    rooms = rooms_of(cloud, tmp_path)
    found = rooms.make(PUBLIC)
    write = rooms.plan(PUBLIC, found=found)
    longer = {**(write.traits or {}), "password_length": 40}
    rooms.write(replace(write, traits=longer))
    assert kept(cloud, found).password == rooms.target.password(found.room, longer)


def test_what_was_deleted_is_made_again(cloud: Fake, tmp_path: Path) -> None:
    rooms = rooms_of(cloud, tmp_path)
    found = rooms.make(PUBLIC, "number:1")
    rooms.write(replace(rooms.made[0], traits=None, found=found))
    assert kept(cloud, rooms.make(PUBLIC, "number:1")).name == "Weekly"


def test_a_password_that_is_gone_is_set_again(server: Fake, tmp_path: Path) -> None:
    rooms = rooms_of(server, tmp_path)
    found = rooms.make(PUBLIC)
    room = kept(server, found)
    before, room.password = room.password, ""
    asked(server)
    rooms.write(rooms.plan(PUBLIC, found=rooms.look(rooms.made[0])))
    assert room.password == before
    assert "PUT v4/room/*/password" in asked(server)


def test_accounts_that_are_not_there_are_named(server: Fake, tmp_path: Path) -> None:
    rooms = rooms_of(server, tmp_path)
    (written,) = rooms.write(rooms.plan(replace(PRIVATE, attendees=(BEN, NOBODY), alternative_hosts=(NOBODY,))))
    assert not written.reason and kept(server, written.found).attendee("ben")
    (loss,) = written.losses
    assert loss.feature == "invitees" and "accounts: nobody" in loss.message and loss.hint


def test_a_conversation_nobody_can_be_added_to_is_made_for_its_host(server: Fake, tmp_path: Path) -> None:
    rooms = rooms_of(server, tmp_path)
    (written,) = rooms.write(rooms.plan(replace(PRIVATE, attendees=(NOBODY,), alternative_hosts=())))
    assert not written.reason and [one.name for one in kept(server, written.found).attendees] == ["ana"]
    assert [loss.message for loss in written.losses] == ["the server cannot add these accounts: nobody"]


@pytest.mark.parametrize("system", ["", "call_started"], ids=["wrote", "called"])
def test_a_conversation_that_people_used_is_never_deleted_whatever_came_after(
    server: Fake, tmp_path: Path, system: str
) -> None:
    rooms = rooms_of(server, tmp_path)
    found = rooms.make(PUBLIC)
    server.talk.rooms.say(kept(server, found), server.accounts.users["ana"], system)
    for _ in range(250):
        server.talk.rooms.say(kept(server, found), server.accounts.users["ana"], "conversation_renamed")
    assert not rooms.look(rooms.made[0]).used
    (written,) = rooms.write(replace(rooms.made[0], traits=None, found=found))
    assert written.reason == "people used the conversation since; it stays"
    assert kept(server, found)


def test_what_is_dropped_without_a_word_is_a_loss(server: Fake, tmp_path: Path) -> None:
    server.talk.settings.sip = True
    rooms = rooms_of(server, tmp_path)
    write = rooms.plan(EVERYTHING)
    server.talk.settings.sip = False
    (written,) = rooms.write(write)
    (loss,) = written.losses
    assert written.found and not written.reason
    assert loss.feature == "dial_in" and "joining by telephone is off, not on" in loss.message


def test_a_lobby_whose_time_has_come_is_no_loss(server: Fake, tmp_path: Path) -> None:
    rooms = rooms_of(server, tmp_path, lobby="until-start")
    past = replace(PUBLIC, start=row("2025-03-01 09:00").start)
    found = rooms.make(past)
    assert found.traits["lobby"] is False
    asked(server)
    rooms.write(rooms.plan(past, found=found))
    assert asked(server) == ["GET v4/room"]
    timed = rooms.make(replace(PUBLIC, start=row("2999-03-01 09:00").start))
    assert (timed.traits["lobby"], kept(server, timed).lobby_timer) == (True, timed.traits["lobby_timer"])


def test_a_password_that_the_policy_refuses_fails_its_conversation_alone(
    server: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms = rooms_of(server, tmp_path)
    one, other = rooms.plan(PUBLIC), rooms.plan(PUBLIC)
    occ(server, "app:enable", "password_policy")
    monkeypatch.setattr("tests.talk.accounts.COMMON", {rooms.target.password(Room(one.name, ""), one.traits or {})})
    refused, made = rooms.write(one, other)
    assert refused.found is None
    assert refused.reason == "the server does not take the password: At least 10 characters."
    assert made.found and not made.reason


def test_passwords_are_there_where_the_server_demands_them(server: Fake, tmp_path: Path) -> None:
    server.talk.settings.force_passwords = True
    occ(server, "app:enable", "password_policy")
    assert rooms_of(server, tmp_path).make(PUBLIC).traits["password"]


def test_a_policy_that_wants_longer_passwords_gets_them(
    server: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    occ(server, "app:enable", "password_policy")
    for module in ("accounts", "nextcloud"):
        monkeypatch.setattr(f"tests.talk.{module}.MIN_LENGTH", 40)
    rooms = rooms_of(server, tmp_path)
    found = rooms.make(PUBLIC)
    password = rooms.target.password(found.room, rooms.made[0].traits or {})
    assert len(password) >= 40 and kept(server, found).password == password


def test_a_server_whose_links_have_index_php_has_its_interface_elsewhere(cloud: Fake, tmp_path: Path) -> None:
    rooms = Rooms(talk_at(f"{cloud.url}index.php", tmp_path, cloud.users))
    found = rooms.make(PUBLIC)
    assert found.room.url == f"{cloud.url}index.php/call/{kept(cloud, found).token}"


def test_a_host_who_may_not_any_more_fails_alone(cloud: Fake, tmp_path: Path) -> None:
    rooms = rooms_of(cloud, tmp_path)
    one, other = rooms.plan(PUBLIC), rooms.plan(replace(PUBLIC, host=BEN))
    cloud.talk.settings.start_conversations = {"trusted"}
    cloud.accounts.users["ben"].groups.add("trusted")
    refused, made = rooms.write(one, other)
    assert "the account may not make this conversation" in refused.reason and made.found


def test_a_host_whose_password_is_wrong_fails_alone(cloud: Fake, tmp_path: Path) -> None:
    planned = rooms_of(cloud, tmp_path)
    one, other = planned.plan(PUBLIC), planned.plan(replace(PUBLIC, host=BEN))
    rooms = Rooms(talk_at(cloud.url, tmp_path, {**cloud.users, "ana": "wrong"}))
    refused, made = rooms.write(one, other)
    assert "refuses the password of 'ana'" in refused.reason and made.found


def test_what_people_deleted_meanwhile_is_not_there(server: Fake, tmp_path: Path) -> None:
    rooms = rooms_of(server, tmp_path)
    found = rooms.make(PUBLIC)
    del server.talk.rooms.by_token[kept(server, found).token]
    (written,) = rooms.write(rooms.plan(replace(PUBLIC, topic="Daily"), found=found))
    assert written.found is None and "not there any more" in written.reason


def test_of_several_with_one_name_the_oldest_counts_and_people_keep_theirs(cloud: Fake, tmp_path: Path) -> None:
    rooms = rooms_of(cloud, tmp_path)
    found = rooms.make(PUBLIC)
    copied = {"roomType": 3, "roomName": "Copy", "description": kept(cloud, found).description}
    token = cloud.ocs("POST", ROOM, copied).data["token"]
    assert rooms.look(rooms.made[0]) == found
    rooms.write(rooms.plan(replace(PUBLIC, topic="Daily"), found=found))
    assert token in cloud.rooms


def test_a_room_of_somebody_else_is_not_taken_for_ours(cloud: Fake, tmp_path: Path) -> None:
    rooms = rooms_of(cloud, tmp_path)
    write = rooms.plan(PUBLIC)
    trap = {"roomType": 2, "roomName": write.name, "description": f"jitsi-migrate: {write.name}"}
    cloud.ocs("POST", ROOM, {**trap, "participants": {"users": ["ana"]}}, user="ben")
    assert rooms.look(write) is None
    (written,) = rooms.write(write)
    assert kept(cloud, written.found).attendees[0].name == "ana"


def test_rooms_that_talk_makes_itself_are_left_alone(server: Fake, tmp_path: Path) -> None:
    rooms = rooms_of(server, tmp_path)
    write = rooms.plan(PUBLIC)
    assert rooms.look(write) is None and len(server.rooms) == 3
    for room in server.rooms.values():
        room.description = f"jitsi-migrate: {write.name}"
    assert rooms.look(write) is None


def test_no_token_is_ever_looked_up(server: Fake, tmp_path: Path) -> None:
    rooms = rooms_of(server, tmp_path)
    found = rooms.make(PRIVATE)
    rooms.write(rooms.plan(PUBLIC, found=found))
    rooms.clean()
    lines = [f"{one.method} {one.path}" for one in server.asked]
    assert lines and not [
        line for line in lines if line.startswith(f"GET /ocs/v2.php/{ROOM}/") and line.count("/") == 8
    ]
    assert server.talk.throttle.attempts == 0


def test_nobody_gets_mail(server: Fake, tmp_path: Path) -> None:
    rooms = rooms_of(server, tmp_path)
    meeting = replace(PRIVATE, attendees=(BEN, OUT), alternative_hosts=(BEN, replace(OUT, email="o@example.net")))
    found = rooms.make(meeting)
    rooms.write(rooms.plan(replace(PRIVATE, topic="Daily"), found=found))
    rooms.write(rooms.plan(meeting, found=rooms.look(rooms.made[0])))
    rooms.clean()
    assert server.mails == []


def test_the_same_server_mails_to_guests_who_are_added(server: Fake, tmp_path: Path) -> None:
    room = kept(server, rooms_of(server, tmp_path).make(PUBLIC))
    server.ocs("POST", f"{ROOM}/{room.token}/participants", {"newParticipant": OUT.email, "source": "emails"})
    assert [mail.to for mail in server.mails] == [OUT.email]


def test_no_password_is_shown_but_to_the_server(server: Fake, tmp_path: Path) -> None:
    rooms = rooms_of(server, tmp_path)
    found = rooms.make(PUBLIC)
    password = rooms.target.password(found.room, found.traits)
    assert password and password not in repr((rooms.made, found))
    assert not [one.path for one in server.asked if password in one.path]


def test_what_is_not_known_of_a_room_is_not_written(server: Fake, tmp_path: Path) -> None:
    rooms = rooms_of(server, tmp_path)
    found = rooms.make(PRIVATE)
    write = rooms.plan(PRIVATE, found=found)
    unknown = {**(write.traits or {}), "participants": None, "moderators": None}
    assert rooms.write(RoomWrite(write.name, write.owner, unknown, found))[0].reason == ""


def test_a_conversation_from_whose_description_people_took_our_line_is_known_by_its_link(
    server: Fake, tmp_path: Path
) -> None:
    rooms = rooms_of(server, tmp_path)
    found = rooms.make(PUBLIC)
    kept(server, found).description = "Ours now"
    (there,) = adapter(server, tmp_path).look({"ana": [found.room]}).values()
    assert there == replace(found, traits={**found.traits, "description": "Ours now"})
    traits = {**rooms.made[0].traits, "name": "Daily", "description": "Ours now"}
    (written,) = rooms.write(replace(rooms.made[0], traits=traits, found=there))
    assert written.found and written.found.room == found.room and not (written.reason or written.losses)
    assert kept(server, found).name == "Daily"
