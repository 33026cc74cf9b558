"""People without an account: nobody is mailed unless it is asked for, and then nobody twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from migrate.core.meeting import Meeting, Person
from tests.builders import at, row
from tests.caldav.proxy import RESET_AFTER, Fault, Passed, proxied, refused
from tests.talk.nextcloud import NextcloudTalk, nextcloud_talk
from tests.talk.rooms import PUBLIC
from tests.talk.site import TalkSite

ANA, BEN = Person("Ana", "ana@example.org"), Person("Ben", "ben@example.org")
KIM, LEE = Person("Kim", "kim@example.net"), Person("", "lee@example.net")
REVIEW = row("2027-03-03 12:00", "Review", host=ANA, attendees=(BEN, KIM, LEE))
INTERNAL = row("2027-03-04 12:00", "Internal", "80000000202", host=ANA, attendees=(BEN,))


@pytest.fixture
def server() -> Iterator[NextcloudTalk]:
    with nextcloud_talk() as server:
        yield server


@pytest.fixture
def site(tmp_path: Path, server: NextcloudTalk) -> TalkSite:
    return TalkSite(tmp_path / "site", server)


def mailed(server: NextcloudTalk) -> list[str]:
    return [mail.to for mail in server.mails]


def made(server: NextcloudTalk, topic: str) -> list[str]:
    """Return who is in the room of that name; guests by their address."""
    (room,) = (room for room in server.rooms.values() if room.name == topic)
    return [one.address or one.name for one in room.attendees]


def test_nobody_is_mailed_by_plan_apply_update_and_undo(site: TalkSite, server: NextcloudTalk) -> None:
    site.plan([REVIEW, INTERNAL])
    assert site.apply()["invitations"] == []
    site.plan([replace(REVIEW, topic="Review of March", start=at("2027-03-05 12:00")), INTERNAL])
    site.apply()
    site.run("undo", "last")
    assert made(server, "Review") == ["ana", "ben"] and not server.mails


def test_those_without_an_account_are_mailed_when_it_is_asked_for_and_once(
    site: TalkSite, server: NextcloudTalk
) -> None:
    site.plan([REVIEW, INTERNAL])
    site.apply()
    assert site.apply("--dry-run", "--notify")["mails"] == 2 and not server.mails
    (invitation,) = site.apply("--notify")["invitations"]
    assert invitation == {"room": "Review", "mailed": [KIM.email, LEE.email], "reason": ""}
    assert mailed(server) == [KIM.email, LEE.email]
    assert site.apply("--notify")["invitations"][0]["mailed"] == []
    assert mailed(server) == [KIM.email, LEE.email]
    assert made(server, "Internal") == ["ana", "ben"]


def test_a_room_that_people_closed_is_not_opened_for_a_guest(site: TalkSite, server: NextcloudTalk) -> None:
    site.plan([REVIEW])
    room = site.apply()["items"][0]["new_link"].rpartition("/")[2]
    assert server.rooms[room].type == PUBLIC
    server.ocs("DELETE", f"apps/spreed/api/v4/room/{room}/public")
    result = site.run("apply", site.path / "plan.json", "--notify")
    assert result.code == 6 and "is private" in result.out
    assert server.rooms[room].type != PUBLIC and not server.mails


def test_an_answer_that_is_lost_mails_nobody_twice(server: NextcloudTalk, tmp_path: Path) -> None:
    faults = iter([RESET_AFTER])

    def lost(passed: Passed) -> Fault | None:
        guest = passed.method == "POST" and passed.path.endswith("/participants")
        return next(faults, None) if guest else None

    with proxied(server) as proxy:
        site = TalkSite(tmp_path / "site", server, proxy.server.url)
        site.plan([replace(REVIEW, attendees=(KIM, LEE))])
        proxy.faults = lost
        assert site.apply("--notify")["invitations"][0]["reason"] == ""
        assert [one.fault for one in proxy.passed if one.fault] == [RESET_AFTER.name]
    assert mailed(server) == [KIM.email, LEE.email]


def test_an_account_that_is_found_later_is_no_guest(site: TalkSite, server: NextcloudTalk) -> None:
    hosts = (site.path / "hosts.csv").read_text()
    (site.path / "hosts.csv").write_text(hosts.replace("Ben,,ben@example.org,ben,", "Ben,,ben@example.org,,"))
    meeting: Meeting = replace(REVIEW, attendees=(BEN,))
    (change,) = site.plan([meeting])["changes"]
    assert change["room"]["traits"]["type"] == "public"
    (site.path / "hosts.csv").write_text(hosts)
    (change,) = site.plan([meeting])["changes"]
    assert change["room"]["traits"]["type"] == "private"
    site.apply("--notify")
    assert not server.mails


def test_what_was_applied_is_reported_though_the_server_fails_at_the_mails(
    server: NextcloudTalk, tmp_path: Path
) -> None:
    with proxied(server) as proxy:
        site = TalkSite(tmp_path / "site", server, proxy.server.url, patience=1)
        site.plan([REVIEW])
        proxy.faults = lambda passed: refused(503) if passed.path.endswith("/participants") else None
        assert site.run("apply", site.path / "plan.json", "--notify").code == 75
    (report,) = (site.path / "runs").glob("*/report.json")
    (item,) = json.loads(report.read_text())["items"]
    assert item["result"] == "done" and item["new_link"]
    assert not server.mails
