"""Files that are no exports at all, too large to be any, or oddly named."""

from __future__ import annotations

import io
import os
import time
import zipfile
from pathlib import Path

import pytest

from tests.bad_input import traces
from tests.bad_input.bases import bases
from tests.cli.program import ZONE, Result, run

HEADER = "Topic,Meeting ID,Host name,Start time,Duration (minutes)"
ROW = "Team,80000000201,Anna Lindqvist,03/13/2027 09:00:00 AM,45"
# Two are promised; on a busy machine every access to memory takes longer.
SECONDS = 6
EXPORT = f"{HEADER}\n{ROW}\n"


def plan(path: Path | str) -> Result:
    """Plan a file as people do, and hold what is printed to be short and harmless."""
    begin = time.process_time()
    result = run("--site", Path(path).parent, "plan", path, *ZONE)
    assert time.process_time() - begin < SECONDS
    assert list(traces.faults_of_terminal(result)) == []
    assert len(result.err) < 3000
    return result


def workbook() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"\n\n\r\n \n", "is empty"),
        (b"\0" * 100_000, "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"one\ntwo\n", "is not a table of rows and columns"),
        (workbook(), "is a workbook"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "is not a table"),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", "is not a table"),
        (
            b'{"meetings": [{"topic": "x", "start_time": "2027-03-01T09:00:00Z"}]}',
            "no column is known as topic",
        ),
        (EXPORT.encode() + b'"' * 101, "a quote that is never closed"),
        (EXPORT.encode() + b'"' + b"y\n" * 3_000_000, "a quote that is never closed"),
        (b",".join(b"c%d" % number for number in range(100_000)), "more than 1,000 columns"),
        (HEADER.encode() + b",x" * 100_000, "more than 1,000 columns"),
        (b"x" * 2_000_000, "line 1 is longer than"),
        (EXPORT.encode() + b"x," * 1_000_000, "line 3 is longer than"),
    ],
    ids=range(15),
)
def test_what_is_no_export_is_refused_in_a_few_words(data: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "upcoming.csv"
    path.write_bytes(data)
    refused = plan(path)
    assert (refused.code, says in refused.err) == (4, True), refused.err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"x" * 50_000_000, "line 1 is longer than"),
        (b"x," * 25_000_000, "line 1 is longer than"),
        (b"\n" * 50_000_000, "more than 1,000,000 rows"),
        (EXPORT.encode() * 2_000_000, "is larger than 100 MB"),
    ],
    ids=["one cell", "one row", "no cells", "too many rows"],
)
def test_a_huge_file_is_refused_at_once(data: bytes, says: str, tmp_path: Path) -> None:
    test_what_is_no_export_is_refused_in_a_few_words(data, says, tmp_path)


def test_a_row_of_a_hundred_thousand_cells_is_one_bad_row(tmp_path: Path) -> None:
    path = tmp_path / "upcoming.csv"
    path.write_text(f"{EXPORT}{ROW}{',x' * 100_000}\n")
    assert "1 in meetings + 1 header + 1 with errors" in plan(path).out


def test_a_device_that_never_ends_is_not_read_for_ever() -> None:
    refused = plan("/dev/zero")
    assert (refused.code, "/dev/zero: is larger than 100 MB" in refused.err) == (4, True)


@pytest.mark.parametrize("name", [".", "absent.csv", "upcoming.csv/x", "x" * 300])
def test_what_cannot_be_opened_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / "upcoming.csv").write_text(EXPORT)
    refused = plan(tmp_path / name)
    assert refused.code in (2, 4)
    assert refused.err


def test_a_pipe_is_read_to_its_end() -> None:
    reading, writing = os.pipe()
    os.write(writing, EXPORT.encode())
    os.close(writing)
    try:
        assert plan(f"/dev/fd/{reading}").code == 0
    finally:
        os.close(reading)


@pytest.mark.parametrize(
    "name",
    ["\udcff.csv", "two\nlines.csv", "[red].csv", "=1+1.csv", "\x1b[31m.csv", "\u202evsc.csv", "--help", " "],
    ids=ascii,
)
def test_the_name_of_a_file_is_text(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(EXPORT)
    assert plan(path).code == 0
    run("--site", tmp_path, "--json", "plan", path, *ZONE).out.encode()
    assert list(traces.faults_of_run(path)) == []


def test_two_hundred_files_are_one_plan(tmp_path: Path) -> None:
    for number in range(200):
        (tmp_path / f"{number}.csv").write_bytes(bases()[number % len(bases())].data())
    result = run("--site", tmp_path, "--json", "plan", *tmp_path.glob("*.csv"), *ZONE)
    counts = [each["rows"] for each in result.json["data"]["inputs"]]
    assert len(counts) == 200
    assert all(rows["read"] == sum(rows.values()) - rows["read"] for rows in counts)
