"""How a value is written in a format, and what happens to one that the format cannot hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

Scalar = str | int
"""What a setting is; bool is an int."""

Value = Scalar | Sequence[Scalar]

CONTROLS = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
"""Characters that end a line somewhere or are a control, for a regular expression's class."""

_NO_CHARACTERS = r"\ufdd0-\ufdef" + "".join(rf"\U{plane:04x}fffe\U{plane:04x}ffff" for plane in range(17))

UNFIT = CONTROLS + _NO_CHARACTERS
"""Those, and the code points that are no character: systemd takes a line that has one for broken and drops it."""

UNSEEN = CONTROLS + r"\xad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufffe\uffff"
"""Controls, and what a person who reads the file would not see, or would see in another order."""

# JavaScript has no whole numbers beyond this, and a port or a size never gets there.
_LARGEST = 2**53 - 1

_NAMES = {"\0": "NUL", "\t": "a tab", "\n": "a line break", "\r": "a carriage return", "\x7f": "DEL"}


class Unquotable(ValueError):
    """A value that a format cannot hold. The message does not show `value`, which may be a secret."""

    def __init__(self, value: object, where: str, what: str) -> None:
        super().__init__(f"{where} cannot hold {what}")
        self.value = value


@dataclass(frozen=True, slots=True)
class Listing:
    """How a list is written. Where nothing encloses its items, none of them would be no value at all."""

    opening: str = ""
    between: str = " "
    closing: str = ""
    empty: str | None = None


@dataclass(frozen=True, slots=True)
class Notation:
    """A filter: `text` writes a string, after `refused` (a class of characters) was not found in it.

    `before` and `after` are what a value must stand between in the file, for else its quotes would not be quotes.
    """

    name: str
    where: str
    text: Callable[[str], str]
    before: str
    after: str
    refused: str = ""
    truth: tuple[str, str] | None = None
    listing: Listing | None = None

    def __call__(self, value: Value) -> str:
        """Write a value, with its quotes. Raises Unquotable if the format cannot hold it."""
        if isinstance(value, str | int):
            return self._scalar(value)
        # Bytes are a sequence of numbers too, and no list.
        if not isinstance(value, list | tuple):
            raise Unquotable(value, self.where, f"a {type(value).__name__}")
        if self.listing is None:
            raise Unquotable(value, self.where, "a list")
        if not value:
            return self._nothing(value, self.listing)
        return self.listing.opening + self.listing.between.join(map(self._scalar, value)) + self.listing.closing

    def _scalar(self, value: Scalar) -> str:
        match value:
            case bool():
                return self._truth(value)
            case int():
                return self._number(value)
            case str():
                return self._text(value)
        raise Unquotable(value, self.where, f"a {type(value).__name__} in a list")

    def _truth(self, value: bool) -> str:
        if self.truth is None:
            raise Unquotable(value, self.where, "true or false")
        return self.truth[value]

    def _number(self, value: int) -> str:
        if abs(value) > _LARGEST:
            raise Unquotable(value, self.where, f"a number beyond {_LARGEST}")
        return str(int(value))

    def _text(self, value: str) -> str:
        found = re.search(rf"[\ud800-\udfff{self.refused}]", value)
        if found:
            raise Unquotable(value, self.where, _described(found[0]))
        # A member of a text enumeration is a string whose str() is not its text.
        return self.text("".join(value))

    def _nothing(self, value: Value, listing: Listing) -> str:
        if listing.empty is None:
            raise Unquotable(value, self.where, "an empty list")
        return listing.empty


@dataclass(frozen=True)
class Format:
    """A configuration format: its notations, and what encloses (strings, comments), where no value may stand."""

    name: str
    notations: tuple[Notation, ...]
    encloses: str = r"(?!)"
    by_name: Mapping[str, Notation] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {notation.name: notation for notation in self.notations})


def _described(character: str) -> str:
    if character in _NAMES:
        return _NAMES[character]
    if unicodedata.category(character) in {"Cc", "Cn", "Cs", "Zl", "Zp"}:
        return f"the character U+{ord(character):04X}"
    return f"the character {character}"
