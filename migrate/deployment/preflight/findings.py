"""Words for findings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from migrate.core.check import Finding, Needs, Verdict


def ok(needs: Needs, code: str, message: str) -> Finding:
    """Return that all is well."""
    return Finding(code, Verdict.OK, needs.host, message)


def warning(needs: Needs, code: str, message: str, hint: str) -> Finding:
    """Return what may be meant."""
    return Finding(code, Verdict.WARNING, needs.host, message, hint)


def failed(needs: Needs, code: str, message: str, hint: str) -> Finding:
    """Return what has to be put right."""
    return Finding(code, Verdict.FAILED, needs.host, message, hint)


def listed(words: Iterable[str]) -> str:
    """Join words as in a sentence."""
    every: Sequence[str] = list(words)
    return " and ".join(filter(None, [", ".join(every[:-1]), *every[-1:]]))


def gigabytes(size: float) -> str:
    """Return a size for people."""
    return f"{size / 1e9:.1f} GB"
