"""The text of rules: what is relied on and what is refused, with the reason."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrate.core.rules import check_length, check_rule, is_bounded, local_dates, until

GOOD = [
    "FREQ=DAILY",
    "FREQ=WEEKLY;BYDAY=MO,WE;INTERVAL=2;WKST=SU;COUNT=5",
    "COUNT=3;FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=MONTHLY;BYDAY=2TU,-1FR",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=YEARLY;BYDAY=20MO;UNTIL=20270331T215900Z",
    "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
    "FREQ=YEARLY;BYYEARDAY=-1",
    "FREQ=DAILY;BYHOUR=9,14;BYMINUTE=0;BYSECOND=0",
]

BAD = {
    "": "FREQ must be",
    "FREQ=HOURLY": "FREQ must be one of DAILY, WEEKLY, MONTHLY, YEARLY",
    "freq=daily": "FREQ must be",
    "RRULE:FREQ=DAILY": "FREQ must be",
    "FREQ=DAILY;": "'' is not a part",
    "FREQ=DAILY;X-NOTE=1": "'X-NOTE' is not a part",
    "FREQ=DAILY;BYEASTER=0": "'BYEASTER' is not a part",
    "FREQ=DAILY;COUNT=2;COUNT=3": "twice",
    "FREQ=DAILY;COUNT=2;UNTIL=20270331T215900Z": "both COUNT and UNTIL",
    "FREQ=DAILY;COUNT=0": "COUNT must be 1 to 9999",
    "FREQ=DAILY;COUNT=": "COUNT must be",
    "FREQ=DAILY;COUNT=+3": "COUNT must be",
    "FREQ=DAILY;COUNT=1,2": "COUNT must be",
    "FREQ=DAILY;COUNT=10000": "COUNT must be",
    "FREQ=DAILY;COUNT=٣": "COUNT must be",
    "FREQ=DAILY;COUNT=" + "9" * 5000: "COUNT must be",
    "FREQ=DAILY;INTERVAL=-1": "INTERVAL must be",
    "FREQ=DAILY;INTERVAL=1.5": "INTERVAL must be",
    "FREQ=DAILY;UNTIL=20270331": "UNTIL must be a UTC time",
    "FREQ=DAILY;UNTIL=20270331T215900": "UNTIL must be a UTC time",
    "FREQ=DAILY;UNTIL=20270231T215900Z": "UNTIL must be a UTC time",
    "FREQ=WEEKLY;BYDAY=MON": "'MON', which is not a weekday",
    "FREQ=WEEKLY;BYDAY=MO,": "'', which is not a weekday",
    "FREQ=WEEKLY;BYDAY=1MO": "numbered weekdays are for months and years",
    "FREQ=MONTHLY;BYDAY=6MO": "numbered weekdays are 1 to 5",
    "FREQ=MONTHLY;BYDAY=0MO": "numbered weekdays are 1 to 5",
    "FREQ=WEEKLY;BYMONTHDAY=1": "BYMONTHDAY does not go with FREQ=WEEKLY",
    "FREQ=DAILY;BYMONTHDAY=29;BYMONTH=2;BYDAY=MO": "BYMONTHDAY does not go with FREQ=DAILY",
    "FREQ=MONTHLY;BYMONTHDAY=0": "BYMONTHDAY must be 1 to 31",
    "FREQ=MONTHLY;BYMONTHDAY=-32": "BYMONTHDAY must be 1 to 31",
    "FREQ=MONTHLY;BYYEARDAY=1": "BYYEARDAY does not go with",
    "FREQ=YEARLY;BYMONTH=13": "BYMONTH must be 1 to 12",
    "FREQ=YEARLY;BYMONTH=-1": "BYMONTH must be 1 to 12",
    "FREQ=YEARLY;BYMONTH=2,4;BYMONTHDAY=31": "no month",
    "FREQ=YEARLY;BYWEEKNO=20": "BYWEEKNO needs BYDAY",
    "FREQ=YEARLY;BYWEEKNO=20;BYDAY=2MO": "BYWEEKNO needs BYDAY",
    "FREQ=MONTHLY;BYSETPOS=1": "BYSETPOS needs",
    "FREQ=DAILY;BYHOUR=9;BYSETPOS=2": "BYSETPOS does not go with FREQ=DAILY",
    "FREQ=DAILY;BYHOUR=24": "BYHOUR must be 0 to 23",
    "FREQ=DAILY;BYHOUR=9,14;BYMINUTE=" + ",".join(map(str, range(13))): "more than 24 times a day",
    "FREQ=WEEKLY;WKST=XX": "WKST must be",
    "FREQ=DAILY\nCOUNT=2": "FREQ must be",
}


@pytest.mark.parametrize("rrule", GOOD)
def test_a_good_rule_has_no_fault_and_gives_a_date(rrule: str) -> None:
    assert check_rule(rrule) is None
    assert next(local_dates(rrule, datetime(2027, 1, 1, 9)))


@pytest.mark.parametrize(("rrule", "reason"), BAD.items(), ids=[rrule[:40] for rrule in BAD])
def test_a_bad_rule_is_refused_with_the_reason(rrule: str, reason: str) -> None:
    assert reason in (check_rule(rrule) or "")


names = st.sampled_from(
    ["FREQ", "COUNT", "UNTIL", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST", "X"]
)
values = st.sampled_from(
    ["DAILY", "WEEKLY", "MONTHLY", "YEARLY", "MO", "-1FR,2TU", "0", "1", "31", "-1", ""]
) | st.text(max_size=5)
texts = st.lists(st.tuples(names, values).map("=".join), max_size=5).map(";".join)


@settings(deadline=None)
@given(st.text() | texts | texts.map("FREQ=MONTHLY;".__add__))
def test_any_text_is_either_refused_or_gives_dates(rrule: str) -> None:
    if check_rule(rrule) is None:
        list(islice(local_dates(rrule, datetime(2027, 1, 1, 9)), 3))


@pytest.mark.parametrize(
    ("rrule", "long"),
    [
        ("FREQ=DAILY", False),
        ("FREQ=DAILY;COUNT=9999", False),
        ("FREQ=DAILY;UNTIL=20540517T090000Z", False),
        ("FREQ=DAILY;UNTIL=20540518T090000Z", True),
        ("FREQ=MONTHLY;BYMONTHDAY=1;UNTIL=99991231T235959Z", True),
        ("FREQ=YEARLY;UNTIL=99991231T235959Z", False),
    ],
)
def test_a_rule_may_leave_9999_dates(rrule: str, long: bool) -> None:
    assert check_rule(rrule) is None
    assert bool(check_length(rrule, datetime(2027, 1, 1, 9, tzinfo=UTC))) is long


@pytest.mark.parametrize(
    ("rrule", "bounded"),
    [("FREQ=DAILY", False), ("FREQ=DAILY;COUNT=2", True), ("FREQ=DAILY;UNTIL=20270331T215900Z", True)],
)
def test_a_rule_with_a_count_or_an_until_is_bounded(rrule: str, bounded: bool) -> None:
    assert is_bounded(rrule) is bounded


def test_until_is_an_instant() -> None:
    assert until("FREQ=DAILY;UNTIL=20270331T215900Z") == datetime(2027, 3, 31, 21, 59, tzinfo=UTC)


@pytest.mark.parametrize("rrule", ["FREQ=DAILY;COUNT=2", "FREQ=DAILY;COUNT=101", "FREQ=DAILY;BYHOUR=9;COUNT=2"])
def test_dates_go_on_after_the_count_at_the_time_of_the_start(rrule: str) -> None:
    found = list(islice(local_dates(rrule, datetime(2027, 3, 1, 9, 30, 15)), 3))
    assert found == [datetime(2027, 3, day, 9, 30, 15) for day in (1, 2, 3)]
