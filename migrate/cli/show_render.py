"""What render did, for a person."""

from __future__ import annotations

from migrate.cli.output import Output
from migrate.cli.rendering import Rendered
from migrate.core.problem import Severity
from migrate.services.rendering import Change, FileChange, HostChange

_STYLES = {Change.NEW: "green", Change.CHANGED: "yellow", Change.GONE: "red", Change.SAME: "dim"}
_SEVERITIES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_LINES = {"+": "green", "-": "red", "@": "cyan"}


def show_render(output: Output, done: Rendered) -> None:
    """Show what changed in which host's files, then what a person should know."""
    for host in done.hosts:
        _host(output, host)
    for name in done.abandoned:
        output.line((name, "bold"), "  is not in the inventory any more; its files go")
    if done.problems:
        output.heading("Good to know")
    for problem in done.problems:
        output.line((problem.severity.value, _SEVERITIES[problem.severity]), f"  {problem.message}", indent=2)
        if problem.hint:
            output.line((problem.hint, "dim"), indent=4)
    output.gap()
    _verdict(output, done)


def _host(output: Output, host: HostChange) -> None:
    counts = [f"{host.count(change)} {change.value}" for change in Change if host.count(change)]
    output.line((host.host, "bold"), f"  {', '.join(counts)}")
    shown = [file for file in host.files if output.verbose or (file.change is not Change.SAME and not host.first)]
    for file in shown:
        output.line((f"{file.change.value:<8}", _STYLES[file.change]), file.path, indent=2)
        _diff(output, file)


def _diff(output: Output, file: FileChange) -> None:
    for line in file.diff.splitlines():
        if not line.startswith(("--- ", "+++ ")):
            output.line((line, _LINES.get(line[:1], "")), indent=4)


def _verdict(output: Output, done: Rendered) -> None:
    hosts = f"{len(done.hosts)} host{'s' * (len(done.hosts) != 1)}"
    if not done.pending:
        output.verdict(f"Nothing changed on {hosts}.")
    elif done.dry_run:
        output.verdict(f"{hosts.capitalize()} would change. Nothing was written.")
    else:
        output.verdict(f"Rendered {hosts} into build/. Read the files before you deploy them.")
