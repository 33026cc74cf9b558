from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.core.errors import Exit, InputError, UsageError
from migrate.core.meeting import Kind, Meeting
from migrate.core.ports import Document, Reading, ReadOptions, Window
from migrate.core.problem import Severity
from migrate.sources.upcoming_events import UpcomingEvents

SOURCE = UpcomingEvents()
HEADER = ("Topic", "Meeting ID", "Start time", "Duration (minutes)")
BERLIN = ReadOptions(timezone="Europe/Berlin")


def document(*rows: Sequence[str], header: Sequence[str] = HEADER, path: str = "a.csv") -> Document:
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([header, *rows])
    return Document(path, stream.getvalue().encode())


def read(*rows: Sequence[str], header: Sequence[str] = HEADER, options: ReadOptions = BERLIN) -> Reading:
    return SOURCE.read(document(*rows, header=header), options)


def only(reading: Reading) -> Meeting:
    (meeting,) = reading.meetings
    return meeting


def codes(reading: Reading) -> list[str]:
    return [problem.code for problem in reading.problems]


def row(topic: str = "Sync", number: str = "80000000201", start: str = "2027-03-01 09:00", minutes: str = "30"):
    return [topic, number, start, minutes]


def test_one_row_is_one_meeting_that_tells_where_it_is_from():
    reading = read(row(), row(start="2027-03-08 09:00"))
    assert [meeting.sources for meeting in reading.meetings] == [("a.csv:2",), ("a.csv:3",)]
    assert reading.by_rows
    assert {meeting.kind for meeting in reading.meetings} == {Kind.SINGLE}


@pytest.mark.parametrize(
    "header",
    [
        ("Topic", "Start time"),
        ("topic", "start_time"),
        ("Meeting ID", "Scheduled Time"),
        ("Event Name", "Date", "Time"),
        ("ID", "Start date", "Start time"),
    ],
)
def test_a_start_with_a_topic_or_a_number_is_a_schedule(header: Sequence[str]):
    assert SOURCE.identify(document(header=header), BERLIN)


@pytest.mark.parametrize(
    "header",
    [
        ("Topic", "Host"),
        ("Host", "Start time"),
        (*HEADER, "Participants"),
        (*HEADER, "Join Time", "Leave Time"),
        ("Topic", "Webinar ID", "Actual Start Time", "Start time"),
        (*HEADER, "rrule"),
        ("jitsi-migrate schedule 1", "topic", "start"),
        ("jitsi-migrate schedule 2", "topic", "start"),
        ("Email", "First Name", "Last Name", "PMI"),
    ],
)
def test_history_and_other_formats_are_left_to_others(header: Sequence[str]):
    assert not SOURCE.identify(document(header=header), BERLIN)
    with pytest.raises(InputError):
        SOURCE.read(document(header=header), BERLIN)


def test_a_mapped_column_makes_a_schedule_of_an_unknown_file():
    options = ReadOptions(timezone="Europe/Berlin", columns={"topic": "Betreff", "start": "Beginn"})
    unknown = document(("Jour fixe", "2027-03-01 09:00", "x"), header=("Betreff", "Beginn", "Ort"))
    assert not SOURCE.identify(unknown, BERLIN)
    assert SOURCE.identify(unknown, options)
    reading = SOURCE.read(unknown, options)
    assert (only(reading).topic, reading.columns) == ("Jour fixe", {"topic": "Betreff", "start": "Beginn"})
    assert reading.unused_columns == ["Ort"]


@pytest.mark.parametrize(
    ("start", "time", "moment"),
    [("2027-03-01 09:00", "1 h", "09:00"), ("2027-03-01", "10:30 PM", "22:30"), ("3/24/2027", "9:00", "09:00")],
)
def test_a_column_of_times_is_used_only_beside_bare_dates(start: str, time: str, moment: str):
    meeting = only(read(("Sync", start, time), header=("Topic", "Start", "Time")))
    assert meeting.start is not None
    assert f"{meeting.start:%H:%M}" == moment


def test_columns_are_told_in_the_order_of_the_file():
    reading = read(("2027-03-01 09:00", "HR", "Sync"), header=("Start time", "Department", "Topic"))
    assert list(reading.columns.items()) == [("start", "Start time"), ("topic", "Topic")]


def test_times_without_a_zone_are_not_guessed():
    with pytest.raises(InputError) as refused:
        read(row(), options=ReadOptions())
    assert refused.value.exit_code == Exit.INPUT
    assert "--timezone Europe/Berlin" in refused.value.hint
    assert "line 2" in refused.value.message


def test_a_zone_that_does_not_exist_is_refused():
    with pytest.raises(UsageError):
        read(row(), options=ReadOptions(timezone="Mars/Olympus"))


def test_a_file_that_needs_no_zone_is_not_asked_for_one():
    header = (*HEADER, "Time zone")
    reading = read(
        [*row(start="2027-03-01T09:00:00Z"), ""],
        [*row(start="2027-03-01 09:00"), "America/New_York"],
        [*row(start=""), ""],
        header=header,
        options=ReadOptions(),
    )
    assert [meeting.timezone for meeting in reading.meetings] == ["UTC", "America/New_York", "UTC"]
    assert reading.timezone is None


def test_a_time_with_an_offset_is_shown_in_the_zone_of_its_row_or_file():
    berlin, tokyo = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tokyo")
    assert only(read(row(start="2027-03-01T09:00:00Z"))).start == datetime(2027, 3, 1, 10, tzinfo=berlin)
    reading = read([*row(start="2027-03-01T09:00:00Z"), "asia/tokyo"], header=(*HEADER, "Timezone"))
    assert only(reading).start == datetime(2027, 3, 1, 18, tzinfo=tokyo)
    assert only(reading).timezone == "Asia/Tokyo"


def test_a_time_shown_twice_is_the_first_and_a_warning_and_a_skipped_one_an_error():
    reading = read(row(start="2027-10-31 02:30"), row(start="2027-03-28 02:30"))
    assert codes(reading) == ["ambiguous-time", "nonexistent-time"]
    assert only(reading).start.isoformat() == "2027-10-31T02:30:00+02:00"
    assert reading.rows.problems == 1


@pytest.mark.parametrize(
    ("header", "cells", "minutes"),
    [
        (("Duration",), ("45",), 45),
        (("Duration", "End time"), ("45", "2027-03-01 11:00"), 45),
        (("Duration", "End time"), ("", "2027-03-01 11:00"), 120),
        (("End time",), ("11:15 AM",), 135),
        (("End time",), ("08:00",), 23 * 60),
        (("End time",), ("2027-03-01 09:00:30",), 1),
    ],
)
def test_a_duration_is_given_or_lasts_until_the_end(header: Sequence[str], cells: Sequence[str], minutes: int):
    meeting = only(read(("Sync", "2027-03-01 09:00", *cells), header=("Topic", "Start time", *header)))
    assert (meeting.duration_minutes, meeting.assumptions) == (minutes, ())


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2027-03-28 01:30", "2027-03-28 03:30", 60),
        ("2027-03-27 22:00", "07:00", 8 * 60),
        ("2027-10-30 22:00", "6:00 AM", 9 * 60),
    ],
)
def test_a_duration_across_the_change_of_the_clock_is_real_time(start: str, end: str, minutes: int):
    assert only(read(("Sync", start, end), header=("Topic", "Start time", "End time"))).duration_minutes == minutes


def test_a_missing_duration_is_assumed_and_the_assumption_named():
    meeting = only(read(row(minutes="--"), options=ReadOptions(timezone="Europe/Berlin", default_duration=45)))
    assert meeting.duration_minutes == 45
    assert meeting.assumptions == ("lasts 45 minutes, as the file has no duration",)


@pytest.mark.parametrize("minutes", ["0", "-5", "1801", "1:30", "x"])
def test_an_impossible_duration_is_an_error(minutes: str):
    assert codes(read(row(minutes=minutes))) == ["bad-duration"]


@pytest.mark.parametrize(
    ("end", "code"),
    [
        ("2027-03-01 08:00", "bad-duration"),
        ("2027-03-01 09:00", "bad-duration"),
        ("2027-03-09 09:00", "bad-duration"),
        ("later", "bad-date"),
    ],
)
def test_an_impossible_end_is_one_error(end: str, code: str):
    reading = read(("Sync", "2027-03-01 09:00", end), header=("Topic", "Start time", "End time"))
    assert codes(reading) == [code]


def test_a_row_without_a_start_is_a_room_and_a_webinar_is_a_webinar():
    header = (*HEADER, "Type")
    rows = [*row(start="", minutes=""), "Meeting"], [*row(), "Webinar"], [*row(start="--"), "webinar"]
    reading = read(*rows, header=header)
    assert [meeting.kind for meeting in reading.meetings] == [Kind.ROOM, Kind.WEBINAR, Kind.ROOM]
    assert [meeting.features for meeting in reading.meetings] == [(), (), ("webinar",)]
    assert [meeting.start is None for meeting in reading.meetings] == [True, False, True]
    assert reading.meetings[0].assumptions == ()


@pytest.mark.parametrize(
    "word",
    ["Webinar", "WEBINAR", "Webinário", "Webinaire", "Seminario web", "ウェビナー", "ｳｪﾋﾞﾅｰ", "웨비나", "网络研讨会"],
)
def test_a_webinar_is_one_in_every_language_of_the_portal(word: str):
    assert only(read([*row(), f"{word} (2)"], header=(*HEADER, "Type"))).kind is Kind.WEBINAR


def test_the_link_of_a_webinar_makes_one():
    header = (*HEADER, "Join URL", "Type")
    reading = read([*row(), "https://zoom.us/w/80000000201?tk=x", ""], [*row(), "https://zoom.us/j/80000000201", ""],
                   header=header)  # fmt: skip
    assert [meeting.kind for meeting in reading.meetings] == [Kind.WEBINAR, Kind.SINGLE]


@pytest.mark.parametrize(
    ("name", "number", "kind"),
    [
        ("Webinar ID", "80000000201", Kind.WEBINAR),
        ("ID do Webinar", "80000000201", Kind.WEBINAR),
        ("Webinar ID", "", Kind.SINGLE),
        ("Meeting/Webinar ID", "80000000201", Kind.SINGLE),
    ],
)
def test_the_number_of_a_webinar_makes_one_where_no_column_tells_the_type(name: str, number: str, kind: Kind):
    header = ("Topic", name, "Start time", "Duration (minutes)")
    assert only(read(row(number=number), header=header)).kind is kind
    assert only(read([*row(number=number), "Meeting"], header=(*header, "Type"))).kind is Kind.SINGLE


def test_a_link_to_another_meeting_is_a_warning_for_all_dates_of_a_meeting():
    header = (*HEADER, "Join URL")
    link = "https://zoom.us/j/80000000999?pwd=c2VjcmV0"
    reading = read([*row(), link], [*row(start="2027-03-08 09:00"), link], header=header)
    assert {meeting.number for meeting in reading.meetings} == {"80000000201"}
    (problem,) = reading.problems
    assert (problem.code, problem.severity, problem.line) == ("contradiction", Severity.WARNING, 2)
    assert "leads to 80000000999, but the meeting ID is 80000000201" in problem.message


def test_a_link_gives_the_number_that_a_spreadsheet_took_and_tells_of_a_passcode():
    header = (*HEADER, "Join URL")
    link = "https://us02web.zoom.us/j/80000000201?pwd=c2VjcmV0"
    reading = read([*row(number="8.00000E+10"), link], [*row(number=""), link], header=header)
    assert {meeting.number for meeting in reading.meetings} == {"80000000201"}
    assert {meeting.features for meeting in reading.meetings} == {("passcode",)}
    assert "c2VjcmV0" not in repr(reading)


def test_an_id_may_be_a_number_or_a_uuid_and_the_uuid_may_have_its_own_column():
    uuid = "vawMH9zAQLytjCnQiQXSUg=="
    meeting = only(read(row(number=uuid)))
    assert (meeting.number, meeting.uuid) == (None, uuid)
    meeting = only(read([*row(), uuid], header=(*HEADER, "UUID")))
    assert (meeting.number, meeting.uuid) == ("80000000201", uuid)


def test_a_host_is_known_by_name_and_address_or_by_id_where_there_is_nothing_else():
    header = ("Topic", "Start time", "Host", "Host email", "Host ID")
    start = "2027-03-01 09:00"
    reading = read(
        ("a", start, "Kim (Sales) (kim@example.org)", "", "x1"),
        ("b", start, "Kim", "kim@example.org", "x1"),
        ("c", start, "", "", "x1"),
        header=header,
    )
    assert [str(meeting.host) for meeting in reading.meetings] == [
        "Kim (Sales) <kim@example.org>",
        "Kim <kim@example.org>",
        "x1",
    ]


def test_a_topic_is_kept_as_it_is_but_for_nul_and_outer_space():
    topic = "\x1b[31m\u202e=cmd|' /C calc'!A0\r\nnext <b>line</b>"
    assert only(read(row(topic=f"  {topic}\0 "))).topic == topic


def test_a_row_without_a_topic_needs_a_number():
    reading = read(row(topic=""), row(topic="", number=""))
    assert [(problem.code, problem.severity) for problem in reading.problems] == [
        ("no-topic", Severity.INFO),
        ("no-topic", Severity.ERROR),
    ]
    assert only(reading).topic == "Zoom meeting"


def test_all_that_is_wrong_with_a_row_is_said():
    reading = read(row(topic="", number="12", start="soon", minutes="x"))
    assert codes(reading) == ["bad-number", "bad-date", "bad-duration"]
    assert {(problem.path, problem.line) for problem in reading.problems} == {("a.csv", 2)}
    assert reading.rows.problems == 1


def test_a_row_that_is_cut_off_is_no_room():
    reading = read(["Sync", "80000000201"], ["Sync", "80000000201", ""])
    assert codes(reading) == ["ragged-row"]
    assert only(reading).kind is Kind.ROOM


def test_a_row_with_more_cells_than_columns_is_an_error_only_if_they_hold_something():
    assert codes(read([*row(), "", " "], [*row(), "", "x"])) == ["ragged-row"]


def test_the_order_of_dates_is_decided_by_starts_and_ends_together():
    header = ("Topic", "Start time", "End time")
    reading = read(("Sync", "03/04/2027 23:00", "13/04/2027 00:00"), header=header)
    assert (reading.date_order, codes(reading)) == ("dmy", ["bad-duration"])


def test_the_window_is_from_the_first_to_the_last_date_of_what_was_read():
    bad = row(number="1", start="2027-01-01 09:00")
    reading = read(row(start="2027-03-09 09:00"), row(start="2027-03-02 09:00"), bad)
    assert reading.window == Window(date(2027, 3, 2), date(2027, 3, 9), ZoneInfo("Europe/Berlin"))


CELLS = st.text(max_size=6) | st.sampled_from(
    ["", "--", "80000000201", "8E+10", "03/04/2027 09:00", "03/24/2027 09:00 PM", "2027-03-28 02:30", "30",
     "Meeting ID", '"', "\0", "\u202e", "Mar 5, 2027 8:07 AM", "9999-12-31T23:59:59Z", "Asia/Tokyo",
     "https://zoom.us/j/80000000201"]
)  # fmt: skip
HEADERS = st.sampled_from(
    ["Topic", "Meeting ID", "Start time", "Start date", "End time", "Duration", "Time zone", "Join URL", "Host", "Type",
     "", "x"]
)  # fmt: skip


def check(data: bytes, options: ReadOptions) -> None:
    try:
        reading = SOURCE.read(Document("a.csv", data), options)
    except InputError:
        return
    rows = reading.rows
    assert rows.read == rows.blank + rows.header + rows.not_a_schedule + rows.problems + len(reading.meetings)
    assert rows.problems == len({problem.line for problem in reading.problems if problem.severity is Severity.ERROR})


@given(st.binary(max_size=300))
def test_any_bytes_are_a_reading_or_an_input_error(data: bytes):
    check(data, BERLIN)
    check(b"Topic,Start time\n" + data, BERLIN)


@given(st.lists(HEADERS, min_size=1, max_size=8), st.lists(st.lists(CELLS, max_size=8), max_size=6), st.booleans())
def test_every_row_of_any_table_is_a_meeting_or_is_counted(header: list[str], rows: list[list[str]], zone: bool):
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows([["Topic", "Start time", *header], *rows])
    check(stream.getvalue().encode(), BERLIN if zone else ReadOptions(date_order="dmy"))


@given(
    st.lists(st.datetimes(datetime(2027, 1, 1), datetime(2027, 12, 31)), min_size=1, max_size=5),
    st.sampled_from(["%m/%d/%Y %I:%M:%S %p", "%d/%m/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%b %d, %Y %H:%M:%S"]),
)
def test_every_start_is_read_as_it_was_written(starts: list[datetime], layout: str):
    order = {"%m": "mdy", "%d": "dmy"}.get(layout[:2], "auto")
    zone = ZoneInfo("Asia/Tokyo")
    options = ReadOptions(timezone="Asia/Tokyo", date_order=order)
    reading = read(*(row(start=f"{start:{layout}}") for start in starts), options=options)
    written = [start.replace(microsecond=0, fold=0, tzinfo=zone) for start in starts]
    assert [meeting.start for meeting in reading.meetings] == written


def test_ten_thousand_rows_are_ten_thousand_meetings():
    first = datetime(2027, 3, 1, 8)
    starts = [f"{first + timedelta(days=number % 28):%m/%d/%Y %I:%M:%S %p}" for number in range(10_000)]
    reading = read(*(row(number=str(80_000_000_000 + number), start=start) for number, start in enumerate(starts)))
    assert (len(reading.meetings), reading.problems) == (10_000, [])


@pytest.mark.parametrize("spoilt", [0, 1])
@pytest.mark.parametrize("last", [2, 4])
def test_one_spoilt_cell_does_not_say_what_a_column_is(spoilt: int, last: int):
    rows = [["x", "80000000201", f"2027-03-{day:02}", "10:00 AM"] for day in range(1, last + 1)]
    rows[0][2 + spoilt] = "soon"
    reading = read(*rows, header=("Topic", "Meeting ID", "Start date", "Start time"))
    assert (len(reading.meetings), codes(reading)) == (last - 1, ["bad-date"])


def test_cells_in_a_column_without_a_name_keep_no_row_out():
    rows = [["x", "80000000201", "2027-03-01 09:00", "30", "a note"]]
    assert codes(read(*rows, header=(*HEADER, ""))) == []
