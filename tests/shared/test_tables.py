from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.core.ports import Document, ReadOptions
from migrate.shared.faults import Faults
from migrate.shared.tables import Sheet, Table, check_width, parse, sheet_of

HEADER = "Topic,Meeting ID,Start time"
ROW = "Sync,80000000201,2027-03-01 09:00"


def sheet(text: str | bytes, *mapped: str) -> Sheet:
    data = text if isinstance(text, bytes) else text.encode()
    return parse(Document("a.csv", data), frozenset(mapped))


def table(text: str | bytes, *mapped: str) -> Table:
    (only,) = sheet(text, *mapped).tables
    return only


def cells(read: Table) -> list[list[str]]:
    return [list(row) for _, row in read.rows]


@pytest.mark.parametrize(
    ("encoding", "mark", "name"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", b"\xef\xbb\xbf", "utf-8-sig"),
        ("utf-16-le", b"\xff\xfe", "utf-16-le"),
        ("utf-16-be", b"\xfe\xff", "utf-16-be"),
        ("utf-16-le", b"", "utf-16-le"),
        ("utf-16-be", b"", "utf-16-be"),
    ],
)
def test_unicode_is_read_with_and_without_a_mark(encoding: str, mark: bytes, name: str):
    read = sheet(mark + f"{HEADER}\nÜbung €,1,2\n".encode(encoding))
    assert (read.encoding, read.tables[0].header[0], cells(read.tables[0]), read.doubts) == (
        name,
        "Topic",
        [["Übung €", "1", "2"]],
        (),
    )


def test_what_is_no_unicode_is_read_as_windows_text_and_said_so():
    read = sheet(f"{HEADER}\n{ROW}\nÜbung €\x81,1,2\n".encode("latin-1", "ignore").replace(b"\x81", b"\x80\x81"))
    assert read.encoding == "cp1252"
    assert cells(read.tables[0])[1][0] == "Übung €\ufffd"
    assert [(doubt.code, doubt.line) for doubt in read.doubts] == [("encoding-guessed", 3)]


def test_a_broken_character_in_utf_16_costs_only_itself():
    read = sheet(b"\xff\xfe" + f"{HEADER}\na,1,2\n".encode("utf-16-le") + b"\x00")
    assert (read.encoding, read.doubts[0].code, cells(read.tables[0])[0]) == (
        "utf-16-le",
        "encoding-guessed",
        ["a", "1", "2"],
    )


def test_a_bad_byte_costs_only_itself_where_other_letters_are_good():
    read = sheet(f"{HEADER}\nÜbung €,1,2\n".encode() + b"caf\xe9,3,4\n")
    assert (read.encoding, [row[0] for row in cells(read.tables[0])]) == ("utf-8", ["Übung €", "caf\ufffd"])
    assert [(doubt.code, doubt.line) for doubt in read.doubts] == [("encoding-guessed", 3)]


def test_nul_is_removed_and_costs_nothing_else():
    assert cells(table(f"{HEADER}\nA\0nna,1,2\n\0\0,3,4\n")) == [["Anna", "1", "2"], ["", "3", "4"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_the_one_that_brings_out_the_header(delimiter: str):
    text = f"{HEADER}\nSync; a,80000000201,2027-03-01 09:00\n".replace(",", delimiter)
    assert (sheet(text).delimiter, len(table(text).header)) == (delimiter, 3)


def test_the_delimiter_of_an_unknown_header_is_the_one_that_gives_rows_of_one_width():
    assert sheet("Betreff;Beginn\na, b;01.03.2027\nc, d, e;02.03.2027\n").delimiter == ";"


def test_a_file_may_say_its_delimiter():
    read = sheet("sep=|\nTopic|Start time\na,b;c|2027-03-01 09:00\n")
    assert (read.delimiter, cells(read.tables[0])[0][0], read.counts(read.tables).not_a_schedule) == ("|", "a,b;c", 1)
    assert table('"sep=;"\r\nx;y\r\n1;2\r\n').header == ("x", "y")


def test_a_row_is_known_by_the_line_it_begins_in():
    read = table(f'{HEADER}\n"two\nlines",1,2\n\n"three\r\n\r\nlines",3,4\nlast,5,6')
    assert [line for line, _ in read.rows] == [2, 5, 8]


def test_old_line_ends_are_line_ends_and_unicode_ones_are_text():
    assert [line for line, _ in table(f"{HEADER}\r{ROW}\r{ROW}").rows] == [2, 3]
    assert cells(table(f"{HEADER}\nA\u2028B\x0bC\x85D,1,2\n"))[0][0] == "A\u2028B\x0bC\x85D"


def test_every_row_is_counted_once():
    read = sheet(f'Report,,\n\n"Made on Feb 1, 2027"\n{HEADER},,\n{ROW}\n,,\n  ;\n{HEADER},,\n{ROW}\n\n')
    counts = read.counts(read.tables)
    assert (counts.read, counts.blank, counts.header, counts.not_a_schedule, len(read.tables[0].rows)) == (
        10,
        3,
        2,
        2,
        3,
    )


def test_files_that_were_joined_with_their_marks_have_the_header_twice():
    for second in (f"\ufeff{HEADER}", f'\ufeff"Topic"{HEADER[5:]}'):
        read = sheet(f"\ufeff{HEADER}\n{ROW}\n{second}\n{ROW}\n")
        assert (read.counts(read.tables).header, len(read.tables[0].rows)) == (2, 2)


def test_the_header_is_found_by_what_it_names_within_fifty_rows():
    above = "Some long title,with,many,more,cells\n" * 49
    read = sheet(f"{above}{HEADER}\n{ROW}\n")
    assert read.counts(read.tables).not_a_schedule == 49
    assert table(f"{above}{above}{HEADER}\n{ROW}\n").header[0] == "Some long title"


def test_an_unknown_header_is_the_first_row_as_wide_as_the_rest():
    assert table("Ein Bericht\nBetreff;Nummer;Beginn\na;1;x\nb;2;y\n").header == ("Betreff", "Nummer", "Beginn")


def test_a_mapped_header_makes_its_row_the_header():
    text = "a,b\nBetreff,Beginn\nx,y\n"
    assert table(text).header == ("a", "b")
    assert table(text, "BETREFF", "beginn").header == ("Betreff", "Beginn")


def test_trailing_empty_columns_are_no_columns():
    assert table(f"{HEADER},,\n{ROW},,\n").header == ("Topic", "Meeting ID", "Start time")


def test_a_last_column_may_have_no_name():
    read = table(f"{HEADER},\n{ROW},note\n")
    assert (read.width, read.header[-1], cells(read)[0][-1]) == (4, "Start time", "note")


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("x" * (1 << 21), "line 1 is longer than 1,048,576 characters"),
        (f"{HEADER}\n{ROW}" + "," * (1 << 21), "line 2 is longer than 1,048,576 characters"),
        ("\n" * 1_000_001, "there are more than 1,000,000 rows"),
        (HEADER + ",x" * 1000, "there are more than 1,000 columns"),
    ],
    ids=["one cell", "one row", "no cells", "one header"],
)
def test_what_is_too_large_for_a_schedule_is_not_read_to_its_end(text: str, broken: str):
    assert sheet(text).broken == broken


def test_as_many_columns_as_a_spreadsheet_has_may_stand_empty():
    assert sheet(f"{HEADER}{',' * 16_384}\n{ROW}{',' * 16_384}\n").broken == ""


def test_an_unclosed_quote_is_named_and_what_came_before_it_is_kept():
    read = sheet(f'{HEADER}\n{ROW}\n"Sync,1,2\n{ROW}\n{ROW}')
    assert len(read.tables[0].rows) == 1
    assert read.broken == "the row that begins in line 3 has a quote that is never closed"


def test_a_cell_without_end_breaks_off_as_an_unclosed_quote_does():
    read = sheet(f'{HEADER}\n{ROW}\n"' + "x" * (csv.field_size_limit() + 1) + '",1,2\n')
    assert "line 3" in read.broken


def test_quotes_inside_a_cell_are_text():
    assert cells(table(f'{HEADER}\nThe "big" one,1,2\n"The ""big"" one",3,4\n')) == [
        ['The "big" one', "1", "2"],
        ['The "big" one', "3", "4"],
    ]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xff\xfe", b"\0\0\0\0", b"PK\x03\x04" + bytes(range(256))])
def test_what_is_no_table_has_hardly_any_rows(data: bytes):
    assert sum(len(found.rows) for found in sheet(data).tables) <= 3


def test_sources_that_ask_for_the_same_file_get_the_same_sheet():
    document, options = Document("a.csv", f"{HEADER}\n{ROW}\n".encode()), ReadOptions()
    assert sheet_of(document, options) is sheet_of(document, options)
    assert sheet_of(Document("a.csv", document.data), options) is not sheet_of(document, options)


def test_only_a_cell_with_something_in_it_is_too_many():
    faults = Faults("a.csv")
    check_width(["a", "b", "", " "], 2, faults)
    assert faults.sound
    check_width(["a", "b", "", "c"], 2, faults)
    assert [problem.code for problem in faults.problems] == ["ragged-row"]


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff")), min_size=3, max_size=3)))
def test_what_the_csv_module_writes_is_read_back(rows: list[list[str]]):
    lines: list[str] = []
    writer = csv.writer(type("Lines", (), {"write": staticmethod(lines.append)})(), quoting=csv.QUOTE_ALL)
    writer.writerows([HEADER.split(","), *rows])
    read = sheet("".join(lines))
    kept = [row for row in rows if any(map(str.strip, row)) and row != HEADER.split(",")]
    assert (cells(read.tables[0]), read.read, read.broken) == (kept, len(rows) + 1, "")


MEETING = (
    "Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants,\n80000000201,Sync,a,b,c,60,2,\n"
)
PEOPLE = "Name (Original Name),User Email,Total Duration (Minutes),Guest\nAnna,,60,No\nBo,,59,No\n"


def shape(text: str) -> list[tuple[list[str], int, int]]:
    """Return the titles of each table, how many columns it has and how many rows."""
    return [([cells[0] for _, cells in each.titles], len(each.header), len(each.rows)) for each in sheet(text).tables]


def test_a_block_about_the_meeting_and_the_people_below_it_are_two_tables():
    assert shape(f"{MEETING}\n{PEOPLE}") == [([], 7, 1), ([], 4, 2)]
    assert shape(MEETING + PEOPLE) == [([], 7, 1), ([], 4, 2)], "a spreadsheet may have lost the blank line"


def test_titles_belong_to_the_table_below_them():
    text = (
        'Attendee Report,\nReport Generated:,"Apr 09, 2027 8:50 PM"\n'
        "Topic,Webinar ID,Actual Start Time,# Registered\nTalk,328-972-509,x,548\n"
        "Host Details,\nAttended,User Name (Original Name),Email,Join Time\nYes,Anna,a@example.org,x\n"
        "Panelist Details,\nAttendee Details,\nAttended,User Name (Original Name),Why?,Join Time\nNo,Bo,Fun,x\n"
    )
    expected = [
        (["Attendee Report", "Report Generated:"], 4, 1),
        (["Host Details"], 4, 1),
        (["Panelist Details", "Attendee Details"], 4, 1),
    ]
    assert shape(text) == shape(text.replace("\n", ",,,,,,\n")) == expected


def test_a_meeting_that_was_cut_off_above_another_header_is_a_row_and_no_title():
    other = "Topic,ID,Host,Start time"
    assert shape(f"{HEADER}\n{ROW}\nLost row\n{other}\nQ,1,Anna,2\n") == [([], 3, 2), ([], 4, 1)]
    assert shape(f"{HEADER}\nLost row\n{other}\nQ,1,Anna,2\n") == [([], 3, 1), ([], 4, 1)]
    assert shape(f"{HEADER}\n\n{ROW}\nLost row\n{other}\nQ,1,Anna,2\n") == [([], 3, 2), ([], 4, 1)]
    assert shape(f"{HEADER}\n{ROW}\n\nA title\n{other}\nQ,1,Anna,2\n") == [([], 3, 1), (["A title"], 4, 1)]
    text = f"Betreff,Beginn\nSync,2027-03-01\nLost row\n{other}\nQ,1,Anna,2\n"
    mapped = parse(Document("a.csv", text.encode()), frozenset({"beginn", "Betreff"}))
    assert [len(each.rows) for each in mapped.tables] == [2, 1]


def test_a_header_of_mostly_unknown_columns_is_known_below_a_title_and_a_value():
    wide = HEADER + "".join(f",Question {number}" for number in range(9))
    first = f"{HEADER},Host name,Duration (minutes)\n{ROW},Bo,30"
    read = sheet(f"{first}\n\nReport generated:,2027-03-02\n{wide}\n{ROW}\n")
    assert [len(each.rows) for each in read.tables] == [1, 1]


def test_a_table_may_follow_another_of_the_same_header():
    assert shape(f"{MEETING}\n{PEOPLE}\n{MEETING}\n{PEOPLE}") == [([], 7, 1), ([], 4, 2)] * 2


def test_a_row_that_holds_a_word_or_two_of_a_header_stays_a_row():
    read = sheet(
        f"{HEADER},Host,Type\nTopic,80000000201,2027-03-01 09:00,Group,Meeting\n\nTitle,ID,2027-03-02 09:00,A,B\n"
    )
    assert [len(each.rows) for each in read.tables] == [2]


def test_rows_outside_the_tables_that_are_used_are_counted_as_no_schedule():
    read = sheet(f"A report\n{MEETING}\n{PEOPLE}")
    counts = read.counts(read.tables[:1])
    assert (counts.read, counts.blank, counts.header, counts.not_a_schedule) == (7, 1, 2, 3)
    assert counts.read == counts.blank + counts.header + counts.not_a_schedule + len(read.tables[0].rows)
