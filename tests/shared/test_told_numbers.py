from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.shared.links import rows_of
from migrate.shared.links_in_text import find_links

INVITATION = """\
Anna Meier is inviting you to a scheduled Zoom meeting.

Topic: Weekly
Time: Mar 1, 2027 09:00 AM Amsterdam, Berlin, Rome, Stockholm, Vienna

Join Zoom Meeting
https://us02web.zoom.us/j/80000000201?pwd=abc.1

Meeting ID: 800 0000 0201
Passcode: 123456789
---
One tap mobile
+496900000000,,80000000201#,,,,*123456# Germany
• +1 301 555 0100 US (Washington DC)
Find your local number: https://us02web.zoom.us/u/abcde12345
Join by SIP
80000000201@zoomcrc.com
Join by H.323
192.0.2.10 (Europe)
"""

numbers = st.from_regex(r"[1-9][0-9]{9,10}", fullmatch=True)
blanks = st.sampled_from(["", " ", "-", "\u00a0", "\u202f", "&nbsp;"])


def told(text: str) -> list[tuple[str, str | None, str]]:
    return [(each.link.kind, each.link.number, text[each.start : each.end]) for each in find_links(text)]


def grouped(number: str, blank: str) -> str:
    return blank.join((number[:3], number[3:-4], number[-4:]))


def test_an_invitation_leads_to_its_meeting_at_every_place_that_tells_it() -> None:
    number = "80000000201"
    assert told(INVITATION) == [
        ("meeting", number, "https://us02web.zoom.us/j/80000000201?pwd=abc.1"),
        ("number", number, "800 0000 0201"),
        ("dial-in", number, number),
        ("room-system", number, number),
    ]


@given(
    st.sampled_from(rows_of("label")), numbers, blanks, st.sampled_from([": ", " : ", "\uff1a", ":\n", " ", ":</b> "])
)
def test_a_number_is_found_behind_its_label_in_every_language(label: str, number: str, blank: str, colon: str) -> None:
    written = grouped(number, blank)
    assert told(f"Zoom\n{label}{colon}{written}\nx") == [("number", number, written)]
    assert told(f"ZOOM-Meeting ({label.lower()}{colon}{written})") == [("number", number, written)]


@pytest.mark.parametrize("dial", ["+49690000000,,80000000201#", "tel:+13015550100%2C%2C80000000201%23,,,,*123#"])
def test_a_number_that_telephones_dial_is_found(dial: str) -> None:
    assert told(f"Zoom {dial}") == [("dial-in", "80000000201", "80000000201")]


@pytest.mark.parametrize(
    "address",
    [
        "80000000201@zoomcrc.com",
        "sip:80000000201.123456@zoomcrc.com",
        "80000000201..77@ZOOMCRC.com",
        "800000020@sip.zoomgov.com",
    ],
)
def test_the_address_of_a_room_system_names_zoom_itself(address: str) -> None:
    assert [kind for kind, *_ in told(f"Call {address}.")] == ["room-system"]


@pytest.mark.parametrize(
    "text",
    [
        "Meeting ID: 800 0000 0201",
        "Zoom call 800 0000 0201",
        "Zoom, passcode: 8000000020",
        "Zoom or Teams. Meeting ID: 234 567 890 12",
        "Zoom or Teams. Meeting ID: 234 567 890 123 4",
        "Zoom or Webex. Meeting ID: 2345 678 9012",
        "Zoom or another. Meeting ID: 123 456 789",
        "Zoom or another. Meeting ID: 123-456-789",
        "Zoom or another: +4969000000,,123456789#",
        "Zoom. Meeting ID: 800 0000-0201",
        "Zoom. Meeting ID: 800 000 00201",
        "Zoom. Meeting ID: 123456789012",
        "Zoom. Meeting ID: 12345678",
        "Zoom +4969000000,,80000000201",
        "https://evilzoom.us/ Meeting ID: 800 0000 0201",
        "userzoom Meeting ID: 800 0000 0201",
        "Call 80000000201@zoomcrc.com.evil.example",
        "Call 80000000201@evilzoomcrc.com",
        "Call 80000000201@zoomcrc.community",
    ],
)
def test_a_number_that_may_be_anything_else_is_not_taken(text: str) -> None:
    assert told(text) == []


def test_nine_digits_need_a_link_to_zoom_in_the_text() -> None:
    text = "https://zoom.us/j/123456789\nMeeting ID: 123-456-789\n+4969000000,,123456789#"
    assert [kind for kind, number, _ in told(text) if number == "123456789"] == ["meeting", "number", "dial-in"]


def test_a_label_far_away_or_behind_other_words_does_not_count() -> None:
    assert told("Zoom. Meeting ID: see below. Invoice 8000000020") == []
    assert told(f"Zoom. Meeting ID: {'<b>' * 200}800 0000 0201") == []
