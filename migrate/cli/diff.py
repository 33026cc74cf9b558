"""Unified diffs of many files, made short."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NOTHING = "/dev/null"
# How many lines of each side follow; one where no number stands.
_HUNK = re.compile(r"@@ -\d+(?:,(?P<old>\d+))? \+\d+(?:,(?P<new>\d+))? @@")


def without_contents(diff: Sequence[str]) -> list[str]:
    """Return the lines of a diff. Of a file that comes or goes whole there is only one, with its name."""
    shown: list[str] = []
    at = 0
    while at < len(diff):
        before, after = diff[at], diff[at + 1] if at + 1 < len(diff) else ""
        is_named = before.startswith("--- ") and after.startswith("+++ ")
        if is_named and _NOTHING in (before[4:], after[4:]):
            shown.append(f"-{before[4:]}" if after[4:] == _NOTHING else f"+{after[4:]}")
            at = _behind_hunk(diff, at + 2)
        else:
            # What is in a hunk may look like names of files.
            end = max(_behind_hunk(diff, at), at + 1)
            shown += diff[at:end]
            at = end
    return shown


def _behind_hunk(diff: Sequence[str], at: int) -> int:
    found = _HUNK.match(diff[at]) if at < len(diff) else None
    if not found:
        return at
    left = {"-": int(found["old"] or 1), "+": int(found["new"] or 1)}
    at += 1
    while at < len(diff) and (max(left.values()) > 0 or diff[at].startswith("\\")):
        for side in {" ": "-+", "": "-+"}.get(diff[at][:1], diff[at][:1]):
            if side in left:
                left[side] -= 1
        at += 1
    return at
