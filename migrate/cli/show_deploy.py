"""What deploy did, for a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from migrate.cli.diff import without_contents
from migrate.cli.output import Output
from migrate.cli.text import enumerated, shortened
from migrate.core.playbook import HostResult, State
from migrate.services.playbooks import FailedTask, HostOutcome, Outcome
from migrate.services.run_log import FOR_PEOPLE

# What a module says may be pages; the log has all of it.
_LONGEST = 300
_LINES = {"+": "green", "-": "red", "@": "cyan"}


def show_deploy(output: Output, done: Outcome, directory: Path, *, diff: bool, then: str = "") -> None:
    """Show a line for each host, what failed and why, and what to do next: `then` if all went well."""
    show_hosts(output, done, diff=diff)
    if not show_failed(output, done, directory):
        _verdict(output, done, then)


def show_hosts(output: Output, done: Outcome, *, diff: bool) -> None:
    """Show a line for each host, what failed and why, and what should be known."""
    lines = {host.host: _counted(host, check=done.check) for host in done.hosts.values()}
    for host in done.hosts.values():
        _host(output, host, lines, check=done.check)
        if diff or done.check or output.verbose:
            for change in host.changes:
                _change(output, change, whole=diff or output.verbose)
    for alike in _alike(done.failed):
        _told(output, alike, "red")
    for alike in _alike(done.remarked):
        _told(output, alike, "yellow")
    for words in done.complaints:
        output.verdict(("! ", "red"), words)


def _host(output: Output, host: HostOutcome, lines: Mapping[str, str], *, check: bool) -> None:
    names, counts = (max(map(len, texts)) for texts in (lines, lines.values()))
    style = "red" if host.failed else "yellow" if host.changes else "green"
    output.line(
        (f"{host.host:<{names}}  ", "bold"),
        (f"{lines[host.host]:<{counts}}", style),
        f"  {host.seconds:3.0f} s",
    )
    if host.services and not host.failed:
        output.line((f"{'would tell' if check else 'told'} {', '.join(host.services)}", "dim"), indent=2)


def _counted(host: HostOutcome, *, check: bool) -> str:
    number = host.counts
    parts = [f"{number[State.CHANGED]} {'would change' if check else 'changed'}" * bool(number[State.CHANGED])]
    parts += [f"{number[State.OK]} ok" * bool(number[State.OK])]
    parts += ["failed" * bool(number[State.FAILED]), "not reached" * bool(number[State.UNREACHABLE])]
    return ", ".join(filter(None, parts)) or "nothing to do"


def _change(output: Output, change: HostResult, *, whole: bool) -> None:
    output.line((change.task, "yellow"), indent=2)
    lines = change.diff.split("\n")[:-1]
    for line in lines if whole else without_contents(lines):
        output.unwrapped((line.expandtabs(4), _LINES.get(line[:1], "")), indent=4)


def _alike(failures: Iterable[FailedTask]) -> list[list[FailedTask]]:
    """Put hosts together where the same failed."""
    groups: dict[object, list[FailedTask]] = {}
    for failed in failures:
        groups.setdefault((failed.result.task, failed.failure), []).append(failed)
    return list(groups.values())


def _told(output: Output, alike: Sequence[FailedTask], style: str) -> None:
    result, failure = alike[0].result, alike[0].failure
    output.gap()
    output.verdict((enumerated([one.result.host for one in alike]), "bold"), (f"  {failure.message}", style))
    said = " ".join(result.message.split())
    told = said.startswith(" ".join(failure.message.rstrip("…").split()))
    rows = (("at", "dim", result.task), ("said", "dim", "" if told else said), ("hint", "cyan", failure.hint))
    for name, shade, words in rows:
        if words:
            output.verdict((f"{name:<4}  ", shade), shortened(words, _LONGEST), indent=2)


def show_failed(output: Output, done: Outcome, directory: Path) -> bool:
    """Show how to go on, and return True, if anything failed."""
    bad = [host.host for host in done.hosts.values() if host.failed]
    if not bad and not done.complaints:
        return False
    output.gap()
    output.verdict((_failed(done, bad), "bold"), f" The log is {directory / FOR_PEOPLE}")
    output.again("When that is put right, go on with:")
    return True


def _verdict(output: Output, done: Outcome, then: str) -> None:
    if done.remarked:
        output.gap()
    if done.check:
        changed = sum(bool(host.changes) for host in done.hosts.values())
        output.verdict(f"{changed} of {_hosts(done)} would change. Nothing was changed.")
        return
    words = f"{'Deployed' if done.changed else 'Nothing to change on'} {_hosts(done)}."
    if then:
        output.suggest(f"{words} Next:", then)
    else:
        output.verdict(words)


def _failed(done: Outcome, bad: Sequence[str]) -> str:
    if not bad:
        return "Nothing was done."
    return f"{len(bad)} of {_hosts(done)} failed{'' if len(bad) == len(done.hosts) else '; the others are done'}."


def _hosts(done: Outcome) -> str:
    return f"{len(done.hosts)} host{'s' * (len(done.hosts) != 1)}"
