"""What a setting of a server can be: good values as they are kept, and hostile and odd ones refused in words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from migrate.deployment import values

HOST_NAMES = {
    "meet.example.org": "meet.example.org",
    "Meet.Example.ORG": "meet.example.org",
    "xn--mnchen-3ya.example.org": "xn--mnchen-3ya.example.org",
    "a.b-c.example.org": "a.b-c.example.org",
    "1.example.org": "1.example.org",
    "meet.example.xn--p1ai": "meet.example.xn--p1ai",
    f"{'a' * 63}.example.org": f"{'a' * 63}.example.org",
}
NO_HOST_NAMES = ["", "meet", "meet.example.org.", ".example.org", "a..org", "münchen.example.org", "-a.example.org"]
NO_HOST_NAMES += ["a-.example.org", "a_b.example.org", "192.0.2.1", "a.1", "meet.example.org:443", "meet.example.org/x"]
NO_HOST_NAMES += [
    "a b.org",
    "meet.example.org\n",
    "meet.example.org\0",
    f"{'a' * 64}.org",
    "a." * 126 + "org",
    "*.a.org",
]
NO_HOST_NAMES += ["meet.example。org", "\uff4deet.example.org", "meet.exampleİ.org", "[::1]", "x';.example.org"]

ADDRESSES = {"192.0.2.1": "192.0.2.1", "2001:DB8:0::1": "2001:db8::1", "10.0.0.5": "10.0.0.5", "fd00::1": "fd00::1"}
NO_ADDRESSES = ["", "[2001:db8::1]", "0.0.0.0", "::", "224.0.0.1", "fe80::1%eth0", "192.0.2.1/32", "192.0.2.01", "1"]
NO_ADDRESSES += ["192.0.2.256", "meet.example.org", "192.0.2.1\n", "١٩٢.0.2.1", "0x7f.1"]

LINKS = ["https://www.example.org", "https://www.example.org:8443/a?b={room}#c", "https://www.example.org/%22"]
NO_LINKS = [
    "http://www.example.org",
    "//www.example.org",
    "javascript:alert(1)",
    "https://",
    "https://a@www.example.org",
]
NO_LINKS += ["https://www.example.org/a b", "https://www.example.org/\n", "https://www.example.org:x/", "https://[::1/"]
NO_LINKS += [
    "https://www.example.org\\@evil.example.org",
    "https://192.0.2.1/",
    "https://www.example.org/ü",
    "ftp://a.org",
]

GOOD: dict[str, dict[str, str]] = {
    "HostName": HOST_NAMES,
    "Address": ADDRESSES,
    "HostOrAddress": HOST_NAMES | ADDRESSES,
    "ServerPort": {"TURN.example.org:3478": "turn.example.org:3478", "a.org:65535": "a.org:65535"},
    "Network": {"192.0.2.0/24": "192.0.2.0/24", "2001:DB8::/32": "2001:db8::/32", "192.0.2.7": "192.0.2.7/32"},
    "Link": dict(zip(LINKS, LINKS, strict=True)),
    "Claim": dict(zip([*LINKS, "jitsi"], [*LINKS, "jitsi"], strict=True)),
    "Origin": {
        "https://WWW.example.org": "https://www.example.org",
        "https://www.example.org:8443/": "https://www.example.org:8443",
    },
    "Colour": {"#1f2937": "#1f2937", "#ABCDEF": "#ABCDEF"},
    "Email": {"it+meet@mail.example.org": "it+meet@mail.example.org"},
    "ServerPath": {"/etc/ssl/meet.pem": "/etc/ssl/meet.pem"},
    "SiteFile": {"branding/logo.svg": "branding/logo.svg"},
    "Name": {
        "Ünïted “Rooms” & Söhne": "Ünïted “Rooms” & Söhne",
        "会議": "会議",
        "Meet ... now": "Meet ... now",
        "a": "a",
    },
    "InventoryHost": {"meet.example.org": "meet.example.org", "web_1": "web_1", "10.0.0.5": "10.0.0.5"},
    "Word": {"eu-west": "eu-west", "meet.example.org": "meet.example.org", "a_1": "a_1"},
}
BAD: dict[str, list[str]] = {
    "HostName": NO_HOST_NAMES,
    "Address": NO_ADDRESSES,
    "HostOrAddress": ["", "meet", "[2001:db8::1]", "0.0.0.0", "192.0.2.256", "meet.example.org:443", "::g", "a b.org"],
    "ServerPort": [
        "turn.example.org",
        "turn.example.org:",
        "a.org:0",
        "a.org:65536",
        "a.org:٣",
        "[::1]:1",
        "a.org:1:2",
    ],
    "Network": ["192.0.2.1/24", "192.0.2.0/33", "", "any", "192.0.2.0/24\n", "fe80::/10 "],
    "Link": NO_LINKS,
    "Claim": [*NO_LINKS, "", "a b", "*", "-a", "x" * 64],
    "Origin": ["https://www.example.org/a", "https://www.example.org?x", "https://www.example.org#x", *NO_LINKS],
    "Colour": ["1f2937", "#fff", "red", "#1f293g", "#1f2937\n", "#1f2937;"],
    "Email": [
        "",
        "a",
        "a@b",
        "a b@example.org",
        "a@example.org\n",
        "<a@example.org>",
        "a@example..org",
        "ä@example.org",
    ],
    "ServerPath": ["etc/x", "/", "/etc/../x", "/etc//x", "/a b", "/a'b", "/a\n", "/etc/", "/ü"],
    "SiteFile": ["/logo.svg", "../logo.svg", "a/../b", "a//b", ".hidden", "a b", "", "a\\b", "logo.svg\n"],
    "Name": ["", " a", "a ", "a\nb", "a\0", "a\u2028b", "x" * 81, "-", "\t"],
    "InventoryHost": ["", "-a", "a..b", "a b", "../a", "a[1:2]", "a:22", "a\n", "é", "x" * 254],
    "Word": ["", "-a", ".", "a..b", "a b", "a/b", "a\n", "x" * 64, "é", "_a"],
}


def read(kind: str, value: Any) -> Any:
    return TypeAdapter(getattr(values, kind)).validate_python(value)


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind in GOOD for value in GOOD[kind]])
def test_a_good_value_is_kept_in_its_one_form(kind: str, value: str) -> None:
    kept = read(kind, value)
    assert kept == GOOD[kind][value]
    assert read(kind, kept) == kept


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind in BAD for value in BAD[kind]])
def test_another_value_is_refused_with_words_for_what_is_wanted(kind: str, value: str) -> None:
    with pytest.raises(ValidationError) as caught:
        read(kind, value)
    (fault,) = caught.value.errors()
    assert fault["loc"] == ()
    assert fault["type"] in ("value_error", "string_too_short", "string_too_long")


def test_every_kind_of_text_is_tried() -> None:
    annotated = {name for name, kind in vars(values).items() if getattr(kind, "__origin__", None) is str}
    assert GOOD.keys() == BAD.keys() == annotated


@pytest.mark.parametrize("kind", sorted(GOOD.keys() - {"Name"}))
@settings(max_examples=30)
@given(text=st.text() | st.from_regex(r"[a-z./:@#\[\]-]{1,12}[\x00-\x20\"'`$\\;]?", fullmatch=True))
def test_no_value_but_a_name_can_hold_what_ends_a_line_or_a_word(kind: str, text: str) -> None:
    try:
        kept = read(kind, text)
    except ValidationError:
        return
    assert kept.isascii()
    assert kept.isprintable()
    assert " " not in kept
