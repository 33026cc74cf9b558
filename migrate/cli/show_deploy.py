"""What deploy did, for a person."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from migrate.cli.output import Output
from migrate.core.playbook import HostResult, State
from migrate.services.deploying import Deployed, Failed, HostDeployed
from migrate.services.run_log import FOR_PEOPLE

_LINES = {"+": "green", "-": "red", "@": "cyan"}


def show_deploy(output: Output, done: Deployed, directory: Path, *, diff: bool) -> None:
    """Show a line for each host, what failed and why, and what to do next."""
    for host in done.hosts.values():
        _host(output, host, check=done.check)
        if diff or done.check or output.verbose:
            for change in host.changes:
                _change(output, change)
    for failed in done.failed:
        _failure(output, failed)
    for words in done.complaints:
        output.verdict(("! ", "red"), words)
    _verdict(output, done, directory)


def _host(output: Output, host: HostDeployed, *, check: bool) -> None:
    counts = host.counts
    parts = [f"{counts[State.CHANGED]} {'would change' if check else 'changed'}" * bool(counts[State.CHANGED])]
    parts += [f"{counts[State.OK]} ok"]
    parts += [f"{len(host.failed)} failed" * bool(counts[State.FAILED])]
    parts += ["not reached" * bool(counts[State.UNREACHABLE])]
    style = "red" if host.failed else "yellow" if host.changes else "green"
    told = f"  {'would tell' if check else 'told'} {', '.join(host.services)}" if host.services else ""
    output.line((host.host, "bold"), "  ", (", ".join(filter(None, parts)), style), f"  {host.seconds:.0f} s", told)


def _change(output: Output, change: HostResult) -> None:
    output.line((change.task, "yellow"), indent=2)
    for line in change.diff.split("\n")[:-1]:
        output.unwrapped((line, _LINES.get(line[:1], "")), indent=4)


def _failure(output: Output, failed: Failed) -> None:
    output.gap()
    output.verdict((failed.result.host, "bold"), (f"  {failed.failure.message}", "red"))
    output.verdict(("  at    ", "dim"), failed.result.task)
    output.verdict(("  hint  ", "cyan"), failed.failure.hint)


def _verdict(output: Output, done: Deployed, directory: Path) -> None:
    bad = [host.host for host in done.hosts.values() if host.failed]
    if bad or done.complaints:
        output.gap()
        output.verdict((_failed(done, bad), "bold"), f" The log is {directory / FOR_PEOPLE}")
        output.again("When that is put right, go on with:")
    elif done.check:
        changed = sum(bool(host.changes) for host in done.hosts.values())
        output.verdict(f"{changed} of {_hosts(done)} would change. Nothing was changed.")
    elif done.changed:
        output.verdict(f"Deployed {_hosts(done)}.")
    else:
        output.verdict(f"Nothing to change on {_hosts(done)}.")


def _failed(done: Deployed, bad: Sequence[str]) -> str:
    if not bad:
        return "Nothing was done."
    return f"{len(bad)} of {_hosts(done)} failed{'' if len(bad) == len(done.hosts) else '; the others are done'}."


def _hosts(done: Deployed) -> str:
    return f"{len(done.hosts)} host{'s' * (len(done.hosts) != 1)}"
