from __future__ import annotations

import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from migrate.shared.link_wrappers import Wrapper, wrappers
from migrate.shared.links import LINKS, Link, read_link, rows_of
from migrate.shared.links_in_text import find_links

NUMBER = "80000000101"
LINK = f"https://zoom.us/j/{NUMBER}"
EXAMPLES = {"NUMBER": NUMBER, "NAME": "anna.meier", "TOKEN": "WN_a-Zq9"}
SHAPES = [(kind, shape) for kind in LINKS for shape in rows_of(kind)]


def example(shape: str) -> str:
    for word, value in EXAMPLES.items():
        shape = shape.replace(word, value)
    return shape


def found(text: str) -> list[tuple[str | None, str]]:
    return [(each.link.number, text[each.start : each.end]) for each in find_links(text)]


@st.composite
def zoom_links(draw: st.DrawFn) -> tuple[str, str, str]:
    """Draw a kind, a link of that kind, and its path."""
    kind, shape = draw(st.sampled_from(SHAPES))
    labels = draw(st.lists(st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True), max_size=3))
    host = ".".join([*labels, draw(st.sampled_from(rows_of("host")))])
    scheme = draw(st.sampled_from(["https://", "http://", "HTTPS://", "https:/", "zoommtg://", "zoomus://", ""]))
    port = draw(st.sampled_from(["", ":443", ":8443"]))
    path = example(shape)
    query = draw(st.sampled_from(["", "pwd=abc.1", "pwd=abc&amp;from=addon", "tk=x&pwd=y"]))
    link = scheme + draw(st.sampled_from([host, host.upper(), host.title()])) + port + path
    return kind, link + (query and ("&" if "?" in path else "?") + query), path


@given(zoom_links(), st.text(max_size=60), st.text(max_size=60), st.sampled_from([" ", "\n", '"', "<br>", "\u3000"]))
def test_every_shape_is_found_in_any_text(drawn: tuple[str, str, str], before: str, after: str, gap: str) -> None:
    kind, link, path = drawn
    text = f"{before}{gap}{link}{gap}{after}"
    start = len(before) + len(gap)
    at_place = [each for each in find_links(text) if (each.start, each.end) == (start, start + len(link))]
    assert [each.link.kind for each in at_place] == [kind]
    assert at_place[0].link.number == (NUMBER if NUMBER in path else None)
    assert at_place[0].link.name == ("anna.meier" if kind == "personal" else None)
    assert at_place[0].link == read_link(link)


@given(zoom_links())
def test_no_secret_is_kept(drawn: tuple[str, str, str]) -> None:
    (each,) = find_links(drawn[1])
    assert "?" not in each.link.url
    assert each.link.has_passcode == ("pwd=" in drawn[1])


@pytest.mark.parametrize(
    ("text", "link"),
    [
        (f"({LINK}?pwd=abc.1).", f"{LINK}?pwd=abc.1"),
        (f"[join]({LINK}), or call", LINK),
        (f"**{LINK}**", LINK),
        (f"参加する{LINK}?pwd=Y.1パスコード: x", f"{LINK}?pwd=Y.1"),
        (f"Join Zoom Meeting{LINK}", LINK),
        (f"{LINK}#success", f"{LINK}#success"),
        (f"<a href={LINK}>", LINK),
        (f"&lt;{LINK}?pwd=a&gt; or", f"{LINK}?pwd=a"),
        (f"Link:zoom.us/j/{NUMBER}/.", f"zoom.us/j/{NUMBER}/"),
        ("zoom.us/j/800-0000-0101!", "zoom.us/j/800-0000-0101"),
        (f"Shall we use {LINK}?", LINK),
        (f"https://example.org/a;{LINK}", LINK),
    ],
)
def test_what_stands_around_a_link_is_no_part_of_it(text: str, link: str) -> None:
    assert found(text) == [(NUMBER, link)]


def test_links_come_in_order_with_visible_text_and_target() -> None:
    text = f'<a href="https://zoom.us/j/80000000102?pwd=x">{LINK}</a>,zoom.us/my/anna.meier'
    assert [text[each.start : each.end] for each in find_links(text)] == [
        "https://zoom.us/j/80000000102?pwd=x", LINK, "zoom.us/my/anna.meier"
    ]  # fmt: skip


FOREIGN = ["evil.example", "xn--zom-dqa.example", "zoom.us.evil.example"]
LOOKS_LIKE = [
    *("evil{host}", "-{host}", "ä{host}", "a\u0308{host}", "my_{host}", "{host}-x", "{host}.", "user{host}", ".{host}"),
    *("{host}.{evil}", "{host}%2e{evil}", "{host}\uff0e{evil}", "{host}\u3002{evil}", "{host}\uff61{evil}"),
    *("{host}\u200b.{evil}", "{host}@{evil}", "{host}:443@{evil}", "{host}%40{evil}", "{host}\\@{evil}", "a@{host}"),
    *("{evil}@{host}", "a:b@{host}", "{evil}\\.{host}", "{evil}\\@{host}", "{evil}%2f.{host}", "{evil}#.{host}"),
    *("{evil}/{host}", "{evil}?{host}", "{evil}#{host}", "{evil}/?u=https://{host}", "{evil}/https://{host}"),
    *("{evil}:80:{host}", "{evil}/url?q={host}", "{evil}/\xe4/https://{host}", "{host}:port", "[{host}]", "zoom%2eus"),
    *("z\u043e\u043em.us", "\u24e9oom.us", "zoom\uff0eus", "zoom\u2024us", "zo\xadom.us", "zoom.\u1d1cs", "zoom.us\\"),
]


@given(
    st.sampled_from(LOOKS_LIKE),
    st.sampled_from(FOREIGN),
    st.sampled_from(rows_of("host")),
    st.sampled_from([example(shape) for _, shape in SHAPES]),
    st.sampled_from(["https://", "http://", "zoommtg://", "HTTPS://"]),
    st.sampled_from([("", ""), (" ", " "), ('<a href="', '">x</a>'), ("参加する", ""), ("Zoom: ", "?pwd=x")]),
)
def test_no_look_alike_is_found(
    like: str, evil: str, host: str, path: str, scheme: str, around: tuple[str, str]
) -> None:
    text = f"{around[0]}{scheme}{like.format(host=host, evil=evil)}{path}{around[1]}"
    assert found(text) == []


@pytest.mark.parametrize(
    "address",
    [
        f"user@zoom.us/j/{NUMBER}",
        f"evil.example/zoom.us/j/{NUMBER}",
        f"äzoom.us/j/{NUMBER}",
        f"evil.example?u={LINK}",
        f"ftp://zoom.us/j/{NUMBER}",
        f"x.zoom.us.evil.example/j/{NUMBER}",
        f"{LINK}2345",
        "https://zoom.us/j/1234",
        "https://zoom.us/my/m%C3%BCller",
        "https://go.userzoom.com/j/80000000101",
        "https://zoom.us/j/80000000101".replace(".", "。"),
    ],
)
def test_what_leads_elsewhere_is_not_found_without_a_scheme_either(address: str) -> None:
    assert found(f"See {address} .") == []


@pytest.mark.parametrize("shape", rows_of("ignored"))
def test_what_leads_to_no_meeting_is_not_found(shape: str) -> None:
    assert found(f"https://us02web.zoom.us{example(shape)}?x=y") == []


def proofpoint(link: str) -> str:
    coded = quote(link, safe="").replace("_", "%5F").replace("-", "%2D")
    return coded.replace("%2F", "_").replace("%", "-")


def starred(link: str) -> str:
    """Write a link as version 3 does, with one star for each octet that it takes out."""
    taken = [char for char in link if char in "%*"]
    octets = urlsafe_b64encode("".join(taken).encode()).decode().rstrip("=")
    return f"__{''.join('*' if char in taken else char for char in link)}__;{octets}!!A-b_c!x$"


CODED: dict[str, Callable[[str], str]] = {
    "": lambda link: quote(link, safe=""),
    "(proofpoint)": proofpoint,
    "(base64)": lambda link: quote(urlsafe_b64encode(link.encode()).decode(), safe=""),
}
READABLE = [known for known in wrappers() if known.readable]


def wrap(wrapper: Wrapper, link: str) -> str:
    host = wrapper.host.replace("*", "eur01")
    path = "/x" if wrapper.path == "*" else wrapper.path
    if wrapper.target == "__TARGET__":
        return f"https://{host}{path}{starred(link)}"
    parameter, _, coding = wrapper.target.partition(" ")
    return f"https://{host}{path}?k=1&{parameter}={CODED[coding](link)}&data=05%7C01%7C"


@given(zoom_links(), st.lists(st.sampled_from(READABLE), min_size=1, max_size=3), st.booleans())
def test_a_wrapped_link_is_read_and_replaced_whole(
    drawn: tuple[str, str, str], layers: list[Wrapper], in_html: bool
) -> None:
    link = drawn[1].replace("&amp;", "&")
    assume(link.startswith("http"))
    whole = link
    for layer in layers:
        whole = wrap(layer, whole)
    assert read_link(whole) == read_link(link)
    text = f'<a href="{whole.replace("&", "&amp;")}">' if in_html else f"Join ({whole})."
    (each,) = find_links(text)
    assert each.link == read_link(link)
    assert text[each.start : each.end] == (whole.replace("&", "&amp;") if in_html else whole).rstrip("|")


@pytest.mark.parametrize("wrapper", [known for known in wrappers() if not known.readable])
def test_what_only_a_server_knows_is_not_guessed(wrapper: Wrapper) -> None:
    host = wrapper.host.replace("*", "eur01")
    assert found(f"https://{host}/s/AbCd?domain=zoom.us&url={quote(LINK, safe='')}") == []


@pytest.mark.parametrize(
    "host",
    [
        "safelinks.protection.outlook.com.evil.example",
        "evil.example",
        "google.evil.example",
        "evilsafelinks.protection.outlook.com",
        "urldefense.com@evil.example",
    ],
)
def test_what_looks_like_a_wrapper_is_none(host: str) -> None:
    assert found(f"https://{host}/url?q={quote(LINK)}&url={quote(LINK)}") == []
    assert found(f"https://{host}/v3/__{LINK}__;!!x$") == []


def test_a_wrapped_look_alike_is_none() -> None:
    for target in ("https://zoom.us@evil.example", "https://evilzoom.us", "https://evil.example/?u=https://zoom.us"):
        assert found(f"https://www.google.com/url?q={quote(f'{target}/j/{NUMBER}', safe='')}&sa=D") == []


def test_stars_of_proofpoint_may_stand_for_runs_of_octets() -> None:
    octets = urlsafe_b64encode("äö%".encode()).decode().rstrip("=")
    text = f"https://urldefense.com/v3/__https://zoom.us/my/anna?a=**C*2F__;{octets}!!x$"
    assert [each.link for each in find_links(text)] == [
        Link("https://zoom.us/my/anna", None, False, "personal", "anna")
    ]


@given(st.text() | st.text(alphabet="htps:/zoom.us@jw0123?&=%-_*;<>\"' \n"))
def test_no_text_is_too_odd(text: str) -> None:
    ends = [0]
    for each in find_links(text):
        assert ends[-1] <= each.start < each.end <= len(text)
        ends.append(each.end)


UNITS = [
    *(
        "a.",
        "zoom.",
        "zoom.us/",
        "zoom.us.",
        "https://",
        "https:/",
        "https://zoom.us",
        f"{LINK}(",
        f"{LINK}=",
        f"{LINK}あ",
    ),
    *(
        "あhttps://x",
        "https://zoom.us/j/8",
        "1",
        "12 ",
        "800 0000 0201 ",
        "Meeting ID: ",
        "Meeting ID: 800 0000 0201\n",
    ),
    *(
        "<",
        "<a ",
        "<b>",
        "&",
        "&#",
        "&#0",
        "&nbsp;",
        "&gt;",
        "*",
        "**A",
        "__;",
        "+1234567,,",
        "a@zoomcrc.com",
        ".1",
        "-",
    ),
    *(
        "https://urldefense.com/v3/__",
        "https://www.google.com/url?q=",
        "q=a&",
        "%25",
        "zoom.us/my/a.",
        "?confno=",
        "[",
        "(",
    ),
]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(
    "before",
    [f"{LINK} ", "https://urldefense.com/v3/__", "https://www.google.com/url?q=", "zoom.us/join?"],
)
def test_hostile_text_takes_no_more_than_its_length(before: str, unit: str) -> None:
    text = before + unit * (200_000 // len(unit))
    began = time.process_time()
    for _ in find_links(text):
        pass
    # What grows with the square of the length takes minutes.
    assert time.process_time() - began < 5
