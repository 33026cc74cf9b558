"""The rules Zoom can make, fitted to dates by arithmetic on day numbers.

DAY: the ordinal of a date (date.toordinal). CADENCE: a rule and the days it has. FIT: a stretch of a cadence laid over
the rows of a meeting; it begins and ends on a day that has a row.
"""

from __future__ import annotations

from bisect import bisect_left
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from itertools import pairwise
from math import gcd
from operator import attrgetter
from typing import TypeVar

from migrate.core.rules import WEEKDAYS

Value = TypeVar("Value")

_MOST_DAYS, _MOST_WEEKS, _MOST_MONTHS = 90, 12, 3
_SHORTEST_MONTH = 28
LONGEST_REACH = (max(7 * _MOST_WEEKS, _SHORTEST_MONTH * _MOST_MONTHS) - 1) // 2
# The remainder by seven of the ordinal on which a week begins.
_MONDAY, _SUNDAY = 1, 0
# So few exceptions are holidays; to look for a rule without them would double the time a plan takes.
_ENOUGH = 8
# A slip in a year must not cost the time of all the days before it.
_LONGEST = 100 * 366


@dataclass(frozen=True, slots=True)
class Cadence:
    """A rule without its COUNT, and its days from the first row to the last.

    `period`: days from one turn to the next. `reach`: by how many days a date can be moved and still be known for it.
    `detail`: how many things the rule says beside its frequency and one weekday or day of the month.
    """

    rule: str
    days: Sequence[int]
    period: int
    reach: int
    detail: int


@dataclass(frozen=True, slots=True)
class Fit:
    """What a cadence says of the rows.

    `days`: the days of the rule. `rows`: for each of them the index of the row that tells of it, None where a row is
    missing. `plain`: how many rows it tells as they are. `exceptions`: days without a row, rows on the rule that are
    changed or moved, and rows not on it at all.
    """

    cadence: Cadence
    days: tuple[int, ...]
    rows: tuple[int | None, ...]
    plain: int
    exceptions: int

    @property
    def rrule(self) -> str:
        """The rule, ending on its last day."""
        return f"{self.cadence.rule};COUNT={len(self.days)}"

    @property
    def missing(self) -> list[int]:
        """The days without a row."""
        return [day for day, row in zip(self.days, self.rows, strict=True) if row is None]


# Most meetings of an organisation share few sets of dates: every Monday of the term, every workday of the month.
@lru_cache(maxsize=4096)
def fit(days: tuple[int, ...], plain: tuple[bool, ...]) -> Fit | None:
    """Find the rule that tells the rows with the fewest exceptions, None if there is none worth telling.

    `days` are those of the rows, rising; `plain` says which rows have the time, length and topic of the series. Between
    equals the shorter period wins (a month counts as 28 days), then weekly, daily, monthly by day, monthly by weekday,
    then the fewest weekdays, then the week that begins on Monday. In this order the first rule that leaves no more than
    one row in eight to avoidable exceptions is good enough.

    Worth telling is a rule on three rows or more, if more of them are plain than there are days without a row (moved
    rows not yet counted) and details together. Two rows alone are a rule if they are a day, a week or a month apart.
    """
    best: Fit | None = None
    bound = len(days) + 1
    for cadence in _cadences(days):
        this = _lay(cadence, days, plain, bound)
        if this:
            best, bound = this, this.exceptions
        if _ENOUGH * (bound - plain.count(False)) <= len(days):
            break
    return best


def commonest(values: Iterable[Value]) -> Value:
    """Return the value that comes most often; of several, the one that comes first."""
    listed = list(values)
    # Nearly always all are the same, and counting them one by one would take most of the time.
    return listed[0] if 2 * listed.count(listed[0]) >= len(listed) else Counter(listed).most_common(1)[0][0]


def _nearest(days: Sequence[int], day: int, reach: int) -> int | None:
    """Return which of the rising `days` is nearest to `day`, by its index; None if none is within reach."""
    right = bisect_left(days, day)
    near = [index for index in (right - 1, right) if 0 <= index < len(days) and abs(days[index] - day) <= reach]
    return min(near, key=lambda index: abs(days[index] - day), default=None)


def _lay(cadence: Cadence, days: Sequence[int], plain: Sequence[bool], bound: int) -> Fit | None:
    """Lay a cadence over the rows, if that is worth telling and takes fewer exceptions than `bound`."""
    standing = _standing(cadence.days, days, plain)
    if len(days) - len(standing) >= bound:
        return None
    stretch = _densest(cadence.days, standing)
    rows = [standing.get(day) for day in stretch]
    plainly = sum(plain[row] for row in rows if row is not None)
    if plainly <= rows.count(None) + cadence.detail:
        return None
    _bring_back(rows, stretch, days, cadence.reach)
    missing = rows.count(None)
    exceptions = missing + len(days) - plainly
    enough = len(rows) - missing >= 3 or (plainly == len(days) == len(rows) == 2 and not cadence.detail)
    if not enough or exceptions >= bound:
        return None
    return Fit(cadence, tuple(stretch), tuple(rows), plainly, exceptions)


def _standing(rule_days: Sequence[int], days: Sequence[int], plain: Sequence[bool]) -> dict[int, int]:
    """Map each day of the rule to the row on it; if several share the day, to the plain one."""
    wanted = frozenset(rule_days)
    standing: dict[int, int] = {}
    for row, day in enumerate(days):
        if day in wanted and (day not in standing or (plain[row] and not plain[standing[day]])):
            standing[day] = row
    return standing


def _densest(rule_days: Sequence[int], standing: Collection[int]) -> Sequence[int]:
    """Cut off the ends that would bring more missing days than rows; a row weighs as much as two missing days."""
    first = last = begin = weight = best = 0
    for index, day in enumerate(rule_days):
        weight += 2 if day in standing else -1
        if weight < 0:
            begin, weight = index + 1, 0
        elif weight >= best and day in standing:
            first, last, best = begin, index + 1, weight
    return rule_days[first:last]


def _bring_back(rows: list[int | None], stretch: Sequence[int], days: Sequence[int], reach: int) -> None:
    """Put rows that stand beside the rule on the missing day they were moved from, the nearest within reach."""
    empty = [index for index, row in enumerate(rows) if row is None]
    missing = [stretch[index] for index in empty]
    used = set(rows)
    for row in (row for row in range(len(days)) if row not in used):
        place = _nearest(missing, days[row], reach)
        if place is not None:
            rows[empty.pop(place)] = row
            missing.pop(place)


def _cadences(days: Sequence[int]) -> Iterator[Cadence]:
    """Yield the rules that could be meant, the shortest period first."""
    if not 0 < days[-1] - days[0] <= _LONGEST:
        return
    found = sorted((*_weekly(days), *_daily(days)), key=attrgetter("period"))
    yield from (cadence for cadence in found if cadence.period <= _SHORTEST_MONTH)
    longer = (cadence for cadence in found if cadence.period > _SHORTEST_MONTH)
    yield from sorted((*longer, *_monthly(days)), key=attrgetter("period"))


def _turns(units: Iterable[int], most: int, always: Collection[int] = ()) -> Iterator[range]:
    """Yield regular runs through the units (days, weeks or months).

    Their intervals are the commonest distance, the greatest that divides all distances, and those to try `always`.
    """
    ordered = sorted(set(units))
    distances = [later - earlier for earlier, later in pairwise(ordered)]
    for interval in sorted({gcd(*distances), commonest(distances), *always}) if distances else ():
        if interval <= most:
            phase = commonest(unit % interval for unit in ordered)
            first = next(unit for unit in ordered if unit % interval == phase)
            yield range(first, ordered[-1] + 1, interval)


def _daily(days: Sequence[int]) -> Iterator[Cadence]:
    for turns in _turns(days, _MOST_DAYS):
        yield Cadence(f"FREQ=DAILY{_every(turns)}", turns, turns.step, 0, turns.step > 1)


def _weekly(days: Sequence[int]) -> Iterator[Cadence]:
    """Yield rules on the commonest weekday, the two commonest, and so on."""
    weekdays = [weekday for weekday, _ in Counter((day - 1) % 7 for day in days).most_common()]
    for number in range(1, len(weekdays) + 1):
        chosen = sorted(weekdays[:number])
        yield from _weekly_from(_MONDAY, chosen, days)
        if number > 1 and chosen[-1] == 6:
            # Which weeks are skipped depends on where a week begins only if Sunday is one of several days.
            yield from (cadence for cadence in _weekly_from(_SUNDAY, chosen, days) if cadence.period > 7)


def _weekly_from(begin: int, weekdays: Sequence[int], days: Sequence[int]) -> Iterator[Cadence]:
    rule = f";BYDAY={','.join(WEEKDAYS[weekday] for weekday in weekdays)}{';WKST=SU' if begin == _SUNDAY else ''}"
    offsets = sorted((weekday + 1 - begin) % 7 for weekday in weekdays)
    for weeks in _turns(((day - begin) // 7 for day in days if (day - 1) % 7 in weekdays), _MOST_WEEKS):
        period = 7 * weeks.step
        of_rule = [7 * week + begin + offset for week in weeks for offset in offsets]
        detail = (weeks.step > 1) + len(weekdays) - 1
        yield Cadence(f"FREQ=WEEKLY{_every(weeks)}{rule}", of_rule, period, (period - 1) // 2, detail)


def _monthly(days: Sequence[int]) -> Iterator[Cadence]:
    """Yield rules on the commonest day of the month, the commonest first to fourth weekday, the commonest last one."""
    dates = [date.fromordinal(day) for day in days]
    day_of_month = commonest(each.day for each in dates)
    yield from _monthly_on(dates, str(day_of_month), partial(_day_in, day_of_month))
    for turn, weekday in _commonest_turns(dates):
        yield from _monthly_on(dates, f"{turn}{WEEKDAYS[weekday]}", partial(_weekday_in, turn, weekday))


def _commonest_turns(dates: Sequence[date]) -> Iterator[tuple[int, int]]:
    turns = [((each.day - 1) // 7 + 1, each.weekday()) for each in dates if each.day <= _SHORTEST_MONTH]
    lasts = [(-1, each.weekday()) for each in dates if each.day + 7 > monthrange(each.year, each.month)[1]]
    return (commonest(found) for found in (turns, lasts) if found)


def _monthly_on(dates: Sequence[date], which: str, day_in: Callable[[int], int | None]) -> Iterator[Cadence]:
    months = ((each, 12 * each.year + each.month - 1) for each in dates)
    part = f"BYMONTHDAY={which}" if which.isdigit() else f"BYDAY={which}"
    of_rule = [month for each, month in months if day_in(month) == each.toordinal()]
    # The 31st of every month comes every second month, or so it seems.
    for turns in _turns(of_rule, _MOST_MONTHS, always=(1,)):
        days = [day for day in map(day_in, turns) if day is not None]
        period = _SHORTEST_MONTH * turns.step
        detail = (turns.step > 1) + (not which.isdigit())
        yield Cadence(f"FREQ=MONTHLY{_every(turns)};{part}", days, period, (period - 1) // 2, detail)


def _day_in(day_of_month: int, month: int) -> int | None:
    year, index = divmod(month, 12)
    if day_of_month > monthrange(year, index + 1)[1]:
        return None
    return date(year, index + 1, day_of_month).toordinal()


def _weekday_in(turn: int, weekday: int, month: int) -> int:
    year, index = divmod(month, 12)
    first_weekday, length = monthrange(year, index + 1)
    first = 1 + (weekday - first_weekday) % 7
    weeks = (length - first) // 7 if turn < 0 else turn - 1
    return date(year, index + 1, first + 7 * weeks).toordinal()


def _every(turns: range) -> str:
    return f";INTERVAL={turns.step}" if turns.step > 1 else ""
