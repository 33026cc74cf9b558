from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta, timezone
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.shared.dates import ORDERS, agreed, looks_like_date, read_minutes, read_moment
from migrate.shared.resources import data_rows

MORNING = datetime(2027, 3, 9, 8, 7)
LANGUAGES = {"en", "de", "es", "fr", "it", "pt", "ja", "ko", "zh"}
CERTAINTIES = {"bytes", "code", "documented", "reported", "inferred", "own"}


def month_names() -> dict[int, list[str]]:
    names: dict[int, list[str]] = defaultdict(list)
    for _, month, name, _ in data_rows("months.tsv"):
        names[int(month)].append(name)
    return names


def clocks() -> dict[int, list[tuple[str, int]]]:
    """Hour of the day -> the words for its half, with the hour as it may be written beside them."""
    found: dict[int, list[tuple[str, int]]] = {hour: [("", hour)] for hour in range(24)}
    for language, half, words, _, _ in data_rows("halves.tsv"):
        for hour in range(12, 24) if half == "pm" else range(12):
            written = {hour, hour % 12 or 12} | ({hour % 12} if language == "ja" else set())
            if words != "da noite" or hour >= 18:
                found[hour] += [(words, spelling) for spelling in written]
    return found


NAMES = month_names()
CLOCKS = clocks()
NUMERIC = {
    "{moment.month}/{moment.day}/{moment.year}": "mdy",
    "{moment:%m/%d/%Y}": "mdy",
    "{moment:%d/%m/%Y}": "dmy",
    "{moment:%d.%m.%Y}": "dmy",
    "{moment:%Y/%m/%d}": "dmy",
    "{moment:%Y-%m-%d}": None,
}
NAMED = [
    "{month} {moment.day}, {moment.year}",
    "{month}. {moment:%d}, {moment.year}",
    "{moment:%d} {month} {moment.year}",
    "{moment.day} {month}. {moment.year}",
    "{moment.day}.{month}. {moment.year}",
    "{moment.day}. {month} {moment.year}",
    "{moment.day} de {month} de {moment.year}",
    "{moment.day}-{month}-{moment.year}",
    "{moment.year}年{month}{moment.day}日",
    "{moment.year}년 {month} {moment.day}일",
]


@pytest.mark.parametrize(
    ("cell", "order", "moment"),
    [
        ("09/24/2020 11:35:16 AM", "mdy", datetime(2020, 9, 24, 11, 35, 16)),
        ("07/01/2026 06:16:46 PM", "dmy", datetime(2026, 1, 7, 18, 16, 46)),
        ("15/08/2022 01:27", "dmy", datetime(2022, 8, 15, 1, 27)),
        ("2023/06/01 00:00:00", None, datetime(2023, 6, 1)),
        ("2020-08-06 20:37:50", "dmy", datetime(2020, 8, 6, 20, 37, 50)),
        ("Mar 28, 2020 8:07 AM", None, datetime(2020, 3, 28, 8, 7)),
        ("Mar 28, 2020 08:07:27", None, datetime(2020, 3, 28, 8, 7, 27)),
        ("sept. 5 2027 8:07", None, datetime(2027, 9, 5, 8, 7)),
        ("9-MAR-2027 8:07", None, MORNING),
        ("9 March 2027, 8:07 a.m.", None, MORNING),
        ("9.3.2027 08:07", "dmy", MORNING),
        ("3/9/27 8:07", "mdy", MORNING),
        ("27/03/09 8:07", "ymd", MORNING),
        ("03/09/2027\u00a0 8:07\u202fAM", "mdy", MORNING),
        ("\uff12\uff10\uff12\uff17-03-09 8:07", None, MORNING),
        ("2027-03-09T08:07:00.000", None, MORNING),
        ("2022-03-15T07:40:46Z", None, datetime(2022, 3, 15, 7, 40, 46, tzinfo=UTC)),
        ("2027-03-09T08:07+02:00", None, MORNING.replace(tzinfo=timezone(timedelta(hours=2)))),
        ("2027-03-09 08:07 -0330", None, MORNING.replace(tzinfo=timezone(-timedelta(hours=3, minutes=30)))),
        ("2027-03-09 08:07 UTC", None, MORNING.replace(tzinfo=UTC)),
        ("03/09/2027", "mdy", date(2027, 3, 9)),
        ("9/3/2027 8:07:00 da manhã", "dmy", MORNING),
        ("2027/03/09 午前 8:07", None, MORNING),
    ],
)
def test_every_layout_of_the_exports_is_read(cell: str, order: str | None, moment: datetime | date):
    found = read_moment(cell, order)
    assert (found, type(found)) == (moment, type(moment))
    assert getattr(found, "tzinfo", None) == getattr(moment, "tzinfo", None)


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("28.Apr. 2020 05:00 PM", datetime(2020, 4, 28, 17)),
        ("9. M\u00c4RZ 2027 8:07", MORNING),
        ("9 Ma\u0308rz 2027, 8:07", MORNING),
        ("Dez 12, 2020 8:53", datetime(2020, 12, 12, 8, 53)),
        ("20 dic. 2020 05:00 p.\u00a0m.", datetime(2020, 12, 20, 17)),
        ("12 de enero de 2021 8:53 a. m.", datetime(2021, 1, 12, 8, 53)),
        ("31 mars 2021 08:30 AM", datetime(2021, 3, 31, 8, 30)),
        ("1 août 2021 08:30", datetime(2021, 8, 1, 8, 30)),
        ("5 gennaio 2021 08:30", datetime(2021, 1, 5, 8, 30)),
        ("jan. 12, 2021 8:53 da manhã", datetime(2021, 1, 12, 8, 53)),
        ("jul. 13, 2021 1:41 da tarde", datetime(2021, 7, 13, 13, 41)),
        ("12 de out. de 2021", date(2021, 10, 12)),
        ("2025年7月17日 18:00", datetime(2025, 7, 17, 18)),
        ("2025年07月17日 午後6:00", datetime(2025, 7, 17, 18)),
        ("2025年7月17日18:00", datetime(2025, 7, 17, 18)),
        ("10월 12, 2023 13:41:08", datetime(2023, 10, 12, 13, 41, 8)),
        ("03월 12, 2023 오후 1:41", datetime(2023, 3, 12, 13, 41)),
        ("2023년 10월 12일 오전 8:53", datetime(2023, 10, 12, 8, 53)),
        ("2023년 10월 12일", date(2023, 10, 12)),
        ("2025年7月17日下午6:00", datetime(2025, 7, 17, 18)),
        ("2025年十二月17日 上午 6:00", datetime(2025, 12, 17, 6)),
        ("\uff12\uff10\uff12\uff15年\uff17月17日\u300018\uff1a00", datetime(2025, 7, 17, 18)),
    ],
)
def test_months_and_halves_of_the_day_are_read_in_the_languages_of_the_portal(cell: str, moment: datetime | date):
    found = read_moment(cell, None)
    assert (found, type(found)) == (moment, type(moment))


@given(st.data())
def test_any_moment_in_any_layout_of_any_language_is_read_back(data: st.DataObject):
    moment = data.draw(st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 31))).replace(microsecond=0)
    day = data.draw(st.sampled_from([*NUMERIC, *NAMED]))
    month = data.draw(st.sampled_from(NAMES[moment.month]))
    words, hour = data.draw(st.sampled_from(CLOCKS[moment.hour]))
    clock = data.draw(st.sampled_from(["{words} {time}", "{words}{time}", "{time} {words}", "{time}{words}"]))
    change = data.draw(st.sampled_from([str, str.upper, str.lower]))
    time = f"{hour}:{moment:%M:%S}"
    cell = change(f"{day.format(moment=moment, month=month)} {clock.format(words=words, time=time)}")
    assert read_moment(cell, NUMERIC.get(day)) == moment, cell


@pytest.mark.parametrize("name", ["months.tsv", "halves.tsv"])
def test_the_tables_hold_every_language_with_a_certainty_and_no_row_twice(name: str):
    rows = data_rows(name)
    assert {row[0] for row in rows} <= LANGUAGES
    assert {row[-1] for row in rows} <= CERTAINTIES
    assert len({tuple(row[:3]) for row in rows}) == len(rows)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_names_the_twelve_months(language: str):
    assert {int(month) for other, month, _, _ in data_rows("months.tsv") if other == language} == {*range(1, 13)}


def test_a_name_is_read_if_and_only_if_it_is_one_month_in_all_languages():
    meanings: dict[str, set[int]] = defaultdict(set)
    for _, month, name, _ in data_rows("months.tsv"):
        meanings[name.casefold()].add(int(month))
    for name, months in meanings.items():
        expected = datetime(2027, *months, 9, 8, 7) if len(months) == 1 else None
        assert read_moment(f"{name} 9, 2027 8:07", None) == expected


def test_a_word_that_means_two_things_means_nothing():
    assert agreed([("Mar", 3), ("mar.", 3), ("set", 9), ("SET", 7), ("set", 9)]) == {"mar": 3}


@pytest.mark.parametrize(
    ("clock", "hour"),
    [
        ("12:05 AM", 0),
        ("12:05 PM", 12),
        ("1:05 PM", 13),
        ("11:05 am", 11),
        ("0:05 AM", 0),
        ("13:05 PM", 13),
        ("00:05", 0),
        ("12:05 da manhã", 0),
        ("12:05 da tarde", 12),
        ("13:05 da tarde", 13),
        ("11:05 da noite", 23),
        ("12:05 a. m.", 0),
        ("12:05 p. m.", 12),
        ("午前 0:05", 0),
        ("午前 12:05", 0),
        ("午後 0:05", 12),
        ("午後 12:05", 12),
        ("上午 12:05", 0),
        ("下午 12:05", 12),
        ("오전 12:05", 0),
        ("오후 12:05", 12),
        ("13:05 오후", 13),
    ],
)
def test_a_twelve_hour_clock_begins_with_twelve(clock: str, hour: int):
    assert read_moment(f"2027-03-09 {clock}", None) == datetime(2027, 3, 9, hour, 5)


@pytest.mark.parametrize(
    "cell",
    [
        "", "soon", "--", "2027", "8:07", "13/13/2027 08:07", "02/29/2027 08:07", "09/24/2027 24:00",
        "09/24/2027 08:60", "09/24/2027 13:05 AM", "09/24/2027 0:05 PM", "09/24/2027 08:07 PST", "09/24/2027 8",
        "2027-03-09T08:07+24:00", "0001-01-01T00:00:00Z", "9/24/2200 8:07", "9/24/7 8:07", "Foo 9, 2027 8:07",
        "46327.375", "09/24-2027 08:07", "24/09/2027 08:07", "03/09/2027 08:07 x", "9" * 5000,
        "09/24/2027 8:07 da lua", "09/24/2027 13:05 da manhã", "09/24/2027 0:05 da tarde", "09/24/2027 12:05 da noite",
        "09/24/2027 2:05 da noite", "2027年3月9日 午前13:05", "2027年3月9日 下午0:05", "2027年3月9日 午後6:00 PM",
        "2027年13月9日 8:07", "2027年2月29日 8:07", "2027年3月 8:07", "9 mrt 2027 8:07", "0mar 9, 2027 8:07",
        "3. 9, 2027 8:07", "09/24/2027 8:07.AM", "09/24/2027 8:07 A", "lun. 9, 2027 8:07", "2027년 3일 9월 8:07",
    ],
)  # fmt: skip
def test_what_is_no_date_is_none(cell: str):
    assert read_moment(cell, "mdy") is None


def test_a_date_whose_order_is_not_known_is_not_read():
    assert read_moment("03/04/2027 09:00", None) is None


PIECES = [*"年日년일:., -/T9Z", "12", "07", "2027", "jan", "März", "3月", "10월", "午後", "da tarde", "p.m.", "de"]


@given(
    st.text(max_size=40)
    | st.from_regex(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4} \d{1,2}:\d\d( [AP]M)?[Z+]?")
    | st.lists(st.sampled_from(PIECES)).map("".join),
    st.sampled_from([*ORDERS]),
)
def test_no_cell_is_too_strange(cell: str, order: str):
    moment = read_moment(cell, order)
    assert moment is None or moment.year in range(1970, 2200)


@pytest.mark.parametrize(
    ("cell", "minutes"),
    [
        ("90", 90), ("90.0", 90), ("90,00", 90), ("90 min", 90), ("90 Minutes", 90), ("1 h 30 min", 90),
        ("2 hours", 120), ("1hr", 60), ("01:30:00", 90), ("01:29:01", 90), ("0", 0), ("1:30", None),
        ("-5", None), ("9.5", None), ("1e3", None), ("", None), ("one", None), ("\u0663\u0660", None),
        ("9" * 5000, None), ("90分", 90), ("90 분", 90), ("90 Min.", 90), ("90 Minuten", 90), ("90 minutos", 90),
        ("1 h 30 Min.", 90), ("90 時", None), ("90 mi", None),
    ],
)  # fmt: skip
def test_durations_are_minutes_however_they_are_written(cell: str, minutes: int | None):
    assert read_minutes(cell) == minutes


def test_a_date_is_seen_in_any_language():
    assert all(map(looks_like_date, ["01.03.2027 14:00", "2027年3月1日 9:00", "jan. 12, 2027 8:53 da manhã"]))
    assert not any(map(looks_like_date, ["", "Jour fixe", "80000000201", "Planning 2027", "x" * 100]))


@pytest.mark.parametrize(
    "cell",
    ["Mar 28, 2020 8:07 " + "é. " * 20_000, "\u0301\u0327" * 30_000, "1 " * 30_000, "2027年" + "1月" * 30_000,
     "2027-03-09 " + "午" * 60_000, "1" * 60_000 + "h", "a" * 60_000, " \u00a0" * 30_000, "8:07" * 15_000],
)  # fmt: skip
def test_a_hostile_cell_takes_no_time(cell: str):
    start = process_time()
    assert (read_moment(cell, "dmy"), read_minutes(cell)) == (None, None)
    assert process_time() - start < 0.5
