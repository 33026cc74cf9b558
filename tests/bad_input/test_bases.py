"""What is spoilt elsewhere is good here: else nothing that is said of spoilt files would mean much."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from random import Random

import pytest

from migrate.core.document import meeting_from_json
from migrate.core.meeting import Meeting, Occurrence
from migrate.core.recurrence import dates, is_bounded
from tests.bad_input import past_oracle, unfit_oracle
from tests.bad_input.bases import LAYOUTS, bases, plan
from tests.bad_input.blocks import BLOCKS, forget_who_the_host_was
from tests.bad_input.cases import BASES, MUTATIONS, NUMBER, case
from tests.bad_input.organisation import UUID, meetings, organisation
from tests.bad_input.past import GOES_ON, VISITOR, pasts
from tests.bad_input.sheet import Sheet
from tests.bad_input.unfit import unfit

Dates = dict[str, list[tuple[float, int | None, str]]]

MEETINGS = 17
"""The five of the personal room have one number."""
DEFAULT_MINUTES = 60
LATER = datetime(2027, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_tells_the_same_meetings(name: str) -> None:
    planned = plan(base(name).data())
    assert planned["summary"]["problems"]["error"] == 0
    assert len(planned["changes"]) == MEETINGS
    is_timed = {"duration", "end"} & {*base(name).fields}
    found: Dates = defaultdict(list)
    for meeting in (meeting_from_json(change["meeting"]) for change in planned["changes"]):
        told = [(date.start.timestamp(), date.duration_minutes, date.topic) for date in dates(meeting)]
        found[meeting.number or meeting.uuid or ""] += told
    held: Dates = defaultdict(list)
    for each in organisation():
        minutes = each.minutes if is_timed else DEFAULT_MINUTES
        held[each.number] += [(each.start.timestamp(), minutes, each.topic)] if each.start else []
    assert {key: sorted(told) for key, told in found.items()} == held
    assert {"", UUID} < held.keys()


def test_the_schedule_tells_the_meetings_that_were_written() -> None:
    planned = [meeting_from_json(change["meeting"]) for change in plan(base("schedule").data())["changes"]]
    assert told(planned) == told(meetings())
    assert len(planned) == len(meetings()) == 10


def test_every_row_knows_its_meeting() -> None:
    for each in bases():
        if "upcoming_events" not in each.name:
            assert all(row.key for row in each.rows)


def test_a_case_is_the_same_every_time() -> None:
    assert [case(number).data for number in range(50)] == [case(number).data for number in range(50)]


def test_past_meetings_make_likely_what_goes_on() -> None:
    for each in pasts():
        changes = past_oracle.plan(each)["changes"]
        assert all(change["guess"] for change in changes)
        likely = [meeting_from_json(change["meeting"]) for change in changes]
        assert {f"number:{meeting.number}": _next(meeting) for meeting in likely} == GOES_ON, each.name
        assert not any(VISITOR in str(meeting.host) or meeting.attendees for meeting in likely)


@pytest.mark.parametrize("seed", range(4))
def test_nobody_who_was_in_a_meeting_is_its_host_where_a_column_of_the_host_is_gone(seed: int) -> None:
    for each in (sheet.copy() for sheet in pasts() if "person" in sheet.fields):
        forget_who_the_host_was(each, Random(seed))
        changes = past_oracle.plan(each)["changes"]
        assert {change["key"] for change in changes} == GOES_ON.keys()
        assert VISITOR.casefold() not in str([change["meeting"]["host"] for change in changes]).casefold()


def test_every_header_of_past_meetings_and_of_people_is_counted_as_one() -> None:
    for each in pasts():
        people = sum(row.cells[:1] in (["Name (original name)"], ["Name (Original Name)"]) for row in each.rows)
        again = sum(row.is_header for row in each.rows)
        assert past_oracle.plan(each)["inputs"][0]["rows"]["header"] == 1 + again + people, each.name


@pytest.mark.parametrize("each", unfit(), ids=lambda each: each.name)
def test_what_is_no_schedule_is_not_thought_to_be_one(each: Sheet) -> None:
    assert not unfit_oracle.may_be_read(each)


def test_past_meetings_are_not_thought_to_be_a_schedule() -> None:
    assert not any(map(unfit_oracle.may_be_read, pasts()))
    assert all(map(unfit_oracle.may_be_read, bases()))


def test_every_file_is_spoilt_and_every_mutation_is_tried_alone_and_with_others() -> None:
    cases = [case(number) for number in range(NUMBER)]
    spoilt = Counter((each.base.kind, each.base.name) for each in cases)
    assert all(spoilt[kind, sheet.name] > 10 for kind, sheets in BASES.items() for sheet in sheets())
    alone = Counter(each.mutations[0] for each in cases if each.is_single)
    together = Counter(name for each in cases if not each.is_single for name in each.mutations)
    names = {mutation.__name__ for mutation in (*MUTATIONS, *BLOCKS)}
    assert len(names) == len(MUTATIONS) + len(BLOCKS)
    assert min(alone[name] for name in names) > 2
    assert min(together[name] for name in names) > 2
    assert together.total() == 2 * (NUMBER - alone.total()) > NUMBER // 2


def told(held: Iterable[Meeting]) -> dict[tuple[str | None, str], list[Occurrence]]:
    bounded = (meeting for meeting in held if is_bounded(meeting.rrule or "COUNT=1"))
    return {(meeting.number, meeting.topic): list(dates(meeting)) for meeting in bounded}


def _next(meeting: Meeting) -> tuple[int | None, *tuple[str, ...]]:
    first = [date.start for _, date in zip(range(3), dates(meeting, LATER), strict=False)]
    return meeting.duration_minutes, *(f"{start:%Y-%m-%d %H:%M}" for start in first)


def base(name: str) -> Sheet:
    return next(each for each in bases() if each.name == name)
