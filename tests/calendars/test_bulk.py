"""New events taken over in bulk by Nextcloud's own program: what it leaves is written as ever, and nobody is mailed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from migrate.calendars.caldav import CaldavCalendar
from migrate.core.errors import TargetError
from migrate.core.meeting import Person
from migrate.core.occ import Job, Ran
from migrate.core.ports import Event, Write
from migrate.shared.dav.bulk import Bulk
from migrate.shared.urls import origin
from tests.caldav.server import Server
from tests.calendars.test_caldav import OnServer, opened, site
from tests.contracts.calendar import HOST, SERIES, SINGLE, START, event_plan, look, write
from tests.fakes.occ import FakeOcc
from tests.talk.nextcloud import NextcloudTalk, nextcloud_talk

HOSTS = "Anna,,anna.meier@example.org,ana,\nBen,,ben@example.org,ben,\n"
BEN = Person("Ben", "ben@example.org")
INVITED = "ORGANIZER:mailto:ana@example.org\r\nATTENDEE:mailto:ben@example.org\r\nEND:VEVENT"


@pytest.fixture
def server() -> Iterator[NextcloudTalk]:
    with nextcloud_talk() as found:
        yield found


@pytest.fixture
def occ(server: NextcloudTalk) -> FakeOcc:
    return FakeOcc(server)


def of(server: NextcloudTalk, tmp_path: Path, occ: FakeOcc, least: int = 1, **settings: Any) -> CaldavCalendar:
    """Return the calendar of two hosts, with `least` events enough for bulk."""
    url = f"{server.url}remote.php/dav/calendars/{{account}}/personal/"
    calendar = opened(site(tmp_path, server, HOSTS), url=url, **settings)
    calendar.bulk = Bulk(occ, origin(server.url), least, least)
    return calendar


@pytest.fixture
def calendar(server: NextcloudTalk, tmp_path: Path, occ: FakeOcc) -> CaldavCalendar:
    return of(server, tmp_path, occ)


def events(calendar: CaldavCalendar, count: int, first: int = 0) -> list[Event]:
    return [calendar.render(event_plan(SERIES, f"number:{first + number}")) for number in range(count)]


def coming(calendar: CaldavCalendar, host: Person, found: Sequence[Event]) -> list[Write]:
    return [Write(calendar.collection(host), (), event) for event in found]


def puts(server: Server) -> list[str]:
    return [one.path for one in server.exchanges() if one.method == "PUT"]


def uids(server: NextcloudTalk, user: str) -> list[str]:
    return sorted(one.uid for one in server.store.objects(user, "personal").values())


class TestInBulk(OnServer):
    """Every event that is written goes through the program where it can, which writes it anew."""

    keeps_bytes = False
    run: ClassVar[Callable[[], AbstractContextManager[Server]]] = staticmethod(nextcloud_talk)

    @pytest.fixture
    def calendar(self, server: NextcloudTalk, tmp_path: Path) -> CaldavCalendar:
        one, two = (server.make(f"{tmp_path.name}-{number}") for number in (1, 2))
        hosts = f"Anna,,anna.meier@example.org,,{one}\nBen,,ben@example.org,,{two}\n"
        calendar = opened(site(tmp_path, server, hosts), user=server.user)
        calendar.bulk = Bulk(FakeOcc(server), origin(server.url), 1, 1)
        return calendar


def test_new_events_of_all_calendars_are_taken_over_at_once(
    server: NextcloudTalk, calendar: CaldavCalendar, occ: FakeOcc
) -> None:
    found = events(calendar, 12)
    write(calendar, *coming(calendar, HOST, found[:7]), *coming(calendar, BEN, found[7:]))
    assert occ.commands[0] == ("config:system:get", "trusted_domains")
    assert occ.commands[1:] == [("calendar:import", "--errors=0", "--", user, "personal") for user in ("ana", "ben")]
    assert not puts(server)
    back = look(calendar, calendar.collection(HOST), [uid for event in found for uid in event.uids])
    for event in found[:7]:
        assert "+".join(back[uid].fingerprint for uid in event.uids) == event.fingerprint
    assert len(uids(server, "ben")) == 15


def test_a_time_zone_is_good_for_the_first_of_all_events(server: NextcloudTalk, calendar: CaldavCalendar) -> None:
    """The server takes one description of a zone for all events of a file."""
    late, early = (replace(SINGLE, start=START.replace(year=year), timezone="Africa/Cairo") for year in (2024, 2013))
    found = [calendar.render(event_plan(one, f"number:{one.start.year}")) for one in (late, early)]
    assert _zone(found[0].text) != _zone(found[1].text)
    write(calendar, *coming(calendar, HOST, found))
    assert {_zone(one.data.decode()) for one in _objects(server)} == {_zone(found[1].text)}


def test_nobody_is_mailed_where_a_request_would_mail(server: NextcloudTalk, calendar: CaldavCalendar) -> None:
    invited = [calendar.restore(one.uids, one.text.replace("END:VEVENT", INVITED)) for one in events(calendar, 3)]
    write(calendar, *coming(calendar, HOST, invited))
    assert len(uids(server, "ana")) == 9
    assert not puts(server)
    assert not server.mails
    calendar.bulk = None
    more = [calendar.restore(one.uids, one.text.replace("END:VEVENT", INVITED)) for one in events(calendar, 3, 3)]
    write(calendar, *coming(calendar, HOST, more))
    assert {mail.to for mail in server.mails} == {"ben@example.org"}


def test_what_is_in_the_trash_bin_is_written_by_request(server: NextcloudTalk, calendar: CaldavCalendar) -> None:
    found = events(calendar, 4)
    write(calendar, *coming(calendar, HOST, found))
    write(calendar, Write(calendar.collection(HOST), found[1].uids, None))
    write(calendar, Write(calendar.collection(HOST), found[2].uids[:1], None))
    assert len(uids(server, "ana")) == 8
    write(calendar, *coming(calendar, HOST, [found[1], found[2], *events(calendar, 3, 4)]))
    assert len(uids(server, "ana")) == 21
    assert len(set(puts(server))) == 4
    assert calendar.finish() == [f"{calendar.collection(HOST)}: 11 events changed"]


def test_a_newcomer_gets_a_calendar_first(tmp_path: Path) -> None:
    with nextcloud_talk(newcomers=("ben",)) as server:
        calendar = of(server, tmp_path, FakeOcc(server))
        write(calendar, *coming(calendar, BEN, events(calendar, 3)))
        assert len(uids(server, "ben")) == 9
        assert not puts(server)


def test_few_events_are_not_worth_it(server: NextcloudTalk, tmp_path: Path, occ: FakeOcc) -> None:
    calendar = of(server, tmp_path, occ, least=10)
    write(calendar, *coming(calendar, HOST, events(calendar, 3)))
    assert (occ.commands, len(puts(server))) == ([], 9)
    write(calendar, *coming(calendar, HOST, events(calendar, 3, 3)), *coming(calendar, BEN, events(calendar, 4)))
    imported = [command[3] for command in occ.commands if command[0] == "calendar:import"]
    assert imported == ["ben"], "of each calendar there must be enough"


def test_what_is_there_is_left_to_requests_and_stays_whose_it_is(
    server: NextcloudTalk, calendar: CaldavCalendar, occ: FakeOcc, tmp_path: Path
) -> None:
    """Written by another run meanwhile, and then changed by a person."""
    found = events(calendar, 3)
    collection = calendar.collection(HOST)
    assert look(calendar, collection, ["1"]) == {}
    other = of(server, tmp_path, occ)
    write(other, Write(collection, (), found[0]))
    _edit(server, found[0].uids[0])
    reasons = calendar.write(coming(calendar, HOST, found), lambda: None)
    assert "plan again" in reasons[0]
    assert reasons[1:] == ["", ""]
    assert b"By hand" in _stored(server, found[0].uids[0])


def test_what_people_changed_meanwhile_is_not_seen_by_the_way(server: NextcloudTalk, calendar: CaldavCalendar) -> None:
    """To see what was taken over must not make other changes look as if somebody had decided on them."""
    old, *new = events(calendar, 4)
    collection = calendar.collection(HOST)
    write(calendar, Write(collection, (), old))
    look(calendar, collection, old.uids)
    _edit(server, old.uids[0])
    changed = calendar.render(event_plan(SINGLE, "number:0"))
    reasons = calendar.write([*coming(calendar, HOST, new), Write(collection, old.uids, changed)], lambda: None)
    assert reasons[:3] == ["", "", ""]
    assert "plan again" in reasons[3]
    assert b"By hand" in _stored(server, old.uids[0])


def test_time_zones_of_somebody_else_are_kept(server: NextcloudTalk, calendar: CaldavCalendar) -> None:
    """An event that is put back has the zones that it was found with."""
    (event,) = events(calendar, 1)
    text = event.text.replace("Europe/Berlin", "Office")
    write(calendar, Write(calendar.collection(HOST), (), calendar.restore(event.uids, text)))
    assert len(puts(server)) == 3
    assert b"TZID:Office" in _stored(server, event.uids[0])


class Refusing(FakeOcc):
    """A program that cannot be reached."""

    asked = 0

    def run(self, jobs: Sequence[Job], inputs: Sequence[str] = ()) -> Sequence[Sequence[Ran]]:
        self.asked += 1
        raise TargetError("cloud.example.org does not answer")


@pytest.mark.parametrize("broken", ["away", "elsewhere", "old", "late", "half", "deaf"])
def test_without_the_program_all_is_written_by_requests_and_told(
    server: NextcloudTalk, tmp_path: Path, broken: str
) -> None:
    occ = Refusing(server) if broken == "away" else FakeOcc(server)
    server.imports = broken != "old"
    if broken == "elsewhere":
        domains = [Ran(0, "cloud.example.net\n*.example.net\n")]
        occ.run = lambda jobs, inputs=(): [domains for _ in jobs]  # type: ignore[method-assign]
    if broken == "late":
        occ.run = lambda jobs, inputs=(): [[] for _ in jobs]  # type: ignore[method-assign]
    if broken == "deaf":
        occ.run = lambda jobs, inputs=(): [[Ran(0, "127.0.0.1\n")] for _ in jobs]  # type: ignore[method-assign]
    if broken == "half":
        # The first calendar is not found.
        server.imports = False
        occ.after = lambda command: setattr(server, "imports", command[0] == "calendar:import")
    calendar = of(server, tmp_path, occ)
    for first in (0, 3):
        write(
            calendar, *coming(calendar, HOST, events(calendar, 3, first)), *coming(calendar, BEN, events(calendar, 1))
        )
    assert len(uids(server, "ana")) == 18
    (told,) = [line for line in calendar.finish() if "bulk" in line]
    why = {
        "deaf": "standard input",
        "elsewhere": "another Nextcloud",
        "away": "does not answer",
        "old": "not defined",
        "late": "no time",
        "half": "not defined",
    }[broken]
    assert why in told
    if broken == "away":
        assert occ.asked == 1, "it is not asked again"


def _zone(text: str) -> str:
    return text.partition("BEGIN:VTIMEZONE")[2].partition("END:VTIMEZONE")[0]


def _objects(server: NextcloudTalk) -> list[Any]:
    return list(server.store.objects("ana", "personal").values())


def _stored(server: NextcloudTalk, uid: str) -> bytes:
    return next(one.data for one in _objects(server) if one.uid == uid)


def _edit(server: NextcloudTalk, uid: str) -> None:
    """Rename an event as a person would."""
    for one in _objects(server):
        if one.uid == uid:
            one.data = one.data.replace(b"SUMMARY:Weekly\r\n", b"SUMMARY:By hand\r\n")
