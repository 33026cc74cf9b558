"""The proof that a file says what the meeting is: two programs that are not ours read every date from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from migrate.calendars.ics import IcsCalendar
from migrate.core.meeting import Kind, Meeting, Occurrence, Override, Person
from migrate.core.ports import Write
from migrate.core.recurrence import dates
from migrate.core.rules import local_dates
from migrate.shared.events import render_event
from migrate.shared.files import Files
from migrate.shared.vtimezone import is_clear
from tests.contracts.calendar import event_plan, write
from tests.expanders import LIMIT, Date, by_ical_js, by_python

SITE = UUID(int=1)


def at(zone: str, text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


def series(zone: str, start: str, rrule: str, minutes: int = 60, **more: object) -> Meeting:
    return Meeting(
        "Series", Kind.SERIES, start=at(zone, start), timezone=zone, duration_minutes=minutes, rrule=rrule, **more
    )  # type: ignore[arg-type]


def changed(zone: str, occurrence: str, start: str, minutes: int | None = None, topic: str = "") -> Override:
    return Override(at(zone, occurrence), at(zone, start), minutes, topic)


BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"

HOSTILE = [
    'Comma, semicolon; backslash \\ colon: quote " equals =',
    "C:\\New\\name \\, \\; \\\\n",
    "</script><script>alert(1)</script> <b>&amp;</b>",
    "\u202eright to left\u202c \u2066isolate\u2069 שלום",
    "👩‍👩‍👧‍👦 café cafe\u0301 ﷽ 日本語",
    "END:VEVENT",
    "first\nATTENDEE:mailto:eve@example.org\n second",
    "tab\tand  spaces ",
    "=cmd|' /C calc'!A0",
    "%0D%0AATTENDEE: ^n ^^",
    "\u0085\u2028\u2029 line separators"[1:],
    "x" * 300,
    "ä" * 300,
    "\\" * 300,
    "😀," * 100,
]

ZOO: dict[str, Meeting] = {
    "a single meeting": Meeting("One", start=at(BERLIN, "2027-03-01T09:00"), timezone=BERLIN, duration_minutes=30),
    "weekly across daylight time in Berlin": series(BERLIN, "2027-03-01T09:00", "FREQ=WEEKLY;BYDAY=MO;COUNT=40"),
    "weekly across daylight time in New York": series(NEW_YORK, "2027-01-05T16:30", "FREQ=WEEKLY;BYDAY=TU;COUNT=60"),
    "gaps": series(
        BERLIN,
        "2027-03-01T09:00",
        "FREQ=WEEKLY;BYDAY=MO;COUNT=8",
        exdates=(at(BERLIN, "2027-03-08T09:00"), at(BERLIN, "2027-04-05T09:00")),
    ),
    "moved to another day, time, length and topic": series(
        BERLIN,
        "2027-03-01T09:00",
        "FREQ=WEEKLY;BYDAY=MO;COUNT=8",
        overrides=(
            changed(BERLIN, "2027-03-08T09:00", "2027-03-09T09:00"),
            changed(BERLIN, "2027-03-15T09:00", "2027-03-15T14:30"),
            changed(BERLIN, "2027-03-22T09:00", "2027-03-22T09:00", 240),
            changed(BERLIN, "2027-03-29T09:00", "2027-03-26T08:00", 15, "Before Easter"),
            changed(BERLIN, "2027-04-05T09:00", "2027-04-12T11:00", None, "A week late"),
        ),
    ),
    "the first date moved before the start": series(
        NEW_YORK,
        "2027-01-04T09:00",
        "FREQ=WEEKLY;BYDAY=MO;COUNT=3",
        overrides=(changed(NEW_YORK, "2027-01-04T09:00", "2026-12-31T09:00"),),
    ),
    "the last Friday of the month": series(BERLIN, "2027-01-29T10:00", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=14"),
    "the second Tuesday": series(NEW_YORK, "2027-02-09T10:00", "FREQ=MONTHLY;BYDAY=2TU;COUNT=12"),
    "the 31st": series(BERLIN, "2027-01-31T10:00", "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=6"),
    "every two weeks on two days, weeks from Sunday": series(
        NEW_YORK, "2027-03-07T11:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,WE;WKST=SU;COUNT=20"
    ),
    "every two weeks on two days": series(NEW_YORK, "2027-03-07T11:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,WE;COUNT=20"),
    "every three days until an instant": series(
        BERLIN, "2027-03-20T10:00", "FREQ=DAILY;INTERVAL=3;UNTIL=20270404T080000Z"
    ),
    "without an end": series(BERLIN, "2027-02-01T09:00", "FREQ=WEEKLY;BYDAY=MO"),
    "single dates only": Meeting(
        "Irregular",
        Kind.SERIES,
        start=at(BERLIN, "2027-03-01T09:00"),
        timezone=BERLIN,
        duration_minutes=60,
        singles=(
            Occurrence(at(BERLIN, "2027-03-04T11:15")),
            Occurrence(at(BERLIN, "2027-03-28T03:30"), 45, "After the gap"),
            Occurrence(at(BERLIN, "2027-10-30T23:00"), 600, "Through the night"),
        ),
    ),
    "UTC": series("UTC", "2027-03-01T23:30", "FREQ=DAILY;COUNT=5", exdates=(at("UTC", "2027-03-02T23:30"),)),
    "Etc/UTC": series("Etc/UTC", "2027-03-01T23:30", "FREQ=DAILY;COUNT=3"),
    "no daylight time": series("Asia/Kolkata", "2027-03-01T09:00", "FREQ=DAILY;COUNT=5"),
    "half an hour of daylight time": series("Australia/Lord_Howe", "2027-03-30T09:00", "FREQ=DAILY;COUNT=10"),
    "daylight time by the moon": series("Africa/Casablanca", "2027-01-31T09:00", "FREQ=WEEKLY;COUNT=20"),
    "the first of two hours": Meeting("1", start=at(BERLIN, "2027-10-31T02:30"), timezone=BERLIN, duration_minutes=45),
    "the second of two hours": Meeting(
        "2", start=at(BERLIN, "2027-10-31T02:30", 1), timezone=BERLIN, duration_minutes=45
    ),
    "the hour that comes twice, in a series": series(BERLIN, "2027-10-10T02:30", "FREQ=WEEKLY;BYDAY=SU;COUNT=6"),
    "the hour that is skipped, in a series": series(NEW_YORK, "2027-03-07T02:30", "FREQ=WEEKLY;BYDAY=SU;COUNT=4"),
    "a skipped hour that is left out": series(
        BERLIN,
        "2027-03-26T02:30",
        "FREQ=DAILY;COUNT=4",
        exdates=(at(BERLIN, "2027-03-28T03:30"),),
    ),
    "a skipped hour that is moved": series(
        BERLIN,
        "2027-03-26T02:30",
        "FREQ=DAILY;COUNT=4",
        overrides=(changed(BERLIN, "2027-03-28T03:30", "2027-03-28T12:00"),),
    ),
    "through the night that is an hour longer": series(BERLIN, "2027-10-23T22:00", "FREQ=WEEKLY;BYDAY=SA;COUNT=3", 480),
    "through the night that is an hour shorter, at once": series(
        BERLIN, "2027-03-27T22:00", "FREQ=WEEKLY;COUNT=3", 480
    ),
    "moved into the hour that comes twice": series(
        BERLIN,
        "2027-10-25T09:00",
        "FREQ=WEEKLY;COUNT=3",
        overrides=(Override(at(BERLIN, "2027-11-01T09:00"), at(BERLIN, "2027-10-31T02:30", 1)),),
    ),
    **{
        f"hostile {number}": replace(series(BERLIN, "2027-03-01T09:00", "FREQ=WEEKLY;COUNT=2"), topic=topic)
        for number, topic in enumerate(HOSTILE)
    },
}


def expected(meeting: Meeting) -> list[Date]:
    """Say what both programs must find."""
    return sorted(
        (start := date.start.astimezone(UTC), start + timedelta(minutes=date.duration_minutes or 0), date.topic)
        for date in dates(meeting, LIMIT)
    )


def gathered(found: Iterable[tuple[str, Date]], uids: Iterable[str]) -> list[Date]:
    wanted = set(uids)
    return sorted(date for uid, date in found if uid in wanted and date[0] <= LIMIT)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole zoo in the file of one host."""
    directory = tmp_path_factory.mktemp("zoo")
    calendar = IcsCalendar(directory, SITE, Files())
    collection = calendar.collection(Person("Anna"))
    write(calendar, *(Write(collection, (), calendar.render(event_plan(ZOO[name], name))) for name in ZOO))
    return directory / collection


@pytest.fixture(scope="module")
def python(written: Path) -> list[tuple[str, Date]]:
    return list(by_python(written.read_bytes().decode()))


@pytest.fixture(scope="module")
def ical_js(written: Path) -> list[tuple[str, Date]]:
    return list(by_ical_js(written))


@pytest.mark.parametrize("name", ZOO)
def test_recurring_ical_events_finds_every_date(name: str, python: list[tuple[str, Date]]) -> None:
    assert gathered(python, render_event(SITE, event_plan(ZOO[name], name)).uids) == expected(ZOO[name])


@pytest.mark.parametrize("name", ZOO)
def test_ical_js_finds_every_date(name: str, ical_js: list[tuple[str, Date]]) -> None:
    assert gathered(ical_js, render_event(SITE, event_plan(ZOO[name], name)).uids) == expected(ZOO[name])


def test_the_combined_file_says_the_same(tmp_path: Path) -> None:
    calendar = IcsCalendar(tmp_path, SITE, Files())
    names = ["gaps", "weekly across daylight time in New York", "UTC", "the second of two hours", "hostile 6"]
    for name in names:
        event = calendar.render(event_plan(ZOO[name], name))
        write(calendar, Write(calendar.collection(Person(name)), (), event))
    calendar.finish()
    wanted = sorted(date for name in names for date in expected(ZOO[name]))
    assert sorted(date for _, date in by_python((tmp_path / "all.ics").read_bytes().decode())) == wanted
    assert sorted(date for _, date in by_ical_js(tmp_path / "all.ics")) == wanted


RULES = [
    "FREQ=DAILY;COUNT={count}",
    "FREQ=DAILY;INTERVAL=3;COUNT={count}",
    "FREQ=WEEKLY;COUNT={count}",
    "FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT={count}",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;COUNT={count}",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=SU;COUNT={count}",
    "FREQ=WEEKLY;BYDAY=SA,SU;UNTIL=20280401T000000Z",
    "FREQ=MONTHLY;BYMONTHDAY=31;COUNT={count}",
    "FREQ=MONTHLY;BYDAY=-1SU;COUNT={count}",
    "FREQ=MONTHLY;INTERVAL=2;BYDAY=2TU;COUNT={count}",
]
topics = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufeff"), min_size=1, max_size=40
) | st.sampled_from(HOSTILE)
moments = st.datetimes(datetime(2027, 1, 1), datetime(2028, 1, 1)).map(lambda it: it.replace(second=0, microsecond=0))
lengths = st.none() | st.integers(1, 600)


@st.composite
def meetings(draw: st.DrawFn) -> Meeting:
    zone = ZoneInfo(draw(st.sampled_from([BERLIN, NEW_YORK, "UTC", "Asia/Kolkata", "Australia/Lord_Howe"])))

    def shown(moment: datetime) -> datetime:
        """Move a time that the clock skips to the one it shows."""
        return moment.astimezone(UTC).astimezone(zone)

    start = draw(moments)
    rrule = draw(st.sampled_from(RULES)).format(count=draw(st.integers(1, 12)))
    bare = Meeting(draw(topics), Kind.SERIES, timezone=zone.key, duration_minutes=draw(st.integers(1, 600)))
    nominal = list(islice(local_dates(rrule, start), 12))
    first = nominal[0].replace(tzinfo=zone)
    assume(first == shown(first) and is_clear(first, first))
    rule = [date.start for date in dates(replace(bare, start=first, rrule=rrule))]
    fates = draw(st.lists(st.sampled_from(["plain", "gone", "changed"]), min_size=len(rule), max_size=len(rule)))
    clear = [(moment, fate) for moment, fate in zip(rule, fates, strict=True) if is_clear(moment, moment)]
    shift = st.integers(-3000, 3000).map(lambda minutes: timedelta(minutes=minutes))
    return replace(
        bare,
        start=first,
        rrule=rrule,
        exdates=tuple(moment for moment, fate in clear if fate == "gone"),
        overrides=tuple(
            Override(moment, shown(moment + draw(shift)), draw(lengths), draw(st.just("") | topics))
            for moment, fate in clear
            if fate == "changed"
        ),
        singles=tuple(
            Occurrence(shown(moment.replace(tzinfo=zone)), draw(lengths), draw(st.just("") | topics))
            for moment in draw(st.lists(moments, max_size=3, unique=True))
        ),
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(meetings())
def test_any_meeting_reads_as_it_is(meeting: Meeting) -> None:
    calendar = f"BEGIN:VCALENDAR\r\n{render_event(SITE, event_plan(meeting)).text}END:VCALENDAR\r\n"
    assert sorted(date for _, date in by_python(calendar)) == expected(meeting)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.reuse, Phase.generate])
@given(st.lists(meetings(), min_size=5, max_size=20))
def test_any_meetings_read_as_they_are_in_ical_js(tmp_path: Path, many: list[Meeting]) -> None:
    calendar = IcsCalendar(tmp_path, SITE, Files())
    plans = [event_plan(meeting, f"number:{number}") for number, meeting in enumerate(many)]
    write(calendar, *(Write("hosts/anna.ics", (), calendar.render(plan)) for plan in plans))
    found = list(by_ical_js(tmp_path / "hosts/anna.ics"))
    for plan in plans:
        assert gathered(found, calendar.uids(plan.key, plan.meeting)) == expected(plan.meeting)
    (tmp_path / "hosts/anna.ics").unlink()
