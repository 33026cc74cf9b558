"""Bytes -> text: which encoding a file has, by what is in it."""

from __future__ import annotations

import re

from migrate.core.ports import Document
from migrate.core.problem import Problem, Severity

_SNIFFED = 4096
_BROKEN = "\ufffd"
_LETTER = re.compile(rf"[^\x00-\x7f{_BROKEN}]")
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def decode(document: Document) -> tuple[str, str, tuple[Problem, ...]]:
    """Return the text without NUL, the name of its encoding, and what is doubtful about it."""
    mark, encoding = next((pair for pair in _MARKS if document.data.startswith(pair[0])), (b"", ""))
    data = document.data[len(mark) :]
    encoding = encoding or _by_zeros(data[:_SNIFFED]) or "utf-8"
    doubts: tuple[Problem, ...] = ()
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        doubts = (_doubt(document.path, encoding, data.count(b"\n", 0, error.start) + 1),)
        text = data.decode(encoding, errors="replace")
        # A bad byte or two do not make a code page of a file whose other letters are good.
        if encoding.startswith("utf-8") and text.count(_BROKEN) >= len(_LETTER.findall(text)):
            encoding = "cp1252"
            text = data.decode(encoding, errors="replace")
    return text.replace("\0", ""), encoding, doubts


def _by_zeros(sample: bytes) -> str:
    """Tell UTF-16 without a mark: in Western text every other byte is zero."""
    half = len(sample) // 2
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) * 3 <= half or min(even, odd) * 20 > half:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _doubt(path: str, encoding: str, line: int) -> Problem:
    return Problem(
        "encoding-guessed",
        Severity.WARNING,
        f"the text is not valid {encoding.upper()}; letters outside ASCII may be wrong",
        path,
        line,
        "Look at the names with accents. If they are wrong, export the file again, or save it as CSV UTF-8.",
    )
