"""Rooms on a Jitsi Meet server."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import ValidationError

from migrate.core.features import lower, unsupported
from migrate.core.meeting import Kind
from migrate.core.ports import SiteFacts
from migrate.core.rooms import Room
from migrate.targets.jitsi import Jitsi, JitsiSettings
from tests.builders import row
from tests.contracts.target import TargetContract

SITE = SiteFacts(Path("site"), UUID(int=1), b"0123456789abcdef0123456789abcdef")
MEETING = row("2027-03-01 09:00", "Weekly review")


def jitsi(**settings: str) -> Jitsi:
    return Jitsi.open(JitsiSettings.model_validate({"url": "https://meet.example.org", **settings}), SITE)


class TestJitsi(TargetContract):
    @pytest.fixture
    def target(self) -> Jitsi:
        return jitsi()


def test_a_room_is_a_link_that_tells_nothing() -> None:
    room = jitsi().propose("number:1", MEETING, ())
    assert re.fullmatch(r"[a-z2-7]{4}(-[a-z2-7]{4}){3}", room.name)
    assert room.url == f"https://meet.example.org/{room.name}"
    assert jitsi().propose("number:1", row(None, "Other"), ()) == room


def test_a_readable_name_can_be_chosen() -> None:
    room = jitsi(names="slug").propose("number:1", MEETING, ())
    assert re.fullmatch(r"https://meet\.example\.org/weekly-review-[a-z2-7]{13}", room.url)


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://meet.example.org/", "https://meet.example.org/x"),
        ("https://meet.example.org/team/", "https://meet.example.org/team/x"),
        ("https://meet.example.org:8443", "https://meet.example.org:8443/x"),
        ("https://MEET.example.org", "https://meet.example.org/x"),
        ("https://büro.example.org", "https://xn--bro-hoa.example.org/x"),
    ],
)
def test_a_known_room_is_located_on_the_server_of_the_settings(url: str, link: str) -> None:
    assert jitsi(url=url).locate(Room("x", "https://old.example.org/x")) == Room("x", link)


def test_a_room_exists_by_its_url_so_that_none_is_made() -> None:
    target = jitsi()
    assert not target.has_accounts and target.lacks("") == ""
    assert target.plan(Room("x", "https://meet.example.org/x"), MEETING) is None


@pytest.mark.parametrize(
    "url",
    [
        *("meet.example.org", "ftp://meet.example.org", "", "https://", "https://meet.example.org/?room=1"),
        *("https://meet.example.org/#x", "https://anna:secret@meet.example.org", "javascript:alert(1)"),
    ],
)
def test_what_no_link_can_begin_with_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        JitsiSettings.model_validate({"url": url})


@pytest.mark.parametrize("settings", [{"names": "pretty"}, {"token": "x"}])
def test_what_is_no_setting_is_refused(settings: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        JitsiSettings.model_validate({"url": "https://meet.example.org", **settings})


def test_a_webinar_is_a_named_loss() -> None:
    losses = unsupported(Jitsi.supports, Jitsi.words, Jitsi.label)
    _, lost = lower(row("2027-03-01 09:00", kind=Kind.WEBINAR), losses)
    assert [loss.feature for loss in lost] == ["webinar"]
    assert lost[0].hint
