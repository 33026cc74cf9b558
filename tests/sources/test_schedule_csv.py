from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from migrate.core.consistency import check_dates
from migrate.core.errors import InputError
from migrate.core.features import FEATURES
from migrate.core.meeting import Kind, Meeting, Occurrence, Override, Person
from migrate.core.ports import Document, Reading, ReadOptions, Window
from migrate.core.problem import Severity
from migrate.core.recurrence import ruled
from migrate.shared.schedule_format import COLUMNS, MARKER
from migrate.sources.schedule_csv import ScheduleCsv, write_schedule

SOURCE = ScheduleCsv()
BERLIN = ReadOptions(timezone="Europe/Berlin")
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu", "UTC"]


def read(text: str | bytes, options: ReadOptions = BERLIN) -> Reading:
    data = text.encode() if isinstance(text, str) else text
    assert SOURCE.identify(Document("s.csv", data), options)
    return SOURCE.read(Document("s.csv", data), options)


def only(reading: Reading) -> Meeting:
    (meeting,) = reading.meetings
    return meeting


def texts(**limits: int) -> st.SearchStrategy[str]:
    return st.text(max_size=12, **limits) | st.text("=+-@'\t\r\n \\\0\"0,;\u2028\ufeff", max_size=5, **limits)


people = st.builds(Person, texts(), texts(), texts())
minutes = st.integers(1, 44_640)


@st.composite
def meetings(draw: st.DrawFn) -> Meeting:
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    # Made from instants, since a time that the clock skips is none.
    instants = st.integers(1_577_836_800 // 10, 6_942_000_000)
    moments = instants.map(lambda instant: datetime.fromtimestamp(instant, UTC).astimezone(zone))
    rest = (st.none() | minutes, texts())
    dateless = draw(st.booleans())
    kinds = [Kind.ROOM, Kind.INSTANT, Kind.WEBINAR] if dateless else [kind for kind in Kind if kind is not Kind.ROOM]
    rrule = (
        None if dateless else draw(st.sampled_from([None, "FREQ=WEEKLY;BYDAY=MO;COUNT=6", "FREQ=MONTHLY;BYDAY=-1FR"]))
    )
    start = None if dateless else draw(moments)
    occurrences: list[datetime] = []
    if start and rrule:
        start = next(ruled(rrule, start))
        occurrences = draw(st.lists(st.sampled_from([*islice(ruled(rrule, start), 6)]), max_size=5, unique=True))
    meeting = Meeting(
        topic=draw(texts(min_size=0)),
        kind=draw(st.sampled_from(kinds)),
        number=draw(st.none() | st.from_regex(r"[0-9]{9,11}", fullmatch=True)),
        uuid=draw(st.none() | texts()),
        host=draw(people),
        alternative_hosts=tuple(draw(st.lists(people, max_size=2))),
        timezone=zone.key,
        start=start,
        duration_minutes=draw(st.none() | minutes) if dateless else draw(minutes),
        rrule=rrule,
        exdates=tuple(occurrences[2:]),
        overrides=tuple(draw(st.builds(Override, st.just(moment), moments, *rest)) for moment in occurrences[:2]),
        singles=() if dateless else tuple(draw(st.lists(st.builds(Occurrence, moments, *rest), max_size=2))),
        old_link=draw(st.sampled_from([None, "https://zoom.us/j/80000000201", "https://zoom.us/my/anna.meier"])),
        agenda=draw(texts()),
        features=tuple(draw(st.lists(st.sampled_from([*FEATURES]), unique=True))),
        attendees=tuple(draw(st.lists(people, max_size=2))),
    )
    assume(not check_dates(meeting))
    return meeting


def told(meeting: Meeting) -> tuple[object, ...]:
    """Return all but where it is from, with folds, which == does not see."""
    moments = [meeting.start, *meeting.exdates, *(single.start for single in meeting.singles)]
    moments += [moment for override in meeting.overrides for moment in (override.occurrence, override.start)]
    fields = [getattr(meeting, name) for name in Meeting.__slots__ if name not in ("assumptions", "sources")]
    return (*fields, [moment and moment.isoformat() for moment in moments])


# A meeting has many parts: on a busy machine making some up takes longer than Hypothesis likes.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)


@PATIENT
@given(st.lists(meetings(), max_size=3))
def test_what_is_written_is_read_back_exactly(written: list[Meeting]):
    reading = read(write_schedule(written), ReadOptions())
    assert [problem for problem in reading.problems if problem.severity is Severity.ERROR] == []
    assert [told(meeting) for meeting in reading.meetings] == [told(meeting) for meeting in written]


@PATIENT
@given(st.lists(meetings(), min_size=1, max_size=2))
def test_no_written_cell_is_a_formula_and_no_row_has_two_lines(written: list[Meeting]):
    header, *lines = write_schedule(written).decode("utf-8-sig").splitlines()
    rows = list(csv.reader(lines, strict=True))
    assert header == ",".join([MARKER, *COLUMNS])
    assert [len(row) for row in rows] == [len(COLUMNS) + 1] * len(written)
    assert not any(cell.startswith(tuple("=+-@\t")) for row in rows for cell in row)


def test_writing_is_deterministic_and_excel_takes_it_for_utf_8():
    room = Meeting("Raum", Kind.ROOM)
    assert write_schedule([room]) == write_schedule([room])
    assert write_schedule([]).startswith(b"\xef\xbb\xbf" + MARKER.encode())


def test_the_invitees_of_a_big_webinar_fit_into_a_cell():
    guests = tuple(Person(f"Guest {number}", f"guest{number}@example.org") for number in range(5000))
    webinar = Meeting("Webinar", Kind.WEBINAR, attendees=guests)
    assert only(read(write_schedule([webinar]))).attendees == guests


def test_a_few_columns_are_enough():
    meeting = only(read(f"{MARKER},Topic,start\nasked Kim,Jour fixe,2027-03-01 14:00\n"))
    assert meeting == Meeting(
        "Jour fixe",
        timezone="Europe/Berlin",
        start=datetime(2027, 3, 1, 14, tzinfo=ZoneInfo("Europe/Berlin")),
        duration_minutes=60,
        assumptions=("lasts 60 minutes, as the file has no duration",),
        sources=("s.csv:2",),
    )


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ("2027-03-01 14:00,FREQ=DAILY;COUNT=2,", Kind.SERIES),
        ("2027-03-01 14:00,,", Kind.SINGLE),
        (",,", Kind.ROOM),
        (",,Webinar", Kind.WEBINAR),
    ],
)
def test_an_empty_kind_follows_from_the_dates(cells: str, kind: Kind):
    assert only(read(f"topic,start,rrule,kind\nx,{cells}\n")).kind is kind


def test_the_zone_of_the_row_wins_and_an_offset_needs_none():
    rows = ("a,2027-03-01T14:00,Asia/Tokyo", "b,2027-03-01T14:00Z,Asia/Tokyo", "c,2027-03-01T14:00Z,")
    text = "\n,".join([f"{MARKER},topic,start,timezone", *rows])
    starts = [meeting.start and meeting.start.isoformat() for meeting in read(text, ReadOptions()).meetings]
    assert starts == ["2027-03-01T14:00:00+09:00", "2027-03-01T23:00:00+09:00", "2027-03-01T14:00:00+00:00"]


def test_a_time_without_any_zone_is_not_guessed():
    with pytest.raises(InputError):
        read(f"{MARKER},topic,start\n,a,2027-03-01T14:00\n", ReadOptions())


def test_a_person_may_be_written_as_in_a_mail():
    meeting = only(read(f'{MARKER},topic,attendees\n,a,"[""Kim <kim@example.org>"", {{""name"": ""Bo""}}]"\n'))
    assert meeting.attendees == (Person("Kim", "kim@example.org"), Person("Bo"))


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("kind", "party", "bad-kind"),
        ("number", "8.5E+10", "mangled-number"),
        ("timezone", "Nowhere", "unknown-timezone"),
        ("start", "2027-03-01", "bad-date"),
        ("start", "2027-03-28 02:30", "nonexistent-time"),
        ("duration_minutes", "44641", "bad-duration"),
        ("rrule", "FREQ=SOMETIMES", "bad-rule"),
        ("rrule", "FREQ=DAILY;UNTIL=99991231T235959Z", "bad-rule"),
        ("exdates", "2027-03-01T14:00 x", "bad-date"),
        ("features", "passcode teleport", "bad-feature"),
        ("singles", "[", "bad-list"),
        ("singles", "{}", "bad-list"),
        ("singles", "[[]]", "bad-list"),
        ("singles", '[{"start": 1}]', "bad-list"),
        ("singles", '[{"start": "soon"}]', "bad-date"),
        ("singles", '[{"start": "2027-03-01T14:00", "duration_minutes": 1.5}]', "bad-duration"),
        ("overrides", '[{"start": "2027-03-01T14:00"}]', "bad-list"),
        ("attendees", "[1]", "bad-list"),
        ("attendees", "[" * 5000, "bad-list"),
        ("attendees", "[" + "9" * 5000 + "]", "bad-list"),
    ],
)
def test_every_fault_is_told_with_its_column(column: str, cell: str, code: str):
    values = {"topic": "x", "start": "2027-03-01 14:00", column: cell}
    quoted = ",".join('"' + value.replace('"', '""') + '"' for value in values.values())
    reading = read(f"{MARKER},{','.join(values)}\n,{quoted}\n")
    problem = reading.problems[0]
    assert (problem.code, problem.line, reading.meetings) == (code, 2, [])
    assert problem.message.startswith(f"{column}: ")


@pytest.mark.parametrize(
    ("cells", "code", "column", "write"),
    [
        ('2027-03-01 09:00,,,"[{""occurrence"":""2027-03-01 09:00"",""start"":""2027-03-02 09:00""}]",', "off-rule",
         "overrides", "rrule"),
        ("2027-03-01 09:00,,2027-03-01T09:00,,", "off-rule", "exdates", "rrule"),
        ("2027-03-02 09:00,FREQ=WEEKLY;BYDAY=MO;COUNT=3,,,", "off-rule", "start", "2027-03-08T09:00:00+01:00"),
        ('2027-03-01 09:00,FREQ=WEEKLY;BYDAY=MO;COUNT=3,,,"[{""start"":""2027-03-08 09:00""}]"', "repeated-date",
         "singles", "once"),
        ("2027-03-01 09:00,FREQ=WEEKLY;COUNT=1,2027-03-01T09:00,,", "no-date", "exdates", "delete"),
        ("2027-03-01 09:00,FREQ=WEEKLY;UNTIL=20270228T080000Z,,,", "no-date", "rrule", "after the start"),
        ('2027-03-01 09:00,,,,"[{""start"":""2027-03-08 09:00""},{""start"":""2027-03-08 09:00""}]"', "repeated-date",
         "singles", "once"),
        ("2027-03-01 10:00,FREQ=WEEKLY;COUNT=3,2027-03-08T09:00,,", "off-rule", "exdates", "2027-03-08T10:00:00+01:00"),
    ],
)  # fmt: skip
def test_a_row_that_contradicts_itself_stays_out_and_is_told_what_to_write(
    cells: str, code: str, column: str, write: str
):
    reading = read(f"topic,start,rrule,exdates,overrides,singles\nx,{cells}\n")
    (problem,) = reading.problems
    assert (problem.code, problem.severity, reading.meetings) == (code, Severity.ERROR, [])
    assert problem.message.startswith(f"{column}: ")
    assert write in problem.hint


def test_dates_are_compared_beside_other_faults_but_not_if_one_cannot_be_read():
    rows = (",,party,2027-03-01 10:00,2027-03-08T09:00", ",x,single,2027-03-01 10:00,2027-03-08T09:00 soon")
    reading = read("\n".join([f"{MARKER},topic,kind,start,exdates", *rows]))
    assert [(problem.line, problem.code) for problem in reading.problems] == [
        (2, "no-topic"),
        (2, "bad-kind"),
        (2, "off-rule"),
        (3, "bad-date"),
    ]


def test_a_host_without_a_mail_address_is_pointed_out():
    reading = read(f"{MARKER},topic,start,host_email\n,x,2027-03-01 14:00,anna\n,y,2027-03-01 14:00,anna@example.org\n")
    assert [(problem.line, problem.code, problem.severity) for problem in reading.problems] == [
        (2, "bad-address", Severity.WARNING)
    ]
    assert [meeting.host.email for meeting in reading.meetings] == ["anna", "anna@example.org"]


def test_a_date_is_missed_where_there_must_be_one():
    reading = read("topic,start,rrule,kind\na,,FREQ=DAILY;COUNT=2,\nb,,,series\nc,,,room\n")
    assert [(problem.code, problem.line) for problem in reading.problems] == [("no-start", 2), ("no-start", 3)]


def test_a_link_loses_its_passcode_and_tells_that_there_was_one():
    meeting = only(read(f"{MARKER},topic,old_link\n,a,https://zoom.us/j/80000000201?pwd=secret\n"))
    assert (meeting.old_link, meeting.features) == ("https://zoom.us/j/80000000201", ("passcode",))


def test_the_window_is_what_the_meetings_span_unless_one_has_no_end():
    text = "topic,start,rrule\na,2027-03-01 14:00,FREQ=DAILY;COUNT=3\nb,2027-02-01 14:00,\nc,,\n"
    assert read(text).window == Window(date(2027, 2, 1), date(2027, 3, 3), ZoneInfo("Europe/Berlin"))
    assert read(text + "d,2027-03-01 14:00,FREQ=DAILY\n").window is None
    assert read("topic,rrule\nc,\n").window is None


def test_half_of_a_surrogate_pair_never_comes_in():
    lists = '"[""Kim \\udc00"", {""name"": ""\\ud83c\\udfa8 \\ud83d""}]"'
    meeting = only(read(f"{MARKER},topic,uuid,host_name,attendees\n,a\\ud800,\\udfff,\\ud83c\\udfa8,{lists}\n"))
    assert (meeting.topic, meeting.uuid, meeting.host.name) == ("a\ufffd", "\ufffd", "🎨")
    assert meeting.attendees == (Person("Kim \ufffd"), Person("🎨 \ufffd"))


def test_a_file_of_a_newer_version_is_refused():
    with pytest.raises(InputError, match="schedule 2"):
        read("jitsi-migrate schedule 2,topic,start\n")


def test_a_mapping_for_other_files_does_not_matter_here():
    options = ReadOptions(timezone="Europe/Berlin", columns={"topic": "Betreff"})
    assert only(read(f"{MARKER},topic,start\n,a,2027-03-01T14:00\n", options)).topic == "a"


@given(st.binary(max_size=200))
def test_any_bytes_are_a_reading_or_an_input_error(data: bytes):
    for whole in (data, f"{MARKER},topic,start,attendees,singles\n".encode() + data):
        try:
            reading = SOURCE.read(Document("s.csv", whole), BERLIN)
        except InputError:
            continue
        rows = reading.rows
        assert rows.read == rows.blank + rows.header + rows.not_a_schedule + rows.problems + len(reading.meetings)


@pytest.mark.parametrize(
    ("meeting", "code"),
    [
        (Meeting("Raum", Kind.ROOM, number="80000000201", start=datetime(2027, 3, 1, 9, tzinfo=UTC)), "bad-kind"),
        (Meeting("Raum", Kind.ROOM, singles=(Occurrence(datetime(2027, 3, 1, 9, tzinfo=UTC)),)), "no-start"),
    ],
)
def test_a_room_with_dates_is_an_error_and_no_date_is_lost_unsaid(meeting: Meeting, code: str):
    reading = read(write_schedule([meeting]), ReadOptions())
    assert reading.meetings == []
    assert [problem.code for problem in reading.problems if problem.severity is Severity.ERROR] == [code]
