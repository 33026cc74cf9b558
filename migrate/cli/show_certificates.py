"""How long the certificates last, for a person."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from migrate.cli.output import Output
from migrate.services.certificates import Certificates, HostCertificate


def show_certificates(output: Output, read: Certificates) -> None:
    """Show a line for each certificate, and below it what to do if it does not last."""
    for host, certificates in groupby(read.seen, key=lambda one: one.host):
        _host(output, host, list(certificates), read.days)
    for host, failure in read.failed.items():
        output.verdict((host, "bold"), (f"  {failure.message}", "red"))
        output.verdict(("  hint  ", "cyan"), failure.hint)
    for words in read.asked.complaints:
        output.verdict(("! ", "red"), words)
    failing = len(read.failing)
    if failing:
        output.verdict(f"{failing} of {len(read.seen)} must be seen to.")
    elif read.seen and not read.failed:
        output.verdict(f"All last {read.days} days and more.")


def _host(output: Output, host: str, certificates: Sequence[HostCertificate], days: int) -> None:
    output.line((host, "bold"))
    notes = {place: [one.advice()] for place, one in enumerate(certificates) if one.fails(days)}
    output.table([_row(one, days) for one in certificates], notes=notes)


def _row(one: HostCertificate, days: int) -> list[str | tuple[str, str]]:
    left = "none" if one.days is None else f"{one.days} days"
    return [one.purpose, (left, "red" if one.fails(days) else "green"), (one.path, "dim")]
