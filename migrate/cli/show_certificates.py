"""How long the certificates last, for a person."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.cli.output import Output
from migrate.services.certificates import Certificates, Seen


def show_certificates(output: Output, read: Certificates) -> None:
    """Show by host a line for each certificate, and what to do about those that do not last."""
    for host in dict.fromkeys(one.host for one in read.seen):
        _host(output, host, [one for one in read.seen if one.host == host], read.days)
    for host, failure in read.failed.items():
        output.verdict((host, "bold"), (f"  {failure.message}", "red"))
        output.verdict(("  hint  ", "cyan"), failure.hint)
    for words in read.complaints:
        output.verdict(("! ", "red"), words)
    failing = len(read.failing)
    if failing:
        output.verdict(f"{failing} of {len(read.seen)} must be seen to.")
    elif read.seen and not read.failed:
        output.verdict(f"All last {read.days} days and more.")


def _host(output: Output, host: str, seen: Sequence[Seen], days: int) -> None:
    output.line((host, "bold"))
    notes = {place: [one.advice()] for place, one in enumerate(seen) if one.fails(days)}
    output.table([_row(one, days) for one in seen], notes=notes)


def _row(one: Seen, days: int) -> list[str | tuple[str, str]]:
    left = "none" if one.days is None else f"{one.days} days"
    return [one.purpose, (left, "red" if one.fails(days) else "green"), (one.path, "dim")]
