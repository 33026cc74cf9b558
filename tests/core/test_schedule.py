"""What all files together say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.core import recurrence
from migrate.core.meeting import Kind, Occurrence, Person
from migrate.core.problem import Severity
from migrate.core.schedule import assemble
from tests.builders import (
    ANNA,
    BEN,
    NUMBER,
    PERSONAL,
    UUID,
    at,
    day,
    reading,
    row,
    rows,
    schedule_csv,
    series,
    settled,
    weekly,
)

SINCE = day("01-01")
KEY = f"number:{NUMBER}"


def meetings(*readings, since: date = SINCE):
    """Return the meetings by key; every row must be counted once."""
    schedule = assemble(readings, since)
    assert settled(*readings)
    assert list(schedule.entries) == sorted(schedule.entries)
    return {key: entry.meeting for key, entry in schedule.entries.items()}


def only(*readings, since: date = SINCE):
    (meeting,) = meetings(*readings, since=since).values()
    return meeting


def codes(*readings, since: date = SINCE):
    found = [problem.code for problem in assemble(readings, since).problems]
    assert settled(*readings)
    return found


def dates(meeting):
    return [f"{each.start:%m-%d %H:%M}" for each in recurrence.dates(meeting)]


# One meeting


def test_a_row_is_a_meeting_with_the_link_that_its_number_makes() -> None:
    meeting = only(reading(row("2027-03-01 09:00")))
    assert (meeting.kind, meeting.old_link) == (Kind.SINGLE, f"https://zoom.us/j/{NUMBER}")
    assert meeting.sources == ("upcoming.csv:2",)


def test_a_link_in_the_file_stays_as_it_is() -> None:
    link = f"https://example.zoom.us/j/{NUMBER}"
    assert only(reading(row("2027-03-01 09:00", old_link=link))).old_link == link


def test_rows_of_one_number_are_a_series() -> None:
    meeting = only(reading(*rows(weekly("2027-03-01 09:00", 5))))
    assert (meeting.kind, meeting.rrule) == (Kind.SERIES, "FREQ=WEEKLY;BYDAY=MO;COUNT=5")
    assert len(meeting.sources) == 5


def test_a_numbered_meeting_on_irregular_dates_is_still_one() -> None:
    meeting = only(reading(*rows(["2027-03-01 09:00", "2027-03-04 15:00", "2027-03-19 11:00"])))
    assert (meeting.rrule, len(meeting.singles)) == (None, 2)


def test_a_webinar_among_the_rows_makes_it_a_webinar() -> None:
    listed = rows(weekly("2027-03-01 09:00", 2))
    assert only(reading(listed[0], replace(listed[1], kind=Kind.WEBINAR))).kind is Kind.WEBINAR


def test_a_series_is_told_in_the_zone_that_most_rows_are_in() -> None:
    listed = [*rows(weekly("2027-03-01 09:00", 4)), row("2027-03-29 07:00", timezone="UTC")]
    meeting = only(reading(*listed))
    assert (meeting.timezone, meeting.rrule) == ("Europe/Berlin", "FREQ=WEEKLY;BYDAY=MO;COUNT=5")


def test_the_host_is_who_most_rows_name_with_all_that_is_known_of_them() -> None:
    hosts = [BEN, Person("Anna Meier"), ANNA, ANNA, Person("Anna Meier", "", "anna")]
    listed = [replace(each, host=host) for each, host in zip(rows(weekly("2027-03-01 09:00", 5)), hosts, strict=True)]
    assert only(reading(*listed)).host == replace(ANNA, account="anna")


def test_features_and_assumptions_of_all_rows_are_carried() -> None:
    first, second = rows(weekly("2027-03-01 09:00", 2))
    first = replace(first, features=("passcode",), assumptions=("lasts 60 minutes, as the file has no duration",))
    second = replace(second, features=("waiting_room",), assumptions=first.assumptions)
    meeting = only(reading(first, second))
    assert meeting.features == ("passcode", "waiting_room")
    assert meeting.assumptions == first.assumptions


def test_a_uuid_that_only_one_date_has_is_not_that_of_the_series() -> None:
    listed = rows(weekly("2027-03-01 09:00", 2))
    differing = [replace(each, uuid=f"{number}==") for number, each in enumerate(listed)]
    assert only(reading(*differing)).uuid is None
    assert only(reading(*(replace(each, uuid=UUID) for each in listed))).uuid == UUID


def test_a_row_without_a_date_is_a_room_unless_the_meeting_has_dates() -> None:
    room = only(reading(row(None, duration_minutes=60)))
    assert (room.kind, room.start, room.duration_minutes) == (Kind.ROOM, None, None)
    dated = only(reading(row(None, agenda="Talk"), row("2027-03-01 09:00")))
    assert (dated.kind, dated.agenda) == (Kind.SINGLE, "Talk")


# Dates left out


def test_a_meeting_without_a_date_is_not_counted_as_over() -> None:
    cancelled = schedule_csv(series("2027-03-01 09:00", 1, exdates=(at("2027-03-01 09:00"),)))
    assert dates(only(cancelled, since=day("03-15"))) == []
    assert cancelled.rows.before_since == 0


def test_dates_before_since_are_left_out_and_counted() -> None:
    listed = reading(*rows(weekly("2027-03-01 09:00", 5)))
    assert dates(only(listed, since=day("03-15"))) == ["03-15 09:00", "03-22 09:00", "03-29 09:00"]
    assert listed.rows.before_since == 2


def test_a_day_is_past_where_the_meeting_is() -> None:
    """Half past midnight in Berlin is the day before in UTC."""
    assert meetings(reading(row("2027-03-15 00:30")), since=day("03-15"))
    assert not meetings(reading(row("2027-03-14 23:30", timezone="UTC")), since=day("03-15"))


def test_a_whole_meeting_is_left_out_when_its_last_date_is_past() -> None:
    past, running = series("2027-02-01 09:00", 3), series("2027-02-01 09:00", 9, number="80000000202")
    endless = series("2026-02-02 09:00", 1, number="80000000203", rrule="FREQ=WEEKLY;BYDAY=MO")
    listed = schedule_csv(past, running, endless)
    assert list(meetings(listed, since=day("03-01"))) == ["number:80000000202", "number:80000000203"]
    assert listed.rows.before_since == 1


# Several files


MARCH = rows(weekly("2027-03-01 09:00", 5))
APRIL = rows(weekly("2027-04-05 09:00", 4))


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_overlapping_files_make_one_series_in_any_order(order) -> None:
    files = [
        reading(*MARCH, path="march.csv"),
        reading(*MARCH[3:], *APRIL[:2], path="overlap.csv", window=("03-22", "04-18")),
        reading(*APRIL, path="april.csv", window=("04-01", "04-30")),
    ]
    files = [files[number] for number in order]
    meeting = only(*files, since=day("03-08"))
    assert (meeting.start, meeting.rrule) == (at("2027-03-08 09:00"), "FREQ=WEEKLY;BYDAY=MO;COUNT=8")
    assert sum(each.rows.merged for each in files) == 4
    assert sum(each.rows.before_since for each in files) == 1
    assert len(meeting.sources) == 12


def test_the_same_file_twice_changes_nothing() -> None:
    twice = only(reading(*MARCH), reading(*MARCH, path="again.csv"))
    assert replace(twice, sources=()) == replace(only(reading(*MARCH)), sources=())


@pytest.mark.parametrize("order", [1, -1])
def test_a_file_that_knows_more_of_the_host_completes_the_other(order) -> None:
    files = [reading(row("2027-03-01 09:00", host=Person("Anna Meier"))), reading(row("2027-03-01 09:00"))]
    assert only(*files[::order]).host == ANNA


def test_files_that_contradict_each_other_are_both_shown() -> None:
    files = [reading(*MARCH), reading(row("2027-03-01 09:00", "Sit-down"), path="other.csv", window=("03-01", "03-07"))]
    (problem,) = assemble(files, SINCE).problems
    assert (problem.code, problem.path, problem.line) == ("contradiction", "other.csv", 2)
    assert problem.message == "topic: “Sit-down” here, “Standup” in upcoming.csv:2, which was believed"


OLD = {"path": "old.csv", "window": ("03-01", "03-31")}
NEW = {"path": "new.csv", "window": ("03-15", "04-30")}


@pytest.mark.parametrize("number", [NUMBER, PERSONAL])
@pytest.mark.parametrize("order", [1, -1])
def test_files_of_different_age_that_have_a_moved_date_twice_are_told_of(number, order) -> None:
    moved = [*weekly("2027-03-15 09:00", 1), "2027-03-23 11:00", *weekly("2027-03-29 09:00", 5)]
    old = reading(*rows(weekly("2027-03-01 09:00", 5), number=number), **OLD)
    files = [old, reading(*rows(moved, number=number), **NEW)][::order]
    (problem,) = assemble(files, SINCE).problems
    assert (problem.code, problem.severity, problem.path, problem.line) == ("exports-disagree", "warning", "old.csv", 5)
    assert " and in ".join(f"{each.meetings[0].sources[0]}" for each in files) in problem.message
    assert problem.message.endswith("which both cover: 2027-03-22 09:00 in old.csv:5, 2027-03-23 11:00 in new.csv:3")


@pytest.mark.parametrize(
    ("old", "new", "since"),
    [
        (weekly("2027-03-01 09:00", 5), weekly("2027-03-15 09:00", 7), "01-01"),
        (weekly("2027-03-01 09:00", 2), weekly("2027-04-05 09:00", 4), "01-01"),
        (weekly("2027-03-01 09:00", 5), ["2027-03-15 11:00", *weekly("2027-03-22 09:00", 6)], "03-16"),
        (weekly("2027-03-01 09:00", 5), [], "01-01"),
    ],
)
def test_files_that_cover_other_days_or_have_the_same_dates_there_do_not_disagree(old, new, since) -> None:
    assert codes(reading(*rows(old), **OLD), reading(*rows(new), **NEW), since=day(since)) == []


def test_an_export_does_not_disagree_with_a_schedule_csv() -> None:
    corrected = schedule_csv(series("2027-03-01 09:00", 3), window=("03-01", "03-15"))
    assert "exports-disagree" not in codes(reading(*MARCH), corrected)


SOME_ROWS = st.lists(
    st.tuples(
        st.sampled_from(["01", "04", "08", "11", "15", "22"]),
        st.sampled_from(["Standup", "Review"]),
        st.sampled_from([NUMBER, PERSONAL, None]),
        st.sampled_from([ANNA, Person("Anna Meier")]),
    ),
    max_size=8,
)


@given(st.lists(st.tuples(SOME_ROWS, st.booleans()), max_size=3))
def test_every_row_is_counted_once_whatever_the_files_hold(files) -> None:
    readings = [
        (reading if by_rows else schedule_csv)(
            *(row(f"2027-03-{when} 09:00" if when != "01" else None, topic, number, host=host)
              for when, topic, number, host in listed),
            path=f"{index}.csv",
        )
        for index, (listed, by_rows) in enumerate(files)
    ]  # fmt: skip
    schedule = assemble(readings, day("03-08"))
    assert settled(*readings)
    told = [source for entry in schedule.entries.values() for source in entry.meeting.sources]
    counted = sum(each.rows.in_meetings + each.rows.merged for each in readings)
    assert len(set(told)) == len(told) <= counted
    assert len(told) == counted or schedule.is_partial


# Which source is believed


@pytest.mark.parametrize("order", [1, -1])
def test_a_meeting_told_whole_is_believed_and_rows_fill_its_gaps(order) -> None:
    corrected = series("2027-03-01 10:00", 5, "Stand-up", host=Person("Anna Meier"), old_link=None)
    files = [schedule_csv(corrected), reading(*(replace(each, features=("passcode",)) for each in MARCH))]
    meeting = only(*files[::order])
    assert (meeting.topic, meeting.rrule, meeting.start) == ("Stand-up", corrected.rrule, corrected.start)
    assert (meeting.host, meeting.features) == (ANNA, ("passcode",))
    assert [each.rows.merged for each in files] == [0, 5]


def test_rows_that_contradict_a_whole_meeting_are_shown_once_a_field() -> None:
    corrected = series("2027-03-01 10:00", 5, "Stand-up")
    problems = assemble([schedule_csv(corrected), reading(*MARCH)], SINCE).problems
    assert [(problem.code, problem.severity, problem.path) for problem in problems] == [
        ("contradiction", Severity.INFO, "upcoming.csv")
    ] * 2
    assert "“2027-03-01T09:00:00+01:00” here, “2027-03-01T10:00:00+01:00, FREQ=WEEKLY" in problems[0].message
    assert "“Standup” here, “Stand-up” in schedule.csv:2" in problems[1].message


def test_of_two_whole_meetings_the_higher_rank_is_believed() -> None:
    api = schedule_csv(series("2027-03-01 09:00", 5, "From the archive"), path="api.json", rank=80)
    best = schedule_csv(series("2027-03-01 09:00", 5, "By hand"))
    assert only(api, best).topic == "By hand"
    assert codes(schedule_csv(series("2027-03-01 09:00", 5)), schedule_csv(series("2027-03-01 09:00", 4))) == []


@pytest.mark.parametrize(
    "second",
    [
        series("2027-04-06 10:00", 4),
        series("2027-03-01 09:00", 6),
        replace(series("2027-03-01 09:00", 5), rrule="FREQ=WEEKLY;BYDAY=MO"),
        row(None),
    ],
)
@pytest.mark.parametrize("order", [1, -1])
def test_two_rows_that_tell_one_meeting_with_different_dates_are_a_problem_and_no_meeting(second, order) -> None:
    told = schedule_csv(
        *[series("2027-03-01 09:00", 5), second][::order], row("2027-03-02 12:00", "Other", "80000000202")
    )
    listed = reading(*MARCH)
    schedule = assemble([told, listed], SINCE)
    assert list(schedule.entries) == ["number:80000000202"]
    (problem,) = schedule.problems
    assert (problem.code, problem.severity, problem.path, problem.line) == ("told-twice", "error", "schedule.csv", 2)
    assert "different dates (schedule.csv:2, schedule.csv:3)" in problem.message
    assert (told.rows.problems, listed.rows.problems) == (2, 5)
    assert settled(told, listed)


@pytest.mark.parametrize("number", [NUMBER, PERSONAL, None])
def test_two_rows_that_tell_one_meeting_with_the_same_dates_are_one_meeting(number) -> None:
    twice = [series("2027-03-01 09:00", 5, number=number, agenda=agenda) for agenda in ("", "Talk")]
    assert only(schedule_csv(*twice)).agenda == "Talk"
    endless = [replace(each, rrule="FREQ=WEEKLY;BYDAY=MO") for each in twice]
    assert only(schedule_csv(*endless)).agenda == "Talk"


def test_two_rows_of_one_pattern_in_a_personal_room_are_a_problem_too() -> None:
    single = [row(start, number=PERSONAL) for start in ("2027-03-01 09:00", "2027-03-08 09:00")]
    assert codes(schedule_csv(*single)) == ["told-twice"]


# Meetings without a number


def test_rows_without_a_number_are_one_series_if_a_rule_tells_them() -> None:
    listed = rows(weekly("2027-03-01 09:00", 5), number=None)
    assert list(meetings(reading(*listed))) == ["topic:anna@example.org|standup"]
    assert only(reading(*listed)).rrule == "FREQ=WEEKLY;BYDAY=MO;COUNT=5"


def test_rows_without_a_number_that_cannot_be_one_series_are_a_problem_and_no_meeting() -> None:
    listed = reading(*rows(["2027-03-01 09:00", "2027-03-04 15:00"], number=None), row("2027-03-02 09:00"))
    schedule = assemble([listed], SINCE)
    assert list(schedule.entries) == [KEY]
    (problem,) = schedule.problems
    assert (problem.code, problem.severity, problem.line) == ("ambiguous-series", Severity.ERROR, 2)
    assert problem.message == (
        "2 rows without a meeting number share host and topic, and their dates are not one series"
        " (upcoming.csv:2, upcoming.csv:3)"
    )
    assert (listed.rows.problems, listed.rows.in_meetings) == (2, 1)
    assert settled(listed)


def test_the_end_of_a_series_is_no_problem_if_its_beginning_is_known() -> None:
    """A week later the plain dates are past, and what is left is not a series by itself."""
    left = reading(*rows(["2027-03-24 09:00", "2027-03-29 09:00"], number=None))
    known = list(recurrence.dates(series("2027-03-01 09:00", 3)))
    assert assemble([left], SINCE).problems
    left = reading(*rows(["2027-03-24 09:00", "2027-03-29 09:00"], number=None))
    assert not assemble([left], day("03-16"), lambda key: {key: known}).problems


@pytest.mark.parametrize(
    ("known", "listed", "problems"),
    [
        (["2027-03-17 09:00"], ["2027-04-22 16:00"], ["ambiguous-series"]),
        (weekly("2027-03-01 09:00", 5), ["2027-04-22 16:00"], ["ambiguous-series"]),
        (weekly("2027-03-01 09:00", 5), weekly("2027-04-06 16:00", 4), ["ambiguous-series"]),
        (["2027-03-29 09:00"], ["2027-04-05 09:00"], []),
        (["2027-03-29 09:00"], weekly("2027-04-05 09:00", 4), []),
        (weekly("2027-03-01 09:00", 5), ["2027-04-05 09:00"], []),
        ([*weekly("2027-03-01 09:00", 5), "2027-03-18 16:00"], weekly("2027-04-05 09:00", 4), []),
        ([*weekly("2027-03-01 09:00", 5), "2027-03-18 16:00"], ["2027-04-22 11:00"], ["ambiguous-series"]),
    ],
)
def test_months_without_a_number_that_follow_each_other_are_one_meeting_only_if_one_series(
    known, listed, problems
) -> None:
    april = reading(*rows(listed, number=None), window=("04-01", "04-30"))
    held = [Occurrence(at(start), 30, "Standup") for start in known]
    assert [each.code for each in assemble([april], SINCE, lambda key: {key: held}).problems] == problems
    assert settled(april)


def test_a_row_that_does_not_go_on_with_what_is_known_says_so() -> None:
    (problem,) = assemble(
        [reading(row("2027-03-22 16:00", number=None), window=None)],
        SINCE,
        lambda key: {key: [Occurrence(at("2027-02-17 09:00"))]},
    ).problems
    assert problem.message == (
        "one row without a meeting number could be of the meeting known by host and topic,"
        " but their dates are not one series with its own (upcoming.csv:2)"
    )


def test_a_file_without_numbers_beside_one_with_them_makes_no_second_meeting() -> None:
    by_name = [replace(each, number=None, host=Person("Anna Meier")) for each in (*MARCH[3:], *APRIL)]
    files = [reading(*by_name, path="names.csv", window=("03-22", "04-30")), reading(*MARCH)]
    for order in (1, -1):
        files = [replace_counts(each) for each in files][::order]
        assert list(meetings(*files)) == [KEY]
        meeting = only(*(replace_counts(each) for each in files))
        assert (meeting.number, meeting.host) == (NUMBER, ANNA)
        assert meeting.rrule == "FREQ=WEEKLY;BYDAY=MO;COUNT=9"


def replace_counts(listed):
    """Return the reading as it was before its rows were counted."""
    return replace(listed, rows=replace(listed.rows, in_meetings=0, merged=0, before_since=0, problems=0))


def test_a_file_that_has_both_a_number_and_none_tells_two_meetings_apart() -> None:
    listed = reading(*MARCH, row("2027-03-03 15:00", number=None))
    assert list(meetings(listed)) == [KEY, "topic:anna@example.org|standup"]


def test_names_that_stand_for_each_other_are_one_meeting() -> None:
    """Host name and address are swapped in one of two files, so that each knows the meeting by a name of the other."""
    swapped = series("2027-03-01 09:00", 5, number=None, host=Person(ANNA.email, ANNA.name))
    files = [reading(*rows(weekly("2027-03-01 09:00", 5), number=None)), schedule_csv(swapped)]
    for order in (1, -1):
        meeting = only(*(replace_counts(each) for each in files[::order]))
        assert (meeting.host, meeting.rrule) == (swapped.host, swapped.rrule)


def test_a_uuid_leads_to_the_number_too() -> None:
    named = [replace(each, uuid=UUID) for each in MARCH]
    only_uuid = [replace(each, number=None, topic="Renamed") for each in named[3:]]
    assert list(meetings(reading(*only_uuid, path="a.csv"), reading(*named))) == [KEY]


def test_rows_that_could_belong_to_two_numbers_are_a_problem() -> None:
    other = replace(MARCH[0], number="80000000999", start=at("2027-03-03 15:00"))
    files = [
        reading(*MARCH, other),
        reading(replace(APRIL[0], number=None), path="april.csv", window=("04-01", "04-30")),
    ]
    schedule = assemble(files, SINCE)
    assert list(schedule.entries) == [KEY, "number:80000000999"]
    (problem,) = schedule.problems
    assert (problem.code, problem.path) == ("ambiguous-series", "april.csv")
    assert f"one row without a meeting number could be dates of {KEY} or number:80000000999" in problem.message
    assert settled(*files)


# Personal rooms


def test_a_personal_room_and_what_is_held_in_it_are_told_apart_by_topic_and_pattern() -> None:
    mondays, thursdays = weekly("2027-03-01 09:00", 5), weekly("2027-03-04 14:00", 4)
    listed = [row(None, "Anna's room", PERSONAL), *rows([*mondays, *thursdays], number=PERSONAL)]
    found = meetings(reading(*listed, row("2027-03-09 11:00", "Review", PERSONAL)))
    assert list(found) == [
        f"number:{PERSONAL}",
        f"number:{PERSONAL}#review#dates",
        f"number:{PERSONAL}#standup#weekly-mo-0900",
        f"number:{PERSONAL}#standup#weekly-th-1400",
    ]
    assert [meeting.kind for meeting in found.values()] == [Kind.ROOM, Kind.SINGLE, Kind.SERIES, Kind.SERIES]
    assert dates(found[f"number:{PERSONAL}#standup#weekly-th-1400"]) == [each[5:] for each in thursdays]


def known_in_room(**meetings):
    """Return a memory of what is held under one topic in the personal room."""

    def memory(key):
        assert key == BASE
        return {f"{BASE}#{name}": list(recurrence.dates(meeting)) for name, meeting in meetings.items()}

    return memory


BASE = f"number:{PERSONAL}#standup"


def held(starts, memory, since="03-01"):
    """Return the dates by the part of the key that names them."""
    listed = reading(*rows(starts, number=PERSONAL))
    entries = assemble([listed], day(since), memory).entries
    assert settled(listed)
    return {key.rpartition("#")[2]: dates(entry.meeting) for key, entry in entries.items()}


def test_the_rest_of_a_pattern_keeps_its_name_if_its_beginning_is_known() -> None:
    starts = [*weekly("2027-03-01 09:00", 5), *weekly("2027-03-04 14:00", 4)]
    memory = known_in_room(mondays=series("2027-03-01 09:00", 3), thursdays=series("2027-03-04 14:00", 3))
    assert held(starts, memory, "03-22") == {
        "mondays": ["03-22 09:00", "03-29 09:00"],
        "thursdays": ["03-25 14:00"],
    }


def test_a_date_stays_with_the_meeting_that_the_journal_has_it_for() -> None:
    """By itself the first day of two months would be a monthly meeting."""
    memory = known_in_room(monthly=row("2027-02-01 09:00"), dates=row("2027-03-01 09:00"))
    assert held(["2027-03-01 09:00"], memory) == {"dates": ["03-01 09:00"]}


def test_new_dates_go_to_the_meeting_that_has_most_of_their_pattern() -> None:
    memory = known_in_room(dates=series("2027-02-01 09:00", 4))
    assert held(weekly("2027-03-01 09:00", 3), memory) == {"dates": ["03-01 09:00", "03-08 09:00", "03-15 09:00"]}


def test_a_pattern_whose_name_another_one_has_gets_one_of_its_own() -> None:
    moved = known_in_room(**{"weekly-mo-0900": series("2027-03-04 14:00", 4)})
    both = [*weekly("2027-03-01 09:00", 4), *weekly("2027-03-04 14:00", 4)]
    assert held(both, moved) == {
        "weekly-mo-0900": [each[5:] for each in both[4:]],
        "weekly-mo-0900-2": [each[5:] for each in both[:4]],
    }


def test_dates_that_a_file_no_longer_lists_do_not_make_a_pattern() -> None:
    """The Monday that was moved to Tuesday is one date of the series, though the journal still has it on Monday."""
    memory = known_in_room(mondays=series("2027-03-01 09:00", 5))
    moved = ["2027-03-01 09:00", "2027-03-09 09:00", "2027-03-15 09:00", "2027-03-22 09:00", "2027-03-29 09:00"]
    assert held(moved, memory) == {"mondays": [each[5:] for each in moved]}


def test_what_was_planned_of_a_personal_room_reads_back_from_a_schedule_csv() -> None:
    listed = [row(None, "Anna's room", PERSONAL), *rows(weekly("2027-03-01 09:00", 5), number=PERSONAL)]
    listed += rows(weekly("2027-03-04 14:00", 4), number=PERSONAL)
    planned = meetings(reading(*listed))
    again = meetings(schedule_csv(*planned.values()))
    assert {key: replace(meeting, sources=()) for key, meeting in again.items()} == {
        key: replace(meeting, sources=()) for key, meeting in planned.items()
    }
    assert codes(schedule_csv(*planned.values()), reading(*listed)) == []


def test_topics_that_differ_by_a_hash_lose_no_row() -> None:
    found = meetings(
        reading(*rows(weekly("2027-03-01 09:00", 3), "a#b", PERSONAL), row("2027-03-02 12:00", "a b", PERSONAL))
    )
    assert sum(len(dates(meeting)) for meeting in found.values()) == 4


# Windows


def open_end(*readings, since: date = SINCE):
    schedule = assemble(readings, since)
    return [loss.feature for entry in schedule.entries.values() for loss in schedule.open_end(entry.meeting)]


@pytest.mark.parametrize(
    ("starts", "window", "losses"),
    [
        (weekly("2027-03-01 09:00", 5), ("03-01", "03-31"), ["series-open-end"]),
        (weekly("2027-03-01 09:00", 4), ("03-01", "03-31"), []),
        (weekly("2027-03-01 09:00", 4), ("03-01", "03-29"), []),
        (weekly("2027-03-01 09:00", 4), ("03-01", "03-28"), ["series-open-end"]),
        (["2027-03-30 09:00"], ("03-01", "03-31"), []),
        (["2027-03-01 09:00", "2027-03-11 15:00", "2027-03-31 09:00"], ("03-01", "03-31"), []),
    ],
)
def test_a_series_is_open_exactly_when_its_rule_would_go_on_after_the_window(starts, window, losses) -> None:
    assert open_end(reading(*rows(starts), window=window)) == losses


def test_a_series_that_the_next_file_does_not_go_on_with_has_ended() -> None:
    april = reading(row("2027-04-01 12:00", "Other", "80000000999"), path="april.csv", window=("04-01", "04-30"))
    assert open_end(reading(*MARCH), april) == []


def test_a_rule_that_would_have_gone_on_in_the_past_is_not_open() -> None:
    meeting = replace(series("2027-02-01 09:00", 3), singles=())
    schedule = assemble([reading(row("2027-03-01 12:00"))], day("03-01"))
    assert schedule.open_end(meeting) == ()


ALL_DAY = ["03-14 23:59", "03-15 00:00", "03-31 23:59", "04-01 00:00"]


def test_files_speak_for_no_day_before_since() -> None:
    schedule = assemble([reading(*MARCH)], day("03-15"))
    covered = [moment for moment in ALL_DAY if schedule.coverage.covers(at(f"2027-{moment}"))]
    assert covered == ["03-15 00:00", "03-31 23:59"]


def test_beside_exports_a_schedule_csv_does_not_say_that_the_rest_is_gone() -> None:
    corrected = schedule_csv(series("2027-03-01 09:00", 30), window=("03-01", "09-30"))
    assert not assemble([reading(*MARCH), corrected], SINCE).coverage.covers(at("2027-05-03 09:00"))
    assert assemble([replace_counts(corrected)], SINCE).coverage.covers(at("2027-05-03 09:00"))
