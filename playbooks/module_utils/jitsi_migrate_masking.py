"""Keeping secrets out of what programs say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

MASK = "‹secret›"
# So many characters of a secret in a row are not shown even where a program quotes only a part of it.
TELLING = 4


def without(words: str, secrets: Sequence[str]) -> str:
    """Return a program's words without the secrets of its input, nor any telling part of one."""
    covered = bytearray(len(words))
    for start, end in _found(words, secrets):
        covered[start:end] = b"\1" * (end - start)
    pieces = [(MASK if hidden else word) for word, hidden in zip(words, covered)]
    return "".join(piece for index, piece in enumerate(pieces) if not (index and covered[index] and covered[index - 1]))


def _found(words: str, secrets: Sequence[str]) -> Iterator[tuple[int, int]]:
    for part in {part for secret in secrets for part in _parts(secret)}:
        start = words.find(part)
        while start >= 0:
            yield start, start + len(part)
            start = words.find(part, start + 1)


def _parts(secret: str) -> Iterator[str]:
    """Yield what must not be shown of a secret, as it is written in the file and as a program may have read it."""
    for written in {secret, secret.replace("\\", "")} - {""}:
        size = min(TELLING, len(written))
        yield from (written[start : start + size] for start in range(len(written) - size + 1))
