"""All servers find the same: what is true of the stand-in's queries is true of real ones."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.caldav.server import Answer, Server
from tests.caldav.test_servers import SERVERS, event

QUERY = """<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><d:getetag/></d:prop>
<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">{}</c:comp-filter></c:comp-filter></c:filter>
</c:calendar-query>"""
EVENTS = {
    "text": "DESCRIPTION:Join https://zoom.us/j/81234\r\n 567890?pwd=1\\nMeeting ID: 812 3456 7890",
    "series": "LOCATION:https://ZOOM.us/j/81234567890\r\nRRULE:FREQ=WEEKLY;COUNT=10",
    "conference": "CONFERENCE;VALUE=URI;FEATURE=VIDEO:https://zoom.us/j/81234567890",
    "other": "X-ZOOM-ID:81234567890",
    "plain": "CLASS:PUBLIC",
}
NIGHT = "DTSTART;TZID=Europe/Berlin:20270301T003000\r\nDTEND;TZID=Europe/Berlin:20270301T013000"


def span(start: str, end: str = "") -> str:
    return f'<c:time-range start="{start}"' + (f' end="{end}"' if end else "") + "/>"


def text(name: str, value: str, collation: str = "i;ascii-casemap") -> str:
    match = f'<c:text-match collation="{collation}">{value}</c:text-match>'
    return f'<c:prop-filter name="{name}">{match}</c:prop-filter>'


ASKED = [
    ("", {*EVENTS, "night"}),
    (span("20270101T000000Z", "20270201T000000Z"), set(EVENTS)),
    (span("20270201T000000Z", "20270228T000000Z"), {"series"}),
    (span("20270228T233000Z", "20270228T233500Z"), {"night"}),
    (span("20270302T000000Z"), {"series"}),
    (text("UID", "plain", "i;octet"), {"plain"}),
    (text("DESCRIPTION", "81234567890"), {"text"}),
    (text("LOCATION", "zoom.us"), {"series"}),
    (text("LOCATION", "zoom.us", "i;octet"), set()),
    (text("CONFERENCE", "81234567890"), {"conference"}),
    (text("X-ZOOM-ID", "81234567890"), {"other"}),
    (text("LOCATION", "zoom") + text("SUMMARY", "weekly"), {"series"}),
]


def with_lines(uid: str, lines: str) -> bytes:
    return event(uid).replace(b"SUMMARY:", f"{lines}\r\nSUMMARY:".encode())


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with SERVERS[request.param]() as server:
        night = re.sub(rb"DTSTART.*\r\nDTEND.*(?=\r)", NIGHT.encode(), event("night"))
        for name, data in {"night": night, **{key: with_lines(key, lines) for key, lines in EVENTS.items()}}.items():
            assert server.request("PUT", f"{server.collections[0]}{name}.ics", data).status == 201
        yield server


@pytest.mark.slow
@pytest.mark.parametrize(("condition", "expected"), ASKED)
def test_a_query_finds_the_same_on_every_server(server: Server, condition: str, expected: set[str]) -> None:
    answer = server.request("REPORT", server.collections[0], QUERY.format(condition).encode(), Depth="1")
    assert answer.status == 207
    assert names(answer) == expected


@pytest.mark.slow
def test_a_time_range_may_be_all_that_a_server_looks_at(server: Server) -> None:
    condition = span("20270101T000000Z", "20270201T000000Z") + text("DESCRIPTION", "zoom")
    found = names(server.request("REPORT", server.collections[0], QUERY.format(condition).encode(), Depth="1"))
    # So a client looks again at what it gets.
    assert found == (set(EVENTS) if server.name == "sabre" else {"text"})


def names(answer: Answer) -> set[str]:
    return set(re.findall(r"(\w+)\.ics", answer.body.decode()))
