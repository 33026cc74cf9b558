r"""Text in cells that come back unchanged from a spreadsheet, and that no spreadsheet takes for a formula.

A backslash begins an escape: `\n`, `\r`, `\t`, `\\`, `\e` (an empty text, where an empty cell means none) and `\u` with
four hexadecimal digits. A leading apostrophe is not part of the text. Anything else stands for itself.
"""

from __future__ import annotations

import re

# Control characters, line separators, halves of surrogate pairs, byte order marks, and white space at either end.
_INVISIBLE = "\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff"
# Where the semicolon is the delimiter, a formula could begin behind one.
_SPLIT = r";(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20])"
_UNSAFE = re.compile(rf"[\\{_INVISIBLE}]|^\s+|\s+\Z|{_SPLIT}")
_UNSAFE_IN_JSON = re.compile(f"[{_INVISIBLE}]|{_SPLIT}")
# Formulas, also in full width, and what a spreadsheet would store as a number or a date: 007, 3/4, 85200000001.
_MISREAD = re.compile(r"[=+\-@'\uff1d\uff0b\uff0d\uff20]|(?=\D*\d)[\d.,:/ %-]+(?:[eE][+-]?\d+)?\Z")
_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")
_SHORT = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_LONG = {"\\": "\\", "n": "\n", "r": "\r", "t": "\t", "e": ""}


def to_cell(text: str) -> str:
    """Return the cell for a text."""
    if not text:
        return "\\e"
    cell = _UNSAFE.sub(_escape, text)
    return f"'{cell}" if _MISREAD.match(cell) else cell


def from_cell(cell: str) -> str:
    """Return the text of a cell, also of one that a person wrote: an unknown escape stands for itself."""
    return whole(_ESCAPED.sub(_unescape, cell.removeprefix("'")))


def whole(text: str) -> str:
    """Return the text with escaped pairs of surrogates as one character; a lone half, which no file can hold, goes."""
    if text.isascii() or not _SURROGATE.search(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def json_cell(text: str) -> str:
    """Return the cell for JSON, which has its own escapes."""
    return _UNSAFE_IN_JSON.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    return "".join(_SHORT.get(character) or f"\\u{ord(character):04x}" for character in match[0])


def _unescape(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if match[1] else _LONG.get(match[2], match[0])
