"""How a CalDAV server is found, searched, and dealt with when it does not do as it is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from migrate.calendars.caldav import CaldavCalendar
from migrate.core.errors import ConfigurationError, TargetError, TryLaterError
from migrate.core.meeting import Person
from migrate.core.ports import Sought, Write
from migrate.shared.dav.searching import queries
from tests.caldav.nextcloud import Nextcloud, nextcloud
from tests.caldav.proxy import (
    HANG_AFTER,
    NO_ETAG,
    RESET_AFTER,
    RESET_BEFORE,
    TRUNCATED,
    Fault,
    Passed,
    planned,
    proxied,
    refused,
)
from tests.caldav.radicale import radicale
from tests.caldav.sabre import sabre
from tests.caldav.server import Server
from tests.caldav.serving import Handler, serving
from tests.caldav.xandikos import xandikos
from tests.calendars.test_caldav import opened, site
from tests.contracts.calendar import HOST, SERIES, SINGLE, event_plan, look, write

SINCE = datetime(2027, 1, 1, tzinfo=UTC)
FOREIGN = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//EN
BEGIN:VEVENT
UID:{uid}
DTSTAMP:20261101T000000Z
DTSTART:{start}
DTEND:{start}
SUMMARY:Weekly
{line}
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def cloud() -> Iterator[Nextcloud]:
    with nextcloud() as server:
        yield server


def of(server: Server, tmp_path: Path, **settings: object) -> CaldavCalendar:
    return opened(site(tmp_path, server), **{"url": server.collections[0], "user": server.user, **settings})


def foreign(server: Server, collection: str, line: str, start: str = "20270301T090000Z") -> str:
    """Put an event into a calendar as a person would."""
    uid = str(uuid4())
    text = FOREIGN.format(uid=uid, line=line, start=start).replace("\n", "\r\n")
    assert server.request("PUT", f"{collection}{uid}.ics", text.encode()).status == 201
    return uid


@pytest.mark.parametrize("run", [radicale, xandikos, sabre, nextcloud])
def test_a_calendar_is_found_from_the_url_of_the_server(
    run: Callable[[], AbstractContextManager[Server]], tmp_path: Path
) -> None:
    with run() as server:
        name = server.collections[0].rstrip("/").rpartition("/")[2]
        calendar = of(server, tmp_path, url=server.url, calendar=name)
        event = calendar.render(event_plan(SINGLE))
        write(calendar, Write(calendar.collection(HOST), (), event))
        assert look(of(server, tmp_path), server.collections[0], event.uids)


def test_of_several_calendars_one_must_be_named(cloud: Nextcloud, tmp_path: Path) -> None:
    cloud.make("work")
    calendar = of(cloud, tmp_path, url=cloud.url)
    with pytest.raises(TargetError) as caught:
        look(calendar, calendar.collection(HOST), ["1"])
    assert {"work", "personal"} <= set(" ".join(caught.value.details).replace(":", "").split())


@pytest.mark.parametrize("run", [radicale, xandikos, sabre, nextcloud])
def test_events_of_people_are_found_by_number_and_link_in_any_property(
    run: Callable[[], AbstractContextManager[Server]], tmp_path: Path
) -> None:
    with run() as server:
        collection = server.collections[0]
        lines = {
            "LOCATION": "LOCATION:https://zoom.us/j/80000000201?pwd=x",
            "DESCRIPTION": "DESCRIPTION:Join\\nhttps://example.zoom.us/j/800\n 00000201 now",
            "X-GOOGLE-CONFERENCE": "X-GOOGLE-CONFERENCE:https://zoom.us/j/80000000201",
        }
        expected = {foreign(server, collection, line): name for name, line in lines.items()}
        foreign(server, collection, "LOCATION:https://evilzoom.us/j/80000000201")
        foreign(server, collection, lines["LOCATION"], "20260301T090000Z")
        calendar = of(server, tmp_path)
        ours = calendar.render(event_plan(replace(SINGLE, agenda="https://zoom.us/j/80000000201")))
        write(calendar, Write(calendar.collection(HOST), (), ours))
        sought = [Sought("number:80000000201", HOST, "80000000201", "", SINCE), Sought("other", HOST, "1", "", SINCE)]
        found = calendar.search(sought)
        assert {one.event.uids[0]: one.where for one in found.pop("number:80000000201")} == expected
        assert not found


def test_another_calendar_of_the_host_is_searched_and_can_be_looked_at(cloud: Nextcloud, tmp_path: Path) -> None:
    uid = foreign(cloud, cloud.make("work"), "LOCATION:https://zoom.us/j/80000000201")
    calendar = of(cloud, tmp_path)
    [sighting] = calendar.search([Sought("k", HOST, "80000000201", "", SINCE)])["k"]
    assert sighting.collection == cloud.collection("work")
    assert look(calendar, sighting.collection, [uid]) == {uid: sighting.event}


def test_a_calendar_is_searched_once_however_many_hosts_share_its_account(cloud: Nextcloud, tmp_path: Path) -> None:
    people = [Person(email=f"host{number}@example.org") for number in range(5)]
    urls = [cloud.make(f"calendar-{number}") for number in range(5)]
    uid = foreign(cloud, urls[3], "LOCATION:https://zoom.us/j/80000000201")
    hosts = "".join(f",,{person.email},,{url}\n" for person, url in zip(people, urls, strict=True))
    calendar = opened(site(tmp_path, cloud, hosts), user=cloud.user)
    sought = [Sought(person.email, person, "80000000201", "", SINCE) for person in people]
    found = calendar.search(sought)
    assert {key: [(one.collection, *one.event.uids) for one in seen] for key, seen in found.items()} == {
        person.email: [(urls[3], uid)] for person in people
    }
    reports = Counter(one.path for one in cloud.asked if one.method == "REPORT")
    assert {reports[urlsplit(url).path] for url in urls} == {len(queries(SINCE)), len(queries(SINCE)) + 1}


def test_an_event_in_the_trash_bin_is_written_again(cloud: Nextcloud, tmp_path: Path) -> None:
    calendar = of(cloud, tmp_path)
    event = calendar.render(event_plan(SERIES))
    name = calendar.collection(HOST)
    for one in (event, None, event):
        write(calendar, Write(name, event.uids, one))
    assert set(look(calendar, name, event.uids) or {}) == set(event.uids)


def test_what_the_trash_bin_refuses_is_not_asked_again_before_it_is_emptied(cloud: Nextcloud, tmp_path: Path) -> None:
    calendar = of(cloud, tmp_path)
    event = calendar.render(event_plan(SINGLE))
    collection = calendar.collection(HOST)
    for wanted in (event, None, event):
        write(calendar, Write(collection, event.uids, wanted))
    assert [one.status for one in cloud.exchanges() if one.method == "PUT"] == [201, 500, 201]


def test_what_would_only_get_a_new_revision_is_left_alone(cloud: Nextcloud, tmp_path: Path) -> None:
    calendar = of(cloud, tmp_path)
    collection = calendar.collection(HOST)
    for sequence in (0, 1):
        event = calendar.render(event_plan(SINGLE, sequence=sequence))
        write(calendar, Write(collection, (), event))
        look(calendar, collection, event.uids)
    assert [one.status for one in cloud.exchanges() if one.method == "PUT"] == [201]


def test_what_somebody_changed_since_it_was_seen_stays(cloud: Nextcloud, tmp_path: Path) -> None:
    calendar = of(cloud, tmp_path)
    event = calendar.render(event_plan(SINGLE))
    name = calendar.collection(HOST)
    write(calendar, Write(name, (), event))
    [path] = cloud.resources(name)
    cloud.request("PUT", path, event.text.replace("Kick-off", "Mine").encode())
    other = calendar.render(event_plan(replace(SINGLE, topic="Other")))
    reasons = calendar.write([Write(name, (), other), Write(name, event.uids, None)], lambda: None)
    assert all("changed in the calendar meanwhile" in reason for reason in reasons)
    assert b"Mine" in cloud.resources(name)[path]


def test_an_event_under_another_name_is_found_and_changed_there(cloud: Nextcloud, tmp_path: Path) -> None:
    calendar = of(cloud, tmp_path)
    event = calendar.render(event_plan(SINGLE))
    name = calendar.collection(HOST)
    cloud.request("PUT", f"{name}moved.ics", event.text.encode())
    write(calendar, Write(name, (), calendar.render(event_plan(replace(SINGLE, topic="Other")))))
    assert [path.rpartition("/")[2] for path in cloud.resources(name)] == ["moved.ics"]


@pytest.mark.parametrize("by_discovery", [False, True])
def test_who_never_logged_in_gets_a_calendar_with_the_first_event(tmp_path: Path, by_discovery: bool) -> None:
    with nextcloud(newcomers=("ben",)) as server:
        url = server.url if by_discovery else server.collection("personal", "ben")
        calendar = opened(site(tmp_path, server), url=url, user="ben")
        name, event = calendar.collection(HOST), calendar.render(event_plan(SINGLE))
        assert look(calendar, name, event.uids) is None
        write(calendar, Write(name, (), event))
        assert set(look(calendar, name, event.uids) or {}) == set(event.uids)
        assert calendar.finish() == [f"{name}: made, 1 event changed"]
        assert {at: one.displayname for at, one in server.store.homes["ben"].items()} == {"personal": "Personal"}
        [made] = [one for one in server.exchanges() if one.method == "MKCALENDAR"]
        assert (made.path, made.status) == (urlsplit(server.collection("personal", "ben")).path, 201)


def test_no_calendar_is_made_to_remove_an_event(tmp_path: Path) -> None:
    with nextcloud(newcomers=("ana",)) as server:
        calendar = of(server, tmp_path)
        write(calendar, Write(calendar.collection(HOST), ("1",), None))
        assert not server.store.homes["ana"]


@pytest.mark.parametrize("run", [radicale, xandikos, sabre, nextcloud])
def test_a_calendar_that_the_url_names_is_made_on_every_server(
    run: Callable[[], AbstractContextManager[Server]], tmp_path: Path
) -> None:
    with run() as server:
        calendar = of(server, tmp_path, url=server.collection("new ones").rstrip("/"))
        event = calendar.render(event_plan(SINGLE))
        write(calendar, Write(calendar.collection(HOST), (), event))
        assert look(of(server, tmp_path, url=server.collection("new ones")), server.collection("new ones"), event.uids)


@pytest.mark.parametrize("where", ["calendars/ben/personal/", "calendars/ana/personal/deeper/", "nowhere/personal/"])
def test_no_calendar_is_made_but_below_the_home_of_its_user(cloud: Nextcloud, tmp_path: Path, where: str) -> None:
    calendar = of(cloud, tmp_path, url=f"{cloud.url}remote.php/dav/{where}")
    event = calendar.render(event_plan(SINGLE))
    [reason] = calendar.write([Write(calendar.collection(HOST), (), event)], lambda: None)
    assert cloud.collection("")[:-1] in reason
    assert "MKCALENDAR" not in {one.method for one in cloud.exchanges()}


def test_a_server_that_has_no_first_calendar_is_given_none(tmp_path: Path) -> None:
    with radicale() as server:
        calendar = of(server, tmp_path, url=server.url, user="ben")
        with pytest.raises(TargetError, match="the user has no calendar"):
            write(calendar, Write(calendar.collection(HOST), (), calendar.render(event_plan(SINGLE))))


@pytest.mark.parametrize(
    ("status", "words"), [(429, "within the hour"), (403, "or no more"), (507, "does not make it")]
)
def test_a_calendar_that_the_server_does_not_make_keeps_no_other_waiting(
    tmp_path: Path, status: int, words: str
) -> None:
    def limited(passed: Passed) -> Fault | None:
        return refused(status) if passed.method == "MKCALENDAR" else None

    with nextcloud(newcomers=("ben",)) as server, proxied(server, faults=limited) as proxy:
        hosts = "".join(
            f",,{user}@example.org,{user},{proxy.server.collection('personal', user)}\n" for user in ("ben", "ana")
        )
        calendar = opened(site(tmp_path, proxy.server, hosts), workers=1)
        names = [calendar.collection(Person(email=f"{user}@example.org")) for user in ("ben", "ana")]
        event = calendar.render(event_plan(SINGLE))
        reasons = calendar.write([Write(name, (), event) for name in names], lambda: None)
        assert words in reasons[0] and f"({status})" in reasons[0]
        assert reasons[1] == ""
        assert [one.method for one in proxy.passed].count("MKCALENDAR") == 1
        assert calendar.finish() == [f"{names[1]}: 1 event changed"]


@pytest.mark.parametrize("fault", [RESET_BEFORE, RESET_AFTER, refused(503)], ids=lambda fault: fault.name)
def test_a_calendar_is_made_once_whatever_happens_on_the_way(tmp_path: Path, fault: Fault) -> None:
    once = iter([fault])

    def first(passed: Passed) -> Fault | None:
        return next(once, None) if passed.method == "MKCALENDAR" else None

    with nextcloud(newcomers=("ana",)) as server, proxied(server, faults=first) as proxy:
        calendar = of(proxy.server, tmp_path)
        write(calendar, Write(calendar.collection(HOST), (), calendar.render(event_plan(SINGLE))))
        assert [one.fault for one in proxy.passed if one.method == "MKCALENDAR"] == [fault.name, ""]
        assert [one.status for one in server.exchanges() if one.method == "MKCALENDAR"].count(201) == 1


@pytest.mark.parametrize(
    "fault",
    [RESET_BEFORE, RESET_AFTER, HANG_AFTER, NO_ETAG, TRUNCATED, refused(500), refused(502), refused(503),
     refused(429, seconds=1), refused(503, seconds=1, as_date=True)],
    ids=lambda fault: fault.name,
)  # fmt: skip
def test_an_event_is_written_once_whatever_happens_on_the_way(cloud: Nextcloud, tmp_path: Path, fault: Fault) -> None:
    with proxied(cloud) as proxy:
        calendar = of(proxy.server, tmp_path, timeout=1)
        name = calendar.collection(HOST)
        look(calendar, name, [])
        first = len(proxy.passed) + 1
        proxy.faults = planned({first: fault})
        event = calendar.render(event_plan(SINGLE))
        write(calendar, Write(name, (), event))
        write(calendar, Write(name, (), calendar.render(event_plan(replace(SINGLE, topic="Other")))))
        assert proxy.passed[first - 1].fault == fault.name
        assert [one.status for one in cloud.exchanges() if one.method == "PUT"].count(201) == 1


def test_a_server_that_stays_busy_is_given_up_and_not_asked_again(cloud: Nextcloud, tmp_path: Path) -> None:
    with proxied(cloud, faults=lambda _: refused(503)) as proxy:
        calendar = of(proxy.server, tmp_path, patience=1)
        for _ in range(2):
            with pytest.raises(TryLaterError, match="answers 503"):
                look(calendar, calendar.collection(HOST), ["1"])
            asked = len(proxy.passed)
        assert asked == len(proxy.passed) <= 4


def test_a_full_account_fails_its_event_alone(cloud: Nextcloud, tmp_path: Path) -> None:
    def full(passed: Passed) -> Fault | None:
        return refused(507) if passed.method == "PUT" and passed.number < 6 else None

    with proxied(cloud, faults=full) as proxy:
        calendar = of(proxy.server, tmp_path)
        events = [calendar.render(event_plan(SINGLE, f"number:{number}")) for number in range(9)]
        reasons = calendar.write([Write(calendar.collection(HOST), (), one) for one in events], lambda: None)
        assert "quota" in reasons[0]
        assert reasons[-1] == ""


def test_a_wrong_password_stops_at_the_first_request(cloud: Nextcloud, tmp_path: Path) -> None:
    calendar = of(replace_password(cloud), tmp_path)
    for _ in range(2):
        with pytest.raises(TargetError, match="refuses the password of 'ana'") as caught:
            look(calendar, calendar.collection(HOST), ["1"])
        assert "wrong-öl" not in str(caught.value)
    assert [one.status for one in cloud.exchanges()] == [401]


def replace_password(server: Server) -> Server:
    return Server(server.name, server.url, server.home, {"ana": "wrong-öl"}, server.collections)


def test_no_password_goes_to_another_server(tmp_path: Path, cloud: Nextcloud) -> None:
    asked: list[str] = []

    def elsewhere(handler: Handler) -> None:
        asked.append(handler.headers.get("Authorization", ""))
        handler.reply(207, {}, b"")

    def redirecting(handler: Handler) -> None:
        handler.reply(301, {"Location": f"http://127.0.0.1:{other}/"}, b"")

    with serving(elsewhere) as other, serving(redirecting) as first:
        calendar = of(cloud, tmp_path, url=f"http://127.0.0.1:{first}/")
        with pytest.raises(TargetError, match=f"{first}.* leads to .*{other}"):
            look(calendar, calendar.collection(HOST), ["1"])
        with pytest.raises(TargetError, match="names this server"):
            look(calendar, f"http://ana@127.0.0.1:{other}/", ["1"])
    assert not asked


def test_credentials_that_others_can_read_are_refused(cloud: Nextcloud, tmp_path: Path) -> None:
    made = site(tmp_path, cloud)
    (tmp_path / "credentials.csv").chmod(0o640)
    with pytest.raises(ConfigurationError, match="read by others") as caught:
        opened(made, url=cloud.url)
    assert caught.value.hint.startswith("Run: chmod 600")


@pytest.mark.parametrize("url", ["http://cloud.example.org/", "ftp://[", "https://ana:plum@cloud.example.org/"])
def test_a_calendar_of_a_host_that_is_not_safe_is_refused(cloud: Nextcloud, tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        opened(site(tmp_path, cloud, f",,anna@example.org,,{url}\n"))
    assert caught.value.details[0].startswith("anna@example.org: ")
    assert "plum" not in caught.value.details[0]


@pytest.mark.parametrize(
    "body",
    [
        b"<html>not XML",
        b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><d>&b;</d>',
        b'<d:multistatus xmlns:d="DAV:"><d:response><d:href>http://evil.example/</d:href><d:propstat><d:prop>'
        b"<d:displayname/></d:prop></d:propstat></d:response></d:multistatus>",
    ],
)
def test_what_a_server_says_is_not_trusted(cloud: Nextcloud, tmp_path: Path, body: bytes) -> None:
    with serving(lambda handler: handler.reply(207, {}, body)) as port:
        calendar = of(cloud, tmp_path, url=f"http://127.0.0.1:{port}/")
        with pytest.raises(TargetError, match=r"not XML|another server"):
            look(calendar, calendar.collection(HOST), ["1"])


def test_it_tells_which_calendars_it_changed(cloud: Nextcloud, tmp_path: Path) -> None:
    calendar = of(cloud, tmp_path)
    collection = calendar.collection(HOST)
    assert calendar.finish() == []
    events = [calendar.render(event_plan(SINGLE, key)) for key in ("number:1", "number:2")]
    write(calendar, *(Write(collection, (), event) for event in events))
    assert calendar.finish() == [f"{collection}: 2 events changed"]


def test_of_many_calendars_it_tells_how_many_it_made(tmp_path: Path) -> None:
    users = {f"host{number}": "fig-tree-12" for number in range(10)}
    with nextcloud(users, newcomers=("host3", "host4")) as server:
        hosts = "".join(f",,{user}@example.org,{user},{server.collection('personal', user)}\n" for user in users)
        calendar = opened(site(tmp_path, server, hosts))
        event = calendar.render(event_plan(SINGLE))
        write(calendar, *(Write(calendar.collection(Person(email=f"{user}@example.org")), (), event) for user in users))
        assert calendar.finish() == ["10 events changed in 10 calendars, of which 2 were made"]


def test_a_host_whose_password_is_not_known_yet_keeps_no_other_waiting(cloud: Nextcloud, tmp_path: Path) -> None:
    hosts = f"Anna Meier,,anna.meier@example.org,{cloud.user},\nCleo,,cleo@example.org,cleo,\n"
    home = cloud.collections[0].replace(f"/{cloud.user}/", "/{account}/")
    calendar = opened(site(tmp_path, cloud, hosts), url=home)
    assert calendar.collection(Person(email="cleo@example.org")) == ""
    collection = calendar.collection(HOST)
    write(calendar, Write(collection, (), calendar.render(event_plan(SINGLE))))
    assert calendar.finish() == [f"{collection}: 1 event changed"]


def test_without_any_password_the_file_is_asked_for(cloud: Nextcloud, tmp_path: Path) -> None:
    facts = site(tmp_path, cloud, f"Anna Meier,,anna.meier@example.org,{cloud.user},\n")
    (tmp_path / "credentials.csv").unlink()
    calendar = opened(facts, url=cloud.collections[0].replace(f"/{cloud.user}/", "/{account}/"))
    with pytest.raises(TargetError, match="there is no password of"):
        look(calendar, calendar.collection(HOST), ["1"])
