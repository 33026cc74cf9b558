from __future__ import annotations

import pytest

from migrate.shared.faults import Faults
from migrate.shared.links import check_link, read_link


@pytest.mark.parametrize(
    ("cell", "url", "number"),
    [
        ("https://us02web.zoom.us/j/80000000101?pwd=abc.1", "https://us02web.zoom.us/j/80000000101", "80000000101"),
        ("http://www.zoom.us/j/80000000101#success", "https://www.zoom.us/j/80000000101", "80000000101"),
        ("zoom.us/j/80000000101", "https://zoom.us/j/80000000101", "80000000101"),
        ("https://zoom.us/w/80000000101?tk=secret", "https://zoom.us/w/80000000101", "80000000101"),
        ("https://zoom.us/s/80000000101?zak=secret", "https://zoom.us/j/80000000101", "80000000101"),
        ("https://app.zoom.us/wc/80000000101/start", "https://app.zoom.us/j/80000000101", "80000000101"),
        ("https://app.zoom.us/wc/join/80000000101", "https://app.zoom.us/j/80000000101", "80000000101"),
        ("https://uni-beispiel.zoom-x.de/j/65000000011", "https://uni-beispiel.zoom-x.de/j/65000000011", "65000000011"),
        ("https://agency.zoomgov.com/j/160000001", "https://agency.zoomgov.com/j/160000001", "160000001"),
        ("https://zoom.us/my/anna.meier?pwd=x", "https://zoom.us/my/anna.meier", None),
        ("https://zoom.us.evil.example/j/80000000101", "https://zoom.us.evil.example/j/80000000101", None),
        ("https://notzoom.us/j/80000000101", "https://notzoom.us/j/80000000101", None),
        ("https://zoom.us/j/1234", "https://zoom.us/j/1234", None),
        ("https://zoom.us/j/" + "1" * 15, "https://zoom.us/j/" + "1" * 15, None),
    ],
)
def test_a_link_is_kept_without_what_is_secret_in_it(cell: str, url: str, number: str | None):
    link = read_link(cell)
    assert link is not None
    assert (link.url, link.number, link.has_passcode) == (url, number, "pwd=" in cell)


@pytest.mark.parametrize(
    "cell",
    ["javascript:alert(1)", "80000000101", "example.org/j/80000000101", "https://zoom.us@evil.example/j/80000000101",
     "https://zoom.us/meeting/tZUqfuqrrDIq/ics?icsToken=x", "https://zoom.us/j/80000000101 or so", "https://",
     "https://zoom.us/\x1b[31m", "https://zoom.us/\u202ej/80000000101", "ftp://zoom.us/j/80000000101"],
)  # fmt: skip
def test_anything_else_is_no_link(cell: str):
    assert read_link(cell) is None


def test_a_link_that_is_none_is_reported_without_its_query():
    faults = Faults("a.csv")
    assert check_link("nowhere?pwd=secret", faults) is None
    assert [problem.code for problem in faults.problems] == ["bad-link"]
    assert "secret" not in faults.problems[0].message
    assert faults.sound
