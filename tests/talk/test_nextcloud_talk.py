"""The stand-in has the traps that a recording of single answers does not show."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.caldav.proxy import proxied
from tests.caldav.server import authorization
from tests.talk.nextcloud import NextcloudTalk, Said, nextcloud_talk
from tests.talk.occ import occ
from tests.talk.profiles import TALK_21, TALK_25

ROOM = "apps/spreed/api/v4/room"
EVENT = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//EN\r\n{events}END:VCALENDAR\r\n"
VEVENT = "BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20270101T080000Z\r\nDTSTART:20270104T090000Z\r\n{more}END:VEVENT\r\n"


@pytest.fixture
def server() -> Iterator[NextcloudTalk]:
    with nextcloud_talk() as found:
        yield found


def create(server: NextcloudTalk, **body: Any) -> Said:
    return server.ocs("POST", ROOM, {"roomType": 3, "roomName": "Weekly", **body})


def test_nobody_is_refused_a_second_room_like_the_first(server: NextcloudTalk) -> None:
    marked = {"objectType": "event", "objectId": "1#2", "description": "marker"}
    assert [create(server, **marked).status for _ in range(2)] == [201, 201]
    assert len(server.rooms) == 2


def test_many_at_once_make_a_room_each(server: NextcloudTalk) -> None:
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda number: create(server, roomName=str(number)), range(40)))
    assert sorted(one.data["id"] for one in said) == list(range(1, 41))
    assert len({one.data["token"] for one in said}) == 40


def test_guessing_tokens_shuts_out_who_knows_one(server: NextcloudTalk) -> None:
    token = create(server).data["token"]
    missed = [server.ocs("GET", f"{ROOM}/guess{number}") for number in range(11)]
    assert [one.status for one in missed] == [404] * 10 + [500]
    assert missed[-2].headers["X-Nextcloud-Bruteforce-Throttled"] == "50000ms"
    assert server.ocs("GET", f"{ROOM}/{token}", user="ben").status == server.ocs("GET", f"{ROOM}/{token}").status == 429
    # What needs no look-up goes on, and says what is wrong.
    assert server.ocs("GET", ROOM).status == 200
    assert server.ocs("PUT", f"{ROOM}/{token}/description", {"description": "d"}).status == 200
    assert server.ocs("GET", "cloud/capabilities").data["capabilities"]["bruteforce"]["delay"] == 25_000
    occ(server, "security:bruteforce:reset", "127.0.0.1")
    assert server.ocs("GET", f"{ROOM}/{token}").status == 200


def test_a_dead_backend_lets_nothing_be_made_and_all_be_read(server: NextcloudTalk) -> None:
    token = create(server).data["token"]
    occ(server, "talk:signaling:add", "https://hpb.example.org", "secret")
    refused = create(server, participants={"users": ["ben"], "emails": ["guest@example.net"]})
    assert (refused.status, refused.code, len(server.rooms), server.mails) == (500, 996, 1, [])
    assert server.ocs("GET", f"{ROOM}/{token}").status == 200
    assert server.ocs("PUT", f"{ROOM}/{token}", {"roomName": "Renamed"}).status == 500
    assert server.rooms[token].name == "Renamed"


def test_before_21_1_all_but_the_password_is_dropped_without_a_word() -> None:
    asked = {"description": "d", "lobbyState": 1, "listable": 1, "participants": {"emails": ["guest@example.net"]}}
    with nextcloud_talk(profile=TALK_21) as server:
        features = server.ocs("GET", "cloud/capabilities").data["capabilities"]["spreed"]["features"]
        found = create(server, password="a long password", **asked)
        assert "conversation-creation-all" not in features and "conversation-creation-password" in features
        assert (found.status, found.data["hasPassword"], server.mails) == (201, True, [])
        assert {found.data[name] for name in ("description", "lobbyState", "listable")} == {"", 0}


def test_a_later_version_shows_more_of_a_room_and_names_errors() -> None:
    with nextcloud_talk(profile=TALK_25) as server:
        room = create(server, permissions=511).data
        assert TALK_25.room.items() <= room.items() and room["defaultPermissions"] == 511
        refused = server.ocs("POST", f"{ROOM}/{room['token']}/moderators", {"attendeeId": 99})
        assert (refused.status, refused.data["error"]) == (404, "participant")


def test_a_guest_by_mail_opens_a_private_room(server: NextcloudTalk) -> None:
    token = create(server, roomType=2).data["token"]
    added = {"newParticipant": "Guest@example.net", "source": "emails"}
    assert server.ocs("POST", f"{ROOM}/{token}/participants", added).data == {"type": 3}
    assert [(mail.to, mail.method) for mail in server.mails] == [("guest@example.net", "INVITATION")]


def test_only_moderators_change_a_room_or_see_addresses(server: NextcloudTalk) -> None:
    token = create(server, participants={"users": ["ben"], "emails": ["guest@example.net"]}).data["token"]
    assert server.ocs("PUT", f"{ROOM}/{token}", {"roomName": "x"}, user="ben").status == 403
    assert server.ocs("DELETE", f"{ROOM}/{token}", user="ben").status == 403
    shown = {user: server.ocs("GET", f"{ROOM}/{token}/participants", user=user).data for user in ("ana", "ben")}
    assert ["invitedActorId" in shown[user][-1] for user in shown] == [True, False]


def test_what_a_person_writes_is_seen_though_every_change_moves_the_time(server: NextcloudTalk) -> None:
    token = create(server).data["token"]
    server.ocs("PUT", f"{ROOM}/{token}/description", {"description": "d"})
    before = server.ocs("GET", f"{ROOM}/{token}").data["lastMessage"]
    server.talk.rooms.say(server.rooms[token], server.accounts.users["ana"])
    after = server.ocs("GET", f"{ROOM}/{token}").data["lastMessage"]
    assert [before["systemMessage"], before["messageType"]] == ["description_set", "system"]
    assert [after["systemMessage"], after["messageType"]] == ["", "comment"]


def test_rooms_of_events_are_gone_after_a_time_and_plain_ones_stay() -> None:
    clock = [datetime(2027, 1, 1, tzinfo=UTC)]
    with nextcloud_talk(now=lambda: clock[0]) as server:
        soon = int((clock[0] + timedelta(hours=1)).timestamp())
        event = create(server, objectType="event", objectId=f"{soon}#{soon + 3600}").data["token"]
        plain = create(server, lobbyState=1, lobbyTimer=soon).data["token"]
        for days, left in ((27, {event, plain}), (2, {plain})):
            clock[0] += timedelta(days=days)
            server.talk.cron()
            assert server.rooms.keys() == left
        assert server.ocs("GET", f"{ROOM}/{plain}").data["lobbyState"] == 0


def test_words_behind_the_link_hide_a_room_from_its_event(server: NextcloudTalk) -> None:
    token = create(server, objectType="event", objectId="later").data["token"]
    for number, (behind, name) in enumerate(((" (Talk)", "Weekly"), ("?a=1#b", "Renamed"))):
        more = f"SUMMARY:Renamed\r\nLOCATION:{server.url}call/{token}{behind}\r\n"
        event = EVENT.format(events=VEVENT.format(uid=number, more=more))
        assert server.request("PUT", f"{server.collections[0]}{number}.ics", event.encode()).status == 201
        assert server.rooms[token].name == name


def test_app_passwords_come_without_a_number_and_can_revoke_themselves(server: NextcloudTalk) -> None:
    made = [occ(server, "user:auth-tokens:add", "ben", "--no-interaction").output.split("\n")[-2] for _ in range(2)]
    assert [server.ocs("GET", "cloud/user", user="ben", password=token).status for token in made] == [200, 200]
    # Good for the calendar too, and not for making more.
    header = authorization("ben", made[0])
    assert server.request("PROPFIND", server.collection("personal", "ben"), Authorization=header).status == 207
    assert server.ocs("GET", "core/getapppassword", user="ben", password=made[0]).status == 403
    assert server.ocs("DELETE", "core/apppassword", user="ben", password=made[0]).status == 200
    (listed,) = json.loads(occ(server, "user:auth-tokens:list", "ben", "--output=json").output)
    assert occ(server, "user:auth-tokens:delete", "ben", str(listed["id"])).code == 0
    assert [server.ocs("GET", "cloud/user", user="ben", password=token).status for token in made] == [401, 401]
    assert server.ocs("DELETE", "core/apppassword", user="ben").status == 403


def test_only_a_login_by_password_makes_the_first_calendar() -> None:
    with nextcloud_talk(newcomers=("ben",)) as server:
        token = server.accounts.make_token(server.accounts.users["ben"])
        assert server.ocs("GET", "cloud/user", user="ben", password=token).status == 200
        assert "personal" not in server.store.homes["ben"]
        assert server.ocs("GET", "core/getapppassword", user="ben").status == 200
        assert "personal" in server.store.homes["ben"]


def test_an_address_may_belong_to_two_users_and_one_user_is_found_twice(server: NextcloudTalk) -> None:
    find = "core/autocomplete/get?search=ana@example.org&itemType=call&itemId=new"
    assert [hit["id"] for hit in server.ocs("GET", find).data] == ["ana", "ana"]
    server.accounts.users["ben"].email = "ana@example.org"
    assert {hit["id"] for hit in server.ocs("GET", find).data} == {"ana", "ben"}


def test_a_policy_is_told_and_passwords_that_fail_it_make_no_room(server: NextcloudTalk) -> None:
    occ(server, "app:enable", "password_policy")
    assert server.ocs("GET", "cloud/capabilities").data["capabilities"]["password_policy"]["minLength"] == 10
    assert [create(server, password=word).status for word in ("123456", "1234567890", "kq7-mrtx-92")] == [400, 400, 201]


def test_an_import_on_the_server_tells_nobody_and_repeats_nothing(server: NextcloudTalk, tmp_path: Path) -> None:
    invited = "SUMMARY:Weekly\r\nORGANIZER:mailto:ana@example.org\r\nATTENDEE:mailto:ben@example.org\r\n"
    file = tmp_path / "events.ics"
    file.write_text(EVENT.format(events="".join(VEVENT.format(uid=n, more=invited) for n in range(3))), "utf-8")
    command = ("calendar:import", "ana", "personal", str(file))
    assert [occ(server, *command).code for _ in range(2)] == [0, 0]
    assert len(server.store.objects("ana", "personal")) == 3 and not server.mails
    assert occ(server, "calendar:import", "ana", "nowhere", str(file)).output == "Calendar <nowhere> not found\n"


def test_a_proxy_may_stand_before_it(server: NextcloudTalk) -> None:
    with proxied(server) as proxy:
        url = f"{proxy.server.url}ocs/v2.php/{ROOM}"
        answer = proxy.server.request("GET", url, OCS_APIRequest="true", Accept="application/json")
        assert answer.status == 200 and json.loads(answer.body)["ocs"]["meta"]["statuscode"] == 200
