"""What is planned for Nextcloud Talk: what a conversation shall have, what is lost, and who may make it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from migrate.core.errors import ConfigurationError, TargetError
from migrate.core.features import lower, needs
from migrate.core.meeting import Kind, Meeting, Person
from migrate.core.rooms import Room, Traits
from migrate.shared.talk.abilities import Abilities
from migrate.shared.talk.passwords import derive_password
from migrate.shared.talk.traits import Wishes, marked, plan_traits
from migrate.targets.nextcloud_talk import NextcloudTalk, NextcloudTalkSettings
from tests.builders import row
from tests.talk.accounts import Account
from tests.talk.adapter import KEY, talk_at
from tests.talk.nextcloud import NextcloudTalk as Fake
from tests.talk.nextcloud import nextcloud_talk

ANA, BEN = Person("Ana", "ana@example.org", "ana"), Person("Ben", "ben@example.org", "ben")
OUT = Person("Out", "out@example.net")
SINGLE = row("2027-03-01 09:00", "Weekly", host=ANA)
NAME = "abcd-efgh-ijkl-mnop"


@pytest.fixture
def server() -> Iterator[Fake]:
    with nextcloud_talk(admin="ben") as found:
        yield found


def adapter(server: Fake, tmp_path: Path, **settings: Any) -> NextcloudTalk:
    return talk_at(server.url, tmp_path, server.users, **settings)


def traits(meeting: Meeting, wishes: Wishes | None = None, **abilities: Any) -> Traits:
    return plan_traits(NAME, meeting, "ana", replace(Abilities(), **abilities), wishes or Wishes())


@pytest.mark.parametrize(
    ("attendees", "helpers", "kind"),
    [
        ((), (), "public"),
        ((OUT,), (), "public"),
        ((BEN, OUT), (), "public"),
        ((BEN,), (OUT,), "public"),
        ((BEN,), (), "private"),
        ((BEN,), (BEN,), "private"),
    ],
)
def test_a_conversation_is_private_only_if_everybody_has_an_account(
    attendees: tuple[Person, ...], helpers: tuple[Person, ...], kind: str
) -> None:
    found = traits(replace(SINGLE, attendees=attendees, alternative_hosts=helpers))
    assert (found["type"], found["password"]) == (kind, kind == "public")


def test_people_with_accounts_take_part_and_alternative_hosts_moderate() -> None:
    found = traits(replace(SINGLE, attendees=(BEN, OUT, ANA), alternative_hosts=(replace(BEN, account="carl"), OUT)))
    assert (found["participants"], found["moderators"]) == (["ben", "carl"], ["carl"])


def test_a_host_moderates_a_conversation_of_somebody_else() -> None:
    found = plan_traits(NAME, SINGLE, "ben", Abilities(), Wishes())
    assert found["participants"] == found["moderators"] == ["ana"]


@pytest.mark.parametrize(
    ("change", "lobby", "timer"),
    [
        ({}, "until-start", 1803888000),
        ({}, "until-host", 0),
        ({"rrule": "FREQ=WEEKLY;COUNT=3", "kind": Kind.SERIES}, "until-start", 0),
        ({"start": None, "kind": Kind.ROOM}, "until-start", 0),
    ],
)
def test_a_waiting_room_is_a_lobby_that_opens_by_itself_for_one_date_only(
    change: dict[str, Any], lobby: Any, timer: int
) -> None:
    found = traits(replace(SINGLE, features=("waiting_room",), **change), Wishes(lobby=lobby))
    assert (found["lobby"], found["lobby_timer"]) == (True, timer)
    assert traits(replace(SINGLE, **change), Wishes(lobby=lobby))["lobby_timer"] == 0


@pytest.mark.parametrize("agenda", ["", "x", "x" * 476, "x" * 477, "ä\r\n\r\nb  " * 400])
def test_an_agenda_gives_way_to_the_name_of_the_room(agenda: str) -> None:
    found = traits(replace(SINGLE, agenda=agenda))["description"]
    assert len(found) <= 500 and found == found.strip() and marked(found) == NAME
    assert "\r" not in found and " \n" not in found


@pytest.mark.parametrize(("agenda", "is_whole"), [("x" * 464, True), ("x" * 465, False)])
def test_an_agenda_is_cut_only_if_it_must_be(agenda: str, is_whole: bool) -> None:
    assert (agenda in traits(replace(SINGLE, agenda=agenda))["description"]) == is_whole


@pytest.mark.parametrize(
    ("topic", "name"), [(" a\n b ", "a b"), ("", "Meeting"), (" ", "Meeting"), ("x" * 300, "x" * 255)]
)
def test_a_name_is_one_that_talk_takes(topic: str, name: str) -> None:
    assert traits(replace(SINGLE, topic=topic))["name"] == name


def test_the_audience_of_a_webinar_may_join_and_chat() -> None:
    assert traits(replace(SINGLE, kind=Kind.WEBINAR))["permissions"] == 133
    assert traits(replace(SINGLE, kind=Kind.ROOM, features=("webinar",)))["permissions"] == 133
    assert traits(SINGLE)["permissions"] == 0


def test_what_a_server_cannot_do_is_not_asked_for() -> None:
    needy = replace(SINGLE, kind=Kind.WEBINAR, features=("dial_in", "waiting_room"))
    everything, nothing = traits(needy), traits(needy, lobby=False, permissions=False, telephone=False)
    assert [everything[name] for name in ("lobby", "permissions", "sip")] == [True, 133, True]
    assert [nothing[name] for name in ("lobby", "permissions", "sip")] == [False, 0, False]


LOST: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"features": ("passcode", "waiting_room")}, {}),
    ({"features": ("authenticated_only",), "attendees": (BEN,)}, {}),
    ({"features": ("authenticated_only",)}, {"authenticated_only": "everybody with link and password"}),
    ({"attendees": (BEN, OUT)}, {"invitees": "not told: Out <out@example.net>"}),
    ({"alternative_hosts": (BEN, OUT)}, {"alternative_hosts": "cannot moderate: Out <out@example.net>"}),
    ({"features": ("join_before_host",)}, {}),
    ({"features": ("join_before_host", "waiting_room")}, {"join_before_host": "lobby"}),
    ({"features": ("dial_in",)}, {"dial_in": "SIP"}),
    ({"features": ("e2ee",)}, {"e2ee": "encrypted"}),
    ({"features": ("registration", "breakout_rooms")}, {"breakout_rooms": "beforehand|before", "registration": "no"}),
    ({"kind": Kind.WEBINAR}, {}),
]


@pytest.mark.parametrize(("change", "lost"), LOST)
def test_what_is_lost_is_said_of_each_meeting(
    server: Fake, tmp_path: Path, change: dict[str, Any], lost: dict[str, str]
) -> None:
    meeting = replace(SINGLE, **change)
    _, losses = lower(meeting, adapter(server, tmp_path).lost(meeting))
    assert {loss.feature for loss in losses} == lost.keys()
    assert all(re.search(lost[loss.feature], loss.message) and loss.hint for loss in losses)


def test_of_many_who_are_lost_some_are_named(server: Fake, tmp_path: Path) -> None:
    meeting = replace(SINGLE, attendees=tuple(Person(f"Guest {number}") for number in range(7)))
    message = adapter(server, tmp_path).lost(meeting)["invitees"].message
    assert message.endswith("Guest 3, Guest 4, and 2 more")


def test_telephones_are_kept_where_there_is_a_bridge(server: Fake, tmp_path: Path) -> None:
    server.talk.settings.sip = True
    target, meeting = adapter(server, tmp_path), replace(SINGLE, features=("dial_in",))
    assert "dial_in" in needs(meeting) and "dial_in" not in target.lost(meeting)
    assert target.plan(Room(NAME, ""), meeting).traits["sip"]


def test_capabilities_are_asked_once_for_each_host_and_of_none_without_an_account(server: Fake, tmp_path: Path) -> None:
    target = adapter(server, tmp_path)
    for host in (ANA, ANA, BEN, OUT):
        meeting = replace(SINGLE, host=host)
        target.lost(meeting)
        target.plan(Room(NAME, ""), meeting)
        target.lacks(host.account)
    assert [one.path for one in server.asked] == ["/ocs/v2.php/cloud/capabilities"] * 2


@pytest.mark.parametrize("length", [0, 29, 30, 64])
def test_a_password_has_all_that_a_policy_may_ask_for_and_can_be_read_out(length: int) -> None:
    words = {derive_password(KEY, f"name-{number}", length) for number in range(200)}
    assert len(words) == 200
    for word in words:
        assert re.fullmatch(r"[A-HJ-NP-Za-km-z2-9]{4}(-[A-HJ-NP-Za-km-z2-9]{4})+", word)
        assert all(re.search(kind, word) for kind in ("[A-Z]", "[a-z]", "[0-9]"))
        assert len(word) >= max(20, length)


def test_the_length_of_a_password_is_told_only_if_it_is_not_the_usual_one() -> None:
    assert "password_length" not in traits(SINGLE, secret=29)
    assert traits(SINGLE, secret=30)["password_length"] == 30
    assert "password_length" not in traits(replace(SINGLE, attendees=(BEN,)), secret=30)


def test_who_cannot_make_conversations_is_told_why(server: Fake, tmp_path: Path) -> None:
    for name in ("carl", "dora", "emil"):
        server.accounts.add(Account(name, f"secret of {name}", groups={name}))
    server.talk.settings.allowed_groups = {"dora", "emil"}
    server.talk.settings.start_conversations = {"emil"}
    passwords = {name: f"secret of {name}" for name in ("carl", "dora", "emil")}
    target = talk_at(server.url, tmp_path, {**passwords, "ana": "wrong"})
    reasons = {name: target.lacks(name) for name in ("", "nobody", "ana", "carl", "dora", "emil")}
    assert "no account" in reasons[""] and "no password for 'nobody'" in reasons["nobody"]
    assert "refuses the password of 'ana'" in reasons["ana"]
    assert [reasons["carl"], reasons["dora"]] == ["'carl' may not use Talk", "'dora' may not make conversations"]
    assert reasons["emil"] == ""


def test_not_so_many_passwords_are_tried_that_a_server_shuts_us_out(server: Fake, tmp_path: Path) -> None:
    wrong = {f"user{number}": "wrong" for number in range(9)}
    target = talk_at(server.url, tmp_path, wrong)
    assert all(target.lacks(f"user{number}") for number in range(5))
    assert target.lacks("user0")
    with pytest.raises(TargetError, match="refuses the passwords of user0, user1"):
        target.lacks("user5")
    assert len(server.asked) == 5


@pytest.mark.parametrize("user", ["ben", "ana"])  # an administrator, and somebody
def test_people_are_known_by_their_address_alone(server: Fake, tmp_path: Path, user: str) -> None:
    for name, email in (("twin1", "twin@example.org"), ("twin2", "Twin@example.org"), ("local", "")):
        server.accounts.add(Account(name, "x", email=email))
    asked = ["Ana@Example.org", "twin@example.org", "local@example.org", "out@example.net", "ana@example.or"]
    people = [Person(email=email) for email in asked] + [Person("Ana")]
    target = adapter(server, tmp_path, directory_user=user)
    assert target.identify(people) == {Person(email="Ana@Example.org"): "ana"}
    assert target.identify([]) == {}


def test_nobody_is_looked_up_without_somebody_who_may(server: Fake, tmp_path: Path) -> None:
    assert adapter(server, tmp_path).identify([Person(email="ana@example.org")]) == {}
    assert not server.asked


def test_who_is_disabled_is_not_the_account_of_anybody(server: Fake, tmp_path: Path) -> None:
    server.accounts.add(Account("gone", "x", email="gone@example.org", enabled=False))
    assert adapter(server, tmp_path, directory_user="ben").identify([Person(email="gone@example.org")]) == {}


def test_who_looks_up_others_needs_a_password(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="directory_user, 'zoe'"):
        talk_at("https://cloud.example.org", tmp_path, {}, directory_user="zoe")


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://cloud.example.org/", "https://cloud.example.org/call/abc"),
        ("https://example.org/cloud", "https://example.org/cloud/call/abc"),
        ("https://example.org/index.php/", "https://example.org/index.php/call/abc"),
    ],
)
def test_a_known_room_is_located_on_the_server_of_the_settings(tmp_path: Path, url: str, link: str) -> None:
    assert talk_at(url, tmp_path, {}).locate(Room("x", "https://old.example.org/call/abc")) == Room("x", link)


@pytest.mark.parametrize(
    "wrong",
    [
        *({"url": url} for url in ("cloud.example.org", "http://cloud.example.org", "https://a:b@cloud.example.org")),
        *({"url": f"https://cloud.example.org/{end}"} for end in ("?a=1", "#a")),
        *({name: value} for name, value in (("listable", "all"), ("lobby", "always"), ("workers", 9), ("token", "x"))),
    ],
)
def test_what_is_no_setting_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        NextcloudTalkSettings.model_validate({"url": "https://cloud.example.org", **wrong})


def test_who_has_another_target_need_not_wait_for_it() -> None:
    code = "import sys, migrate.targets.nextcloud_talk; print('requests' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False\n"
