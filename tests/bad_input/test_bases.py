"""What is spoilt elsewhere is good here: else nothing that is said of spoilt files would mean much."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

import pytest

from migrate.core.document import meeting_from_json
from migrate.core.meeting import Meeting, Occurrence
from migrate.core.recurrence import dates, is_bounded
from tests.bad_input.bases import LAYOUTS, bases, plan
from tests.bad_input.cases import MUTATIONS, NUMBER, case
from tests.bad_input.organisation import UUID, meetings, organisation
from tests.bad_input.sheet import Sheet

Dates = dict[str, list[tuple[float, int | None, str]]]

MEETINGS = 17
"""The five of the personal room have one number."""
DEFAULT_MINUTES = 60


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


def test_every_mutation_is_tried_alone_and_with_others() -> None:
    chains = [case(number).mutations for number in range(NUMBER)]
    alone = Counter(chain[0] for chain in chains if len(chain) == 1)
    together = Counter(name for chain in chains if len(chain) == 2 for name in chain)
    names = {mutation.__name__ for mutation in MUTATIONS}
    assert len(names) == len(MUTATIONS)
    assert min(alone[name] for name in names) > 10
    assert min(together[name] for name in names) > 10
    assert together.total() == 2 * (NUMBER - alone.total()) > NUMBER // 2


def told(held: Iterable[Meeting]) -> dict[tuple[str | None, str], list[Occurrence]]:
    bounded = (meeting for meeting in held if is_bounded(meeting.rrule or "COUNT=1"))
    return {(meeting.number, meeting.topic): list(dates(meeting)) for meeting in bounded}


def base(name: str) -> Sheet:
    return next(each for each in bases() if each.name == name)
