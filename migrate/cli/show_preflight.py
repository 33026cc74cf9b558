"""What preflight found, for a person."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.cli.output import Output
from migrate.core.check import Finding, Verdict
from migrate.core.playbook import Failure
from migrate.services.preflighting import Preflight

_STYLES = {Verdict.OK: "green", Verdict.WARNING: "yellow", Verdict.FAILED: "red"}
_GRAVEST_FIRST = (Verdict.FAILED, Verdict.WARNING, Verdict.OK)


def show_preflight(output: Output, done: Preflight) -> None:
    """Show a line for each host, and below it what is not well and what to do."""
    for host, findings in done.hosts.items():
        _host(output, host, findings)
    for host, failure in done.unreachable.items():
        _unreachable(output, host, failure)
    for words in done.complaints:
        output.verdict(("! ", "red"), words)
    _verdict(output, done)


def _host(output: Output, host: str, findings: Sequence[Finding]) -> None:
    worth = sorted(
        (found for found in findings if output.verbose or found.verdict is not Verdict.OK),
        key=lambda found: _GRAVEST_FIRST.index(found.verdict),
    )
    output.line((host, "bold"), "  ", *_counts(findings))
    rows: list[list[str | tuple[str, str]]] = [
        [(found.verdict.value, _STYLES[found.verdict]), found.message] for found in worth
    ]
    output.table(rows, notes={place: [found.hint] for place, found in enumerate(worth) if found.hint})
    if worth:
        output.gap()


def _counts(findings: Sequence[Finding]) -> list[str | tuple[str, str]]:
    parts: list[str | tuple[str, str]] = []
    for verdict in _GRAVEST_FIRST:
        if count := sum(found.verdict is verdict for found in findings):
            words = f"{count} warning{'s' * (count > 1)}" if verdict is Verdict.WARNING else f"{count} {verdict.value}"
            parts += [", " * bool(parts), (words, _STYLES[verdict])]
    return parts


def _unreachable(output: Output, host: str, failure: Failure) -> None:
    output.verdict((host, "bold"), ("  not reached", "red"))
    output.line(failure.message, indent=2)
    output.line(failure.hint, indent=7)
    output.gap()


def _verdict(output: Output, done: Preflight) -> None:
    total = len(done.hosts) + len(done.unreachable)
    hosts = f"{total} host{'s' * (total != 1)}"
    bad = sum(any(one.verdict is Verdict.FAILED for one in findings) for findings in done.hosts.values())
    if done.complaints:
        output.verdict("Nothing was looked at.")
    elif bad or done.unreachable:
        output.verdict(f"{bad + len(done.unreachable)} of {hosts} not ready. Nothing was changed.")
        output.again("When that is put right, look again:")
    else:
        ready = f"{hosts} {'is' if total == 1 else 'are'} ready. Nothing was changed."
        output.suggest(f"{ready} Next:", "deploy")
