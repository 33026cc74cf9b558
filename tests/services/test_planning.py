"""plan: a schedule, the journal and the calendars compared."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from migrate.core import recurrence
from migrate.core.document import load_meeting
from migrate.core.meeting import Kind, Person
from migrate.shared.hosts import HostBook, load
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
    spoilt,
    weekly,
)
from tests.desk import Desk, actions, changes_nothing

KEY = f"number:{NUMBER}"
MARCH, APRIL = rows(weekly("2027-03-01 09:00", 5)), rows(weekly("2027-04-05 09:00", 4))
ENDLESS = replace(series("2027-03-01 09:00", 2), rrule="FREQ=WEEKLY;BYDAY=MO")
TENTH = "80000000210"


@pytest.fixture
def desk() -> Desk:
    return Desk()


def march(*meetings, **fields):
    return reading(*(meetings or MARCH), **fields)


def april(*meetings, **fields):
    return reading(*(meetings or APRIL), window=("04-01", "04-30"), path="april.csv", **fields)


def dates(desk: Desk) -> list[float]:
    """Return the instants in the journal under the usual key."""
    return [each.start.timestamp() for each in recurrence.dates(load_meeting(desk.bindings[KEY].meeting))]


def one(sealed):
    (change,) = sealed.plan.changes
    return change


# The three-way rule, through plan and apply


def test_a_first_plan_creates_and_a_second_one_changes_nothing(desk: Desk) -> None:
    sealed = desk.plan(march())
    assert actions(sealed) == {KEY: "create"}
    assert not desk.bindings
    desk.apply(sealed)
    assert changes_nothing(desk.plan(march()))


def test_what_only_the_export_changed_is_updated(desk: Desk) -> None:
    desk.migrate(march())
    renamed = march(*(replace(each, topic="Stand-up") for each in MARCH))
    assert actions(desk.plan(renamed)) == {KEY: "update"}
    desk.migrate(renamed)
    assert desk.summaries == ["Stand-up"]


def test_what_only_people_changed_is_kept_even_if_the_export_shall_win(desk: Desk) -> None:
    desk.migrate(march())
    desk.edit("SUMMARY:Standup", "SUMMARY:Coffee")
    change = one(desk.plan(march(), take=True))
    assert (change.action, change.why) == ("keep", "changed in the calendar by people; their change stays")


def test_what_both_changed_is_a_conflict_that_is_named(desk: Desk) -> None:
    desk.migrate(march())
    desk.edit("SUMMARY:Standup", "SUMMARY:Coffee")
    renamed = [replace(each, topic="Stand-up") for each in MARCH]
    sealed = desk.plan(march(*renamed))
    assert actions(sealed) == {KEY: "conflict"}
    (problem,) = sealed.plan.problems
    assert (problem.code, problem.severity, problem.path, problem.line) == ("conflict", "warning", "upcoming.csv", 2)
    desk.apply(sealed)
    assert desk.summaries == ["Coffee"]
    desk.migrate(march(*renamed), take=True)
    assert desk.summaries == ["Stand-up"]


def test_a_change_that_people_made_already_is_taken_over(desk: Desk) -> None:
    desk.migrate(march())
    desk.edit("SUMMARY:Standup", "SUMMARY:Stand-up")
    renamed = march(*(replace(each, topic="Stand-up") for each in MARCH))
    assert actions(desk.plan(renamed)) == {KEY: "adopt"}
    before = desk.texts
    desk.migrate(renamed)
    assert desk.texts == before
    assert changes_nothing(desk.plan(renamed))


def test_what_people_deleted_stays_deleted(desk: Desk) -> None:
    desk.migrate(march())
    desk.remove("Standup")
    change = one(desk.plan(march()))
    assert (change.action, change.why) == ("keep", "deleted in the calendar by people; their change stays")


def test_a_calendar_that_was_removed_is_written_again_if_the_export_shall_win(desk: Desk) -> None:
    desk.migrate(march())
    before = desk.texts
    desk.calendar.texts.clear()
    assert actions(desk.plan(march())) == {KEY: "keep"}
    assert actions(desk.plan(march(), take=True)) == {KEY: "create"}
    desk.migrate(march(), take=True)
    assert desk.texts.keys() == before.keys()
    assert desk.summaries == ["Standup"]


def test_without_a_journal_events_are_taken_over_with_their_uids_and_rooms(desk: Desk) -> None:
    desk.migrate(march(*MARCH, row("2027-03-03 12:00", "Review", TENTH)))
    before, known = desk.texts, desk.bindings
    lost = Desk(calendar=desk.calendar)
    sealed = lost.plan(march(*MARCH, row("2027-03-03 12:00", "Review", TENTH)))
    assert set(actions(sealed).values()) == {"adopt"}
    lost.apply(sealed)
    assert lost.texts == before
    assert {key: (each.uids, each.room) for key, each in lost.bindings.items()} == {
        key: (each.uids, each.room) for key, each in known.items()
    }


def test_without_a_journal_an_event_that_people_changed_is_a_conflict(desk: Desk) -> None:
    desk.migrate(march())
    desk.edit("SUMMARY:Standup", "SUMMARY:Coffee")
    lost = Desk(calendar=desk.calendar)
    assert actions(lost.plan(march())) == {KEY: "conflict"}
    assert actions(lost.plan(march(), take=True)) == {KEY: "update"}


# Windows and since


def test_a_week_later_with_the_past_rows_left_out_nothing_changes(desk: Desk) -> None:
    listed = [*MARCH, *rows(weekly("2027-03-02 14:00", 5), "Review", None), row("2027-03-03 12:00", "Once", TENTH)]
    listed += rows(["2027-03-02 10:00", "2027-03-17 16:00", "2027-03-25 11:00"], "Irregular", "80000000211")
    desk.migrate(march(*listed))
    for since in ("03-08", "03-15", "03-24", "03-30"):
        assert changes_nothing(desk.plan(march(*listed), since=day(since)))
        left = [each for each in listed if each.start.date() >= day(since)]
        assert changes_nothing(desk.plan(march(*left, window=(since, "03-31")), since=day(since)))


def test_a_week_later_two_patterns_in_a_personal_room_are_still_two(desk: Desk) -> None:
    listed = rows([*weekly("2027-03-01 09:00", 5), *weekly("2027-03-04 14:00", 4)], number=PERSONAL)
    desk.migrate(march(*listed))
    for since in ("03-08", "03-15", "03-22", "03-26", "03-29"):
        left = [each for each in listed if each.start.date() >= day(since)]
        assert changes_nothing(desk.plan(march(*left, window=(since, "03-31")), since=day(since)))


def test_a_week_later_what_is_left_of_a_series_without_a_number_is_still_that_series(desk: Desk) -> None:
    starts = ["2027-03-01 09:00", "2027-03-08 09:00", "2027-03-17 11:00", "2027-03-22 09:00", "2027-03-29 09:00"]
    listed = rows(starts, number=None)
    desk.migrate(march(*listed))
    sealed = desk.plan(march(*listed), since=day("03-16"))
    assert not sealed.plan.errors
    assert changes_nothing(sealed)


def test_a_later_month_of_another_meeting_without_a_number_is_refused_as_beside_the_first(desk: Desk) -> None:
    first, second = row("2027-03-17 09:00", number=None), row("2027-04-22 16:00", number=None)
    assert desk.plan(march(first), april(second)).plan.errors == 1
    desk.migrate(march(first))
    sealed = desk.plan(april(second))
    assert [problem.code for problem in sealed.plan.problems] == ["ambiguous-series"]
    assert changes_nothing(sealed)


def test_a_later_month_extends_the_series_and_keeps_its_event(desk: Desk) -> None:
    desk.migrate(march())
    known = desk.bindings[KEY]
    change = one(desk.plan(april()))
    assert (change.action, change.meeting.rrule) == ("update", "FREQ=WEEKLY;BYDAY=MO;COUNT=9")
    desk.migrate(april())
    assert desk.bindings[KEY].uids == known.uids
    for files in ((march(),), (april(),), (april(), march())):
        assert changes_nothing(desk.plan(*files))


def test_an_export_made_in_another_zone_speaks_for_the_days_of_that_zone(desk: Desk) -> None:
    """In Tokyo the last evening of March in Berlin is in April."""
    evenings = rows(weekly("2027-03-10 20:00", 6))
    desk.migrate(reading(*evenings, window=("03-01", "04-30")))
    seen = [
        replace(each, start=each.start.astimezone(ZoneInfo("Asia/Tokyo")), timezone="Asia/Tokyo") for each in evenings
    ]
    desk.migrate(march(*seen[:3], zone="Asia/Tokyo"))
    assert dates(desk) == [each.start.timestamp() for each in evenings]
    desk.migrate(march(*seen[:2], zone="Asia/Tokyo"))
    assert dates(desk) == [each.start.timestamp() for each in (*evenings[:2], *evenings[3:])]


def test_the_same_times_of_day_in_another_zone_are_a_warning_until_the_first_run_is_undone(desk: Desk) -> None:
    evenings = weekly("2027-03-03 20:00", 5)
    first = march(*rows(evenings, timezone="America/New_York"), zone="America/New_York")
    second = march(*rows(evenings))
    desk.migrate(first)
    assert not desk.plan(first).plan.problems
    (problem,) = desk.plan(second).plan.problems
    assert (problem.code, problem.path, problem.line) == ("zone-changed", "upcoming.csv", 2)
    desk.undo()
    assert not desk.plan(second).plan.problems
    desk.migrate(second)
    assert dates(desk) == [at(start).timestamp() for start in evenings]


def test_a_later_month_leaves_what_it_does_not_cover(desk: Desk) -> None:
    desk.migrate(march())
    sealed = desk.plan(april(row("2027-04-07 10:00", "Review", TENTH)), prune=True)
    assert actions(sealed) == {KEY: "keep", f"number:{TENTH}": "create"}
    assert [change.why for change in sealed.plan.changes] == ["outside the dates of these files", ""]


def test_a_correction_of_some_meetings_removes_no_dates_of_others(desk: Desk) -> None:
    desk.migrate(march(), april())
    corrected = schedule_csv(series("2027-03-03 12:00", 20, "Review", TENTH), window=("03-03", "07-31"))
    changes = actions(desk.plan(march(), corrected, prune=True))
    assert changes == {KEY: "keep", f"number:{TENTH}": "create"}


def test_a_rule_without_an_end_survives_a_monthly_file(desk: Desk) -> None:
    endless = series("2027-03-01 09:00", 1, rrule="FREQ=WEEKLY;BYDAY=MO", agenda="Talk")
    desk.migrate(schedule_csv(endless, window=None))
    assert changes_nothing(desk.plan(march()))
    assert changes_nothing(desk.plan(april()))
    change = one(desk.plan(march(*MARCH[:3])))
    assert (change.action, change.meeting.rrule) == ("update", "FREQ=WEEKLY;BYDAY=MO")
    assert change.meeting.exdates == (at("2027-03-22 09:00"), at("2027-03-29 09:00"))


def test_a_series_that_may_go_on_carries_that_loss_and_one_that_ended_does_not(desk: Desk) -> None:
    may = reading(row("2027-05-05 09:00", "Other", TENTH), window=("05-01", "05-31"), path="may.csv")
    for files, lost in (
        ([march()], ["series-open-end"]),
        ([march(), april()], ["series-open-end"]),
        ([may, april()], []),
    ):
        change = desk.plan(*files).plan.changes[0]
        assert (change.key, [loss.feature for loss in change.losses]) == (KEY, lost)


def test_an_extended_series_is_open_after_the_last_window_alone(desk: Desk) -> None:
    desk.migrate(march())
    ended = april(row("2027-04-05 09:00"))
    assert one(desk.plan(ended)).losses == ()
    assert one(desk.plan(april(row("2027-04-26 09:00")))).losses == ()
    losses = one(desk.plan(april(*rows(weekly("2027-04-05 09:00", 4))))).losses
    assert [loss.feature for loss in losses] == ["series-open-end"]


# What vanished


def test_what_vanished_is_kept_until_it_shall_be_pruned(desk: Desk) -> None:
    desk.migrate(march(*MARCH, row("2027-03-03 12:00", "Review", TENTH)))
    assert actions(desk.plan(march())) == {KEY: "keep", f"number:{TENTH}": "keep"}
    sealed = desk.plan(march(), prune=True)
    assert actions(sealed) == {KEY: "keep", f"number:{TENTH}": "delete"}
    desk.apply(sealed)
    assert desk.summaries == ["Standup"]
    assert changes_nothing(desk.plan(march(), prune=True))


def test_what_already_took_place_is_kept(desk: Desk) -> None:
    desk.migrate(march(*MARCH, row("2027-03-03 12:00", "Review", TENTH)))
    changes = {each.key: each for each in desk.plan(march(), since=day("03-04"), prune=True).plan.changes}
    assert changes[f"number:{TENTH}"].why == "already took place"


def test_what_vanished_is_pruned_only_where_a_file_speaks_for_it(desk: Desk) -> None:
    desk.migrate(march(), april())
    other = row("2027-04-07 10:00", "Review", TENTH)
    sealed = desk.plan(april(other), prune=True)
    change = next(change for change in sealed.plan.changes if change.key == KEY)
    assert (change.action, change.meeting.rrule) == ("update", "FREQ=WEEKLY;BYDAY=MO;COUNT=5")
    assert change.why == "no longer in the export; dates that these files do not cover stay"
    desk.apply(sealed)
    assert changes_nothing(desk.plan(april(other), prune=True))
    assert changes_nothing(desk.plan(march(), prune=True))


def test_what_took_place_stays_when_the_rest_is_pruned(desk: Desk) -> None:
    desk.migrate(march())
    other = row("2027-03-30 10:00", "Review", TENTH)
    sealed = desk.plan(march(other), since=day("03-10"), prune=True)
    change = next(change for change in sealed.plan.changes if change.key == KEY)
    assert (change.action, change.meeting.rrule) == ("update", "FREQ=WEEKLY;BYDAY=MO;COUNT=2")


def test_nothing_is_pruned_while_rows_cannot_be_read(desk: Desk) -> None:
    desk.migrate(march())
    irregular = rows(["2027-03-16 09:00", "2027-03-19 15:00"], "Chat", None)
    for since in ("02-01", "03-10"):
        (change,) = desk.plan(march(*irregular), since=day(since), prune=True).plan.changes
        assert change.why == "not found, but rows that cannot be read may be of it; nothing is pruned"


def test_a_row_that_cannot_be_read_takes_no_date_out_of_a_known_series(desk: Desk) -> None:
    desk.migrate(march())
    sealed = desk.plan(spoilt(march(), 4))
    assert changes_nothing(sealed)
    assert one(sealed).why == "dates that are not found stay: rows that cannot be read may be of them"


def test_beside_a_row_that_cannot_be_read_dates_are_added_and_changed(desk: Desk) -> None:
    desk.migrate(march(*MARCH[:4]))
    listed = [replace(MARCH[0], duration_minutes=90), *MARCH[1:]]
    sealed = desk.plan(spoilt(march(*listed), 4))
    desk.apply(sealed, partial=True)
    assert one(sealed).why == "dates that are not found stay: rows that cannot be read may be of them"
    assert dates(desk) == [each.start.timestamp() for each in MARCH]
    assert changes_nothing(desk.plan(march(*listed)))
    assert one(desk.plan(march(*listed[:4]))).action == "update"


def test_beside_a_file_with_such_a_row_another_one_still_tells_what_is_gone(desk: Desk) -> None:
    desk.migrate(march(), april())
    sealed = desk.plan(spoilt(march(), 4), april(*APRIL[:3]))
    assert one(sealed).why == "dates that are not found stay: rows that cannot be read may be of them"
    desk.apply(sealed, partial=True)
    assert dates(desk) == [each.start.timestamp() for each in (*MARCH, *APRIL[:3])]


def users(*meetings):
    listed = reading(*meetings, kind="users", rank=10, by_rows=False, window=None, path="users.csv")
    return replace(listed, date_order=None)


@pytest.mark.parametrize("guesses", [False, True])
def test_a_row_that_cannot_be_read_in_a_file_without_dates_to_come_hides_none(desk: Desk, guesses: bool) -> None:
    desk.migrate(march(), april())
    pair = rows(["2026-11-02 09:00", "2026-11-09 09:00"], "Past", TENTH, kind=Kind.SERIES)
    rooms = [row(None, "Anna's room", PERSONAL), row(None, "Ben's room", "8000000302")]
    listed = reading(*pair, guesses=True, path="history.csv") if guesses else users(*rooms)
    broken = spoilt(listed, 3)
    moved = march(*MARCH[:4])
    sealed = desk.plan(moved, broken)
    assert (actions(sealed)[KEY], sealed.plan.errors) == ("update", 1)
    other = march(row("2027-03-30 10:00", "Review", TENTH))
    assert actions(desk.plan(other, broken, prune=True))[KEY] == "update"


def test_a_schedule_csv_beside_such_a_file_does_not_tell_what_is_gone(desk: Desk) -> None:
    desk.migrate(march())
    corrected = schedule_csv(series("2027-03-03 12:00", 20, "Review", TENTH), window=("03-03", "07-31"))
    assert actions(desk.plan(spoilt(march(), 4), corrected))[KEY] == "keep"


def test_a_correction_that_cannot_be_read_gives_no_date_up_to_an_export(desk: Desk) -> None:
    corrected = schedule_csv(series("2027-03-02 09:00", 5), series("2027-03-03 12:00", 20, "Review", TENTH))
    desk.migrate(march(), corrected)
    known = dates(desk)
    sealed = desk.plan(march(), spoilt(corrected, 2))
    desk.apply(sealed, partial=True)
    assert set(known) <= set(dates(desk))


def test_a_row_that_cannot_be_read_takes_no_date_out_of_a_rule_without_an_end(desk: Desk) -> None:
    desk.migrate(schedule_csv(series("2027-03-01 09:00", 1, rrule="FREQ=WEEKLY;BYDAY=MO"), window=None))
    assert changes_nothing(desk.plan(spoilt(march(), 4)))


def test_a_vanished_meeting_that_people_changed_is_a_conflict(desk: Desk) -> None:
    desk.migrate(march(*MARCH, row("2027-03-03 12:00", "Review", TENTH)))
    desk.edit("SUMMARY:Review", "SUMMARY:Retrospective")
    assert actions(desk.plan(march(), prune=True))[f"number:{TENTH}"] == "conflict"


def test_a_room_has_no_last_date_and_is_never_pruned(desk: Desk) -> None:
    desk.migrate(march(*MARCH, row(None, "Anna's room", PERSONAL)))
    assert actions(desk.plan(march(), prune=True))[f"number:{PERSONAL}"] == "keep"


# Rooms


def test_a_deleted_meeting_that_comes_back_has_its_old_room(desk: Desk) -> None:
    both = [*MARCH, row("2027-03-03 12:00", "Review", TENTH)]
    desk.migrate(march(*both))
    room = desk.bindings[f"number:{TENTH}"].room
    desk.migrate(march(), prune=True)
    changes = {each.key: each for each in desk.plan(march(*both)).plan.changes}
    assert (changes[f"number:{TENTH}"].action, changes[f"number:{TENTH}"].room) == ("create", room)


def test_a_new_topic_does_not_change_a_readable_room_name() -> None:
    desk = Desk(names="slug")
    desk.migrate(march())
    room = desk.bindings[KEY].room
    assert "standup" in room.name
    desk.migrate(march(*(replace(each, topic="Stand-up") for each in MARCH)))
    assert desk.bindings[KEY].room == room


def test_a_server_with_a_new_name_has_the_same_rooms(desk: Desk) -> None:
    desk.migrate(march())
    name = desk.bindings[KEY].room.name
    moved = Desk(calendar=desk.calendar, journal=desk.journal, server="https://video.example.org", ids=desk.ids)
    assert actions(moved.plan(march())) == {KEY: "update"}
    moved.migrate(march())
    assert moved.bindings[KEY].room.url == f"https://video.example.org/{name}"


def test_meetings_in_a_personal_room_share_its_link_and_stay_events(desk: Desk) -> None:
    listed = [row(None, "Anna's room", PERSONAL), *rows(weekly("2027-03-01 09:00", 5), number=PERSONAL)]
    desk.migrate(march(*listed, *rows(weekly("2027-03-04 14:00", 4), number=PERSONAL)))
    assert len({each.room for each in desk.bindings.values()}) == 1
    assert sorted(len(each.uids) for each in desk.bindings.values()) == [0, 1, 1]


def test_a_pattern_in_a_personal_room_that_moved_keeps_its_event(desk: Desk) -> None:
    thursdays = rows(weekly("2027-03-04 14:00", 4), number=PERSONAL)
    desk.migrate(march(*rows(weekly("2027-03-01 09:00", 5), number=PERSONAL), *thursdays))
    uids = {key: each.uids for key, each in desk.bindings.items()}
    moved = march(*rows(weekly("2027-03-02 09:00", 5), number=PERSONAL), *thursdays)
    assert sorted(actions(desk.plan(moved)).values()) == ["keep", "update"]
    desk.migrate(moved)
    assert {key: each.uids for key, each in desk.bindings.items()} == uids
    assert changes_nothing(desk.plan(moved))


# Names


@pytest.mark.parametrize(
    "earlier",
    [
        [replace(each, number=None) for each in MARCH],
        [replace(each, number=None, host=Person("Anna Meier")) for each in MARCH],
        [replace(each, number=None, uuid=UUID, topic="Other") for each in MARCH],
    ],
)
def test_a_later_export_that_brings_the_number_finds_room_and_event(desk: Desk, earlier) -> None:
    desk.migrate(march(*earlier))
    (key,) = desk.bindings
    known = desk.bindings[key]
    numbered = april(*(replace(each, uuid=UUID) for each in APRIL))
    for _ in range(2):
        desk.migrate(numbered)
        assert {(each.room, each.uids) for each in desk.bindings.values()} == {(known.room, known.uids)}
    assert changes_nothing(desk.plan(numbered))
    assert len(desk.texts["anna@example.org"]) == 1


def test_a_later_export_without_the_number_finds_them_too(desk: Desk) -> None:
    desk.migrate(march())
    assert changes_nothing(desk.plan(march(*(replace(each, number=None) for each in MARCH))))


def test_an_alias_survives_deletion(desk: Desk) -> None:
    other = row("2027-03-05 12:00", "Other", TENTH)
    desk.migrate(march(*(replace(each, number=None) for each in MARCH), other))
    desk.migrate(march(*MARCH, other))
    room = {each.room.url for each in desk.bindings.values()}
    desk.migrate(march(other), prune=True)
    assert len(desk.bindings) == 1
    desk.migrate(march(*MARCH, other))
    assert {each.room.url for each in desk.bindings.values()} == room


# What else goes into a change


def test_a_host_is_completed_from_the_host_book() -> None:
    book = load("zoom_name,zoom_id,zoom_email,account,calendar_url\nAnna Meier,,anna@example.org,anna,\n", "hosts.csv")
    sealed = Desk(hosts=book).plan(march(*(replace(each, host=Person("Anna Meier")) for each in MARCH)))
    assert one(sealed).meeting.host == replace(ANNA, account="anna")
    assert one(sealed).event.collection == "anna@example.org"


NAMESAKES = """zoom_name,zoom_id,zoom_email,account,calendar_url
Anna Meier,,anna@example.org,{},
Anna Meier,,am@example.org,,
"""


@pytest.mark.parametrize("told", [Person(), Person("Anna Meier")])
def test_an_export_that_tells_less_of_the_host_takes_no_meeting_away(told: Person) -> None:
    desk = Desk(hosts=load(NAMESAKES.format("anna"), "hosts.csv"))
    desk.migrate(march())
    later = april(*(replace(each, host=told) for each in APRIL))
    change = one(desk.plan(later))
    assert (change.meeting.host, change.event.collection) == (replace(ANNA, account="anna"), "anna@example.org")
    assert change.meeting.rrule == "FREQ=WEEKLY;BYDAY=MO;COUNT=9"
    desk.migrate(later)
    assert changes_nothing(desk.plan(later))


@pytest.mark.parametrize("told", [Person(), Person("Anna Meier"), ANNA])
def test_an_account_that_is_emptied_in_the_host_book_does_not_stay(told: Person) -> None:
    desk = Desk(hosts=load(NAMESAKES.format("anna"), "hosts.csv"))
    desk.migrate(march())
    desk.hosts = load(NAMESAKES.format(""), "hosts.csv")
    assert one(desk.plan(april(*(replace(each, host=told) for each in APRIL)))).meeting.host == ANNA


def test_an_export_that_names_another_address_gives_the_meeting_to_another_host(desk: Desk) -> None:
    desk.migrate(march())
    change = one(desk.plan(april(*(replace(each, host=BEN) for each in APRIL))))
    assert (change.meeting.host, change.event.collection) == (BEN, "ben@example.org")


def test_a_webinar_is_a_named_loss_and_stays_in_the_plan(desk: Desk) -> None:
    change = one(desk.plan(march(row("2027-03-01 09:00", kind=Kind.WEBINAR, features=("passcode",)))))
    assert (change.action, change.meeting.kind) == ("create", Kind.WEBINAR)
    assert [loss.feature for loss in change.losses] == ["passcode", "webinar"]
    assert change.meeting.features == ("passcode",)


def test_a_webinar_is_still_a_loss_when_a_later_export_does_not_tell_kinds(desk: Desk) -> None:
    desk.migrate(march(*(replace(each, kind=Kind.WEBINAR) for each in MARCH)))
    change = one(desk.plan(april()))
    assert (change.action, change.meeting.kind) == ("update", Kind.WEBINAR)
    assert "webinar" in [loss.feature for loss in change.losses]
    desk.migrate(april())
    assert changes_nothing(desk.plan(april()))


def test_a_feature_that_is_lost_anyway_changes_nothing(desk: Desk) -> None:
    desk.migrate(march())
    sealed = desk.plan(march(*(replace(each, features=("passcode",)) for each in MARCH)))
    assert changes_nothing(sealed)
    assert [loss.feature for loss in one(sealed).losses] == ["passcode", "series-open-end"]


def test_assumptions_are_carried(desk: Desk) -> None:
    text = "lasts 60 minutes, as the file has no duration"
    change = one(desk.plan(march(*(replace(each, assumptions=(text,)) for each in MARCH))))
    assert change.meeting.assumptions == (text,)
    desk.migrate(march())
    assert changes_nothing(desk.plan(march(*(replace(each, assumptions=(text,)) for each in MARCH))))


def test_a_room_has_no_event(desk: Desk) -> None:
    change = one(desk.plan(march(row(None, "Anna's room", PERSONAL))))
    assert (change.event, change.meeting.kind) == (None, Kind.ROOM)


def test_the_sequence_of_an_event_grows_above_that_in_the_calendar(desk: Desk) -> None:
    desk.migrate(march())
    assert one(desk.plan(march())).event.sequence == 0
    desk.edit("SEQUENCE:0", "SEQUENCE:7")
    assert changes_nothing(desk.plan(march()))
    assert one(desk.plan(march(*(replace(each, topic="New") for each in MARCH)))).event.sequence == 8


def test_every_row_of_every_file_is_in_the_plan(desk: Desk) -> None:
    files = [march(), march(*MARCH[2:], *APRIL, path="b.csv", window=("03-15", "04-30"))]
    sealed = desk.plan(*files, since=day("03-08"))
    assert settled(*files)
    assert [item["rows"]["merged"] for item in sealed.document["inputs"]] == [0, 3]
    assert [item["rows"]["before_since"] for item in sealed.document["inputs"]] == [1, 0]


# The safety limit


def ten(changed: int):
    names = ["New"] * changed + ["Old"] * (10 - changed)
    return march(*(row("2027-03-01 09:00", name, f"8000000{number:04}") for number, name in enumerate(names)))


@pytest.mark.parametrize(("changed", "exceeded"), [(3, False), (4, True)])
def test_over_thirty_of_a_hundred_changes_are_too_many(desk: Desk, changed: int, exceeded: bool) -> None:
    desk.migrate(ten(0))
    limit = desk.plan(ten(changed)).plan.limit
    assert (limit.journalled, limit.changing, limit.exceeded) == (10, changed, exceeded)


def test_of_fewer_than_ten_all_may_change(desk: Desk) -> None:
    desk.migrate(march())
    assert not desk.plan(march(*(replace(each, topic="New") for each in MARCH))).plan.limit.exceeded


def test_an_event_that_the_journal_does_not_know_is_none_of_those_that_change(desk: Desk) -> None:
    desk.migrate(ten(0))
    desk.edit("SUMMARY:Old", "SUMMARY:Mine")
    lost = Desk(calendar=desk.calendar)
    assert lost.plan(ten(0), take=True).plan.limit.changing == 0


def test_new_meetings_are_never_too_many(desk: Desk) -> None:
    desk.migrate(ten(0))
    more = march(*(row("2027-03-02 09:00", "More", f"8111111{number:04}") for number in range(50)))
    assert not desk.plan(ten(0), more).plan.limit.exceeded


def test_a_source_that_has_no_meetings_any_more_is_too_much(desk: Desk) -> None:
    empty = reading()
    assert not desk.plan(empty).plan.limit.exceeded
    desk.migrate(march())
    limit = desk.plan(march(), empty).plan.limit
    assert (limit.exceeded, limit.emptied) == (True, ("empty.csv",))


@pytest.mark.parametrize(("known", "emptied"), [(march(), False), (april(), True), (schedule_csv(ENDLESS), True)])
def test_an_empty_file_had_meetings_only_if_some_are_known_on_its_dates(desk: Desk, known, emptied: bool) -> None:
    desk.migrate(known)
    assert bool(desk.plan(march(), reading(window=("04-01", "04-30"))).plan.limit.emptied) == emptied


def test_an_empty_file_whose_dates_are_over_or_that_has_none_is_no_emptied_source(desk: Desk) -> None:
    desk.migrate(march())
    assert not desk.plan(reading(), since=day("04-01")).plan.limit.emptied
    assert not desk.plan(march(), users()).plan.limit.emptied


def test_an_empty_file_that_does_not_say_what_it_covers_may_have_had_them_all(desk: Desk) -> None:
    desk.migrate(march())
    assert desk.plan(reading(window=None)).plan.limit.emptied


def test_a_file_whose_rows_are_all_past_is_not_empty(desk: Desk) -> None:
    desk.migrate(march())
    assert not desk.plan(march(), since=day("12-01")).plan.limit.exceeded


def test_an_unknown_host_goes_into_a_calendar_of_their_own(desk: Desk) -> None:
    sealed = desk.plan(march(row("2027-03-01 09:00", host=Person()), row("2027-03-01 09:00", "Bens", TENTH, host=BEN)))
    assert [change.event.collection for change in sealed.plan.changes] == ["nobody", "ben@example.org"]


def test_a_person_that_two_rows_of_the_host_book_name_stays_unknown() -> None:
    assert HostBook().join(ANNA) == ANNA
