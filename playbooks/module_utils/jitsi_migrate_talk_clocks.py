"""Whether two hosts have the same time: Talk refuses what another clock has signed."""

from __future__ import annotations

from collections.abc import Iterator

from ansible.module_utils.jitsi_migrate_findings import Finding, remark
from ansible.module_utils.jitsi_migrate_https import Answer

REFUSED, NOTICED = 45, 5  # seconds: the first is Talk's own bound


def clocks(answer: Answer, who: str) -> Iterator[Finding]:
    """Compare the clock of a server with this host's."""
    apart = abs(answer.ahead or 0)
    if apart > NOTICED:
        way = "ahead of" if (answer.ahead or 0) > 0 else "behind"
        words = f"the clock of {who} is {apart:.0f} seconds {way} this host's"
        yield Finding(f"{words}, and from {REFUSED} on nobody gets into calls") if apart > REFUSED else remark(words)
