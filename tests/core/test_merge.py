"""Many records of one meeting become one, and contradictions show both sides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrate.core.meeting import Meeting, Override, Person
from migrate.core.merge import contradicting_rows, contradictions, merge, merge_people, place
from migrate.core.problem import Severity
from tests.builders import ANNA, BEN, at, row, rows, series, weekly

BEST = replace(row("2027-03-01 09:00"), sources=("schedule.csv:2",))
OTHER = replace(BEST, sources=("upcoming.csv:7",))


def test_one_record_is_itself() -> None:
    assert merge([BEST]) is BEST


def test_the_first_wins_and_the_others_fill_its_gaps() -> None:
    rich = replace(OTHER, topic="Other", agenda="Talk", uuid="u", attendees=(BEN,), features=("passcode",))
    merged = merge([BEST, rich])
    assert merged == replace(
        BEST, agenda="Talk", uuid="u", attendees=(BEN,), features=("passcode",), sources=(*BEST.sources, *OTHER.sources)
    )


def test_the_number_may_come_from_a_weaker_source() -> None:
    assert merge([replace(BEST, number=None), OTHER]).number == OTHER.number


@pytest.mark.parametrize(
    ("people", "merged"),
    [
        ([Person("Anna Meier"), ANNA], ANNA),
        ([Person(email="ANNA@example.org"), ANNA], Person("Anna Meier", "ANNA@example.org")),
        ([Person("Anna Meier"), BEN], Person("Anna Meier")),
        ([ANNA, Person("A. Meier", "anna@example.org", "anna")], replace(ANNA, account="anna")),
        ([Person(), ANNA], ANNA),
        ([], Person()),
    ],
)
def test_people_are_completed_and_never_mixed(people: list[Person], merged: Person) -> None:
    assert merge_people(people) == merged


def test_records_that_agree_do_not_contradict() -> None:
    same = replace(OTHER, topic=" STANDUP ", start=at("2027-03-01 08:00", "UTC"))
    assert list(contradictions(BEST, same)) == []


def test_an_empty_field_contradicts_nothing() -> None:
    assert list(contradictions(BEST, replace(OTHER, host=Person(), start=None, duration_minutes=None))) == []


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (replace(OTHER, topic="Sit-down"), "topic: “Sit-down” here, “Standup” in schedule.csv:2, which was believed"),
        (
            replace(OTHER, start=at("2027-03-01 10:00")),
            "start: “2027-03-01T10:00:00+01:00” here, “2027-03-01T09:00:00+01:00” in schedule.csv:2,"
            " which was believed",
        ),
        (
            replace(OTHER, host=BEN),
            "host: “Ben Okafor <ben@example.org>” here, “Anna Meier <anna@example.org>” in schedule.csv:2,"
            " which was believed",
        ),
        (
            replace(OTHER, duration_minutes=45),
            "duration: “45 minutes” here, “30 minutes” in schedule.csv:2, which was believed",
        ),
    ],
)
def test_a_contradiction_shows_both_sides_and_their_places(other: Meeting, message: str) -> None:
    (problem,) = contradictions(BEST, other)
    assert (problem.code, problem.severity) == ("contradiction", Severity.INFO)
    assert (problem.message, problem.path, problem.line) == (message, "upcoming.csv", 7)


@pytest.mark.parametrize("host", [Person("Anna Meier"), Person("A. Meier", "anna@example.org"), Person(account="anna")])
def test_a_host_who_may_be_the_same_is_no_contradiction(host: Person) -> None:
    assert list(contradictions(BEST, replace(OTHER, host=host))) == []


def test_the_hour_that_a_clock_shows_twice_is_two_times() -> None:
    first, second = at("2027-10-31 02:30"), at("2027-10-31 02:30").replace(fold=1)
    assert first == second
    (problem,) = contradictions(replace(BEST, start=first), replace(OTHER, start=second))
    assert "+02:00" in problem.message
    assert "+01:00" in problem.message


WHOLE = replace(series("2027-03-01 09:00", 4), sources=("schedule.csv:2",))


def sourced(records: list[Meeting]) -> list[Meeting]:
    return [replace(each, sources=(f"upcoming.csv:{line}",)) for line, each in enumerate(records, start=2)]


def test_rows_that_are_dates_of_the_whole_meeting_agree_with_it() -> None:
    assert list(contradicting_rows(WHOLE, sourced(rows(weekly("2027-03-08 09:00", 2))))) == []


def test_rows_agree_with_a_date_that_was_changed() -> None:
    moved = Override(at("2027-03-08 09:00"), at("2027-03-09 11:00"), 45, "Special")
    changed = replace(WHOLE, overrides=(moved,))
    assert list(contradicting_rows(changed, sourced([row("2027-03-09 11:00", "Special", duration_minutes=45)]))) == []
    problems = contradicting_rows(changed, sourced([row("2027-03-08 09:00")]))
    assert [problem.message.partition(":")[0] for problem in problems] == ["start"]


def test_of_many_rows_that_contradict_the_first_is_shown_for_each_field() -> None:
    off = rows(weekly("2027-03-01 10:00", 3), "Sit-down")
    problems = list(contradicting_rows(WHOLE, sourced(off)))
    assert [(problem.message.partition(":")[0], problem.line) for problem in problems] == [("start", 2), ("topic", 2)]
    assert "FREQ=WEEKLY;BYDAY=MO;COUNT=4" in problems[0].message


def test_rows_are_compared_with_a_series_that_has_no_end() -> None:
    endless = replace(WHOLE, rrule="FREQ=WEEKLY;BYDAY=MO")
    assert list(contradicting_rows(endless, sourced(rows(weekly("2027-03-08 09:00", 2))))) == []
    assert len(list(contradicting_rows(endless, sourced([row("2028-01-04 09:00")])))) == 1


def test_rows_without_a_date_contradict_no_date() -> None:
    endless = replace(WHOLE, rrule="FREQ=WEEKLY;BYDAY=MO")
    assert list(contradicting_rows(endless, sourced([row(None)]))) == []


def test_a_record_knows_its_place() -> None:
    assert place(replace(BEST, sources=(r"C:\exports\a:b.csv:12", "x.csv:3"))) == (r"C:\exports\a:b.csv", 12)
    assert place(replace(BEST, sources=())) == ("", None)
