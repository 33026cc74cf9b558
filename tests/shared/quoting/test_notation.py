"""What all notations have in common."""

from __future__ import annotations

from enum import Enum, IntEnum, StrEnum

import pytest

from migrate.shared.quoting import FORMATS, NOTATIONS, Unquotable

ALL = pytest.mark.parametrize("notation", NOTATIONS.values(), ids=NOTATIONS.keys())
SECRET = "s3cret"


class Colour(StrEnum):
    RED = "red"


class Port(IntEnum):
    TURN = 3478


class OldColour(str, Enum):  # noqa: UP042
    RED = "red"


def outcome(notation, value):
    """Return what is written, and why nothing is."""
    try:
        return notation(value), ""
    except Unquotable as refusal:
        return "", str(refusal)


@ALL
@pytest.mark.parametrize("character", ["\x00", "\x02", "\x03", "\x1b", "\r", "\ud800"])
def test_no_control_character_and_no_half_of_one_gets_through(notation, character):
    text, refusal = outcome(notation, f"a{character}b")
    assert character not in text
    assert text or refusal.startswith(f"{notation.where} cannot hold ")


@ALL
@pytest.mark.parametrize("value", [None, 0.5, b"a", {"a": 1}, {1}, object(), [None], [["a"]], [b"a"], 2**53, -(2**53)])
def test_what_is_no_value_is_refused(notation, value):
    with pytest.raises(Unquotable, match="cannot hold"):
        notation(value)


@ALL
def test_a_refusal_has_the_value_and_does_not_show_it(notation):
    value = f"{SECRET}\ud800"
    with pytest.raises(Unquotable) as refused:
        notation(value)
    assert refused.value.value == value
    assert SECRET not in str(refused.value)


@ALL
def test_members_of_enumerations_are_their_values(notation):
    for member, plain in ((Colour.RED, "red"), (OldColour.RED, "red"), (Port.TURN, 3478)):
        assert notation(member) == notation(plain)
        assert type(notation(member)) is str


@ALL
def test_an_empty_list_is_a_list_or_refused(notation):
    text, refusal = outcome(notation, [])
    assert text in {"[]", "{}"} or "list" in refusal


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("nginx", "a$b", "nginx cannot hold the character $"),
        ("coturn", "a\nb", "turnserver.conf cannot hold a line break"),
        ("environment", "\0", "an environment file cannot hold NUL"),
        ("environment", True, "an environment file cannot hold true or false"),
        ("debconf", "\x85", "a debconf answer cannot hold the character U+0085"),
        ("lua", "\ud800", "Lua cannot hold the character U+D800"),
        ("coturn", ["a"], "turnserver.conf cannot hold a list"),
        ("sysctl", [], "sysctl.conf cannot hold an empty list"),
        ("json", 2**53, "JSON cannot hold a number beyond 9007199254740991"),
        ("nginx", "x" * 4001, "nginx cannot hold more than 4000 bytes"),
    ],
)
def test_a_refusal_says_what_cannot_be_held(name, value, reason):
    with pytest.raises(Unquotable) as refused:
        NOTATIONS[name](value)
    assert str(refused.value) == reason


def test_every_notation_belongs_to_one_format():
    assert sum(len(known.notations) for known in FORMATS.values()) == len(NOTATIONS)
