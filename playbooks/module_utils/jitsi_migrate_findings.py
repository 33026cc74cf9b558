"""What checks of a running server find: each finding is a sentence for people, and all of a host are told together."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """What is not as it should be: what and where. Without `fails` the server works all the same."""

    message: str
    fails: bool = True


def remark(message: str) -> Finding:
    """Return what a person should know, and nobody has to put right at once."""
    return Finding(message, fails=False)
