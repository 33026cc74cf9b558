"""Events beside Talk: a link to its room as Talk itself reads it, its trash bin, its newcomers and its mails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from migrate.calendars.caldav import CaldavCalendar
from migrate.core.ports import Event, Write
from tests.caldav.icalendar_object import Component, parse
from tests.caldav.nextcloud_store import DEFAULT
from tests.calendars.test_caldav import opened, site
from tests.contracts.calendar import HOST, SERIES, SINGLE, event_plan, look, write
from tests.talk.nextcloud import NextcloudTalk, nextcloud_talk

CALL = "https://cloud.example.org/call/abcd1234"


@pytest.fixture
def cloud() -> Iterator[NextcloudTalk]:
    with nextcloud_talk(newcomers=("ben",)) as server:
        yield server


@pytest.fixture
def calendar(cloud: NextcloudTalk, tmp_path: Path) -> CaldavCalendar:
    return opened(site(tmp_path, cloud), url=cloud.collections[0], user=cloud.user)


def rendered(calendar: CaldavCalendar, link: str, topic: str = "Weekly", *, series: bool = True) -> Event:
    meeting = replace(SERIES if series else SINGLE, topic=topic, attendees=(HOST,), alternative_hosts=(HOST,))
    return calendar.render(replace(event_plan(meeting), url=link))


def stored(cloud: NextcloudTalk, user: str = "ana") -> list[Component]:
    objects = cloud.store.objects(user, DEFAULT).values()
    return [event for one in objects for event in parse(one.data.decode()).below("VEVENT")]


def test_each_event_has_the_link_alone_as_its_place_and_as_its_conference(
    cloud: NextcloudTalk, calendar: CaldavCalendar
) -> None:
    write(calendar, Write(calendar.collection(HOST), (), rendered(calendar, CALL)))
    assert len(stored(cloud)) == 4
    for event in stored(cloud):
        assert [one.line for one in event.all("LOCATION")] == [f"LOCATION:{CALL}"]
        [conference] = event.all("CONFERENCE")
        assert (conference.parameters["VALUE"], conference.value) == ("URI", CALL)


def test_talk_finds_its_room_by_the_link(cloud: NextcloudTalk, calendar: CaldavCalendar) -> None:
    asked = {"roomType": 3, "roomName": "Weekly", "objectType": "event", "objectId": "1#2"}
    token = cloud.ocs("POST", "apps/spreed/api/v4/room", asked).data["token"]
    followed = rendered(calendar, f"{cloud.url}call/{token}", "Renamed", series=False)
    write(calendar, Write(calendar.collection(HOST), (), followed))
    assert cloud.rooms[token].name == "Renamed"


def test_what_undo_deleted_is_written_again(cloud: NextcloudTalk, calendar: CaldavCalendar) -> None:
    name, event = calendar.collection(HOST), rendered(calendar, CALL)
    for one in (event, None, event, None, event):
        write(calendar, Write(name, event.uids, one))
    assert set(look(calendar, name, event.uids) or {}) == set(event.uids)
    assert not cloud.store.trash["ana"]


def test_an_app_password_of_a_newcomer_is_enough(cloud: NextcloudTalk, tmp_path: Path) -> None:
    facts = site(tmp_path, cloud)
    token = cloud.accounts.make_token(cloud.accounts.users["ben"])
    (tmp_path / "credentials.csv").write_text(f"account,password\nben,{token}\n")
    calendar = opened(facts, url=cloud.collection(DEFAULT, "ben"), user="ben")
    write(calendar, Write(calendar.collection(HOST), (), rendered(calendar, CALL)))
    assert len(stored(cloud, "ben")) == 4


def test_nobody_is_mailed_of_what_we_write_and_everybody_of_what_a_person_writes(
    cloud: NextcloudTalk, calendar: CaldavCalendar
) -> None:
    name = calendar.collection(HOST)
    for event in (rendered(calendar, CALL), rendered(calendar, f"{CALL}5", "Renamed")):
        write(calendar, Write(name, event.uids, event))
    write(calendar, Write(name, event.uids, None))
    assert not cloud.mails
    write(calendar, Write(name, (), event))
    [path] = [path for path, data in cloud.resources(name).items() if b"FREQ=WEEKLY" in data]
    invited = "BEGIN:VEVENT\r\nORGANIZER:mailto:ana@example.org\r\nATTENDEE:mailto:out@example.net\r\n"
    by_hand = cloud.resources(name)[path].decode().replace("BEGIN:VEVENT\r\n", invited)
    assert cloud.request("PUT", path, by_hand.encode()).status == 204
    assert {mail.to for mail in cloud.mails} == {"out@example.net"}
