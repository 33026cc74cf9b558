"""How long the certificates last, for a person."""

from __future__ import annotations

from migrate.cli.output import Output
from migrate.services.certificates import Certificates, HostCertificate


def show_certificates(output: Output, read: Certificates) -> None:
    """Show a line for each certificate, then what to do about those that do not last."""
    notes = {place: [one.advice()] for place, one in enumerate(read.seen) if one.fails(read.days)}
    output.table([_row(one, read.days) for one in read.seen], indent=0, notes=notes)
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


def _row(one: HostCertificate, days: int) -> list[str | tuple[str, str]]:
    left = "none" if one.days is None else f"{one.days} days"
    return [(one.host, "bold"), one.purpose, (left, "red" if one.fails(days) else "green"), (one.path, "dim")]
