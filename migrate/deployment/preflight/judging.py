"""All checks of one host, in the order in which people put things right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate.core.check import Finding, Needs, Seen
from migrate.deployment.preflight import machine, naming, packages, ports, routes

CHECKS = (machine.checks, packages.checks, routes.checks, naming.checks, ports.checks)


def judge(needs: Needs, seen: Seen) -> Sequence[Finding]:
    """Return what every check found."""
    return tuple(_all(needs, seen))


def _all(needs: Needs, seen: Seen) -> Iterator[Finding]:
    for checks in CHECKS:
        yield from checks(needs, seen)
