"""Foreign text on a terminal: shown, never obeyed."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
# Format characters that scripts and emoji need to be written at all.
_NEEDED = {"\u200c", "\u200d"}
# More names than these tell nobody anything.
_NAMED = 3


def visible(text: str) -> str:
    """Return the text with every control, bidi and other invisible character written as an escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(character) for character in text)


def _escaped(character: str) -> str:
    if character in _NEEDED or unicodedata.category(character) not in _INVISIBLE:
        return character
    return character.encode("unicode_escape").decode()


def enumerated(names: Sequence[str]) -> str:
    """Return the names as a person lists them; of many only the first."""
    if len(names) > _NAMED + 1:
        return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def shortened(text: str, limit: int) -> str:
    """Return the visible text in at most `limit` characters; an ellipsis shows that something is missing."""
    shown = visible(text)
    return shown if len(shown) <= limit else shown[: limit - 1].rstrip() + "…"
