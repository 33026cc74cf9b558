"""What render did, for a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from migrate.cli.output import Output
from migrate.cli.rendering import Rendered
from migrate.cli.text import enumerated
from migrate.core.problem import Severity
from migrate.services.rendering import BUILD, Change, FileChange, HostChange

_STYLES = {Change.NEW: "green", Change.CHANGED: "yellow", Change.GONE: "red", Change.SAME: "dim"}
_SEVERITIES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_LINES = {"+": "green", "-": "red", "@": "cyan"}


def show_render(output: Output, done: Rendered) -> None:
    """Show what changed in which hosts' files, then what a person should know."""
    for hosts in _alike(host for host in done.hosts if host.pending or output.verbose):
        _hosts(output, hosts)
    if done.variables.change is Change.CHANGED:
        _file(output, done.variables, f"{BUILD}/{done.variables.path}", indent=0)
    for name in done.abandoned:
        output.line((name, "bold"), "  is not in the inventory any more; its files go")
    _problems(output, done)
    _verdict(output, done)


def _alike(hosts: Iterable[HostChange]) -> list[list[HostChange]]:
    """Put hosts together that the same happens to, in the order of the inventory."""
    groups: dict[object, list[HostChange]] = {}
    for host in hosts:
        groups.setdefault((host.files, host.first, host.beside), []).append(host)
    return list(groups.values())


def _hosts(output: Output, hosts: Sequence[HostChange]) -> None:
    host = hosts[0]
    counts = ", ".join(f"{host.count(change)} {change.value}" for change in Change if host.count(change))
    output.line((enumerated([host.host for host in hosts]), "bold"), f"  {counts}{' each' * (len(hosts) > 1)}")
    for file in host.files:
        if output.verbose or (file.change is not Change.SAME and not host.first):
            _file(output, file, file.path)
    for words in host.beside:
        output.line((f"{Change.CHANGED:<8}", _STYLES[Change.CHANGED]), words, indent=2)


def _file(output: Output, file: FileChange, name: str, indent: int = 2) -> None:
    output.unwrapped((f"{file.change.value:<8}", _STYLES[file.change]), name, indent=indent)
    for line in _without_header(file.diff.split("\n")[:-1]):
        output.unwrapped((line, _LINES.get(line[:1], "")), indent=indent + 2)


def _without_header(lines: Sequence[str]) -> Iterator[str]:
    """Leave out the two lines that name the files; others that begin so are lines that were taken out or put in."""
    inside = False
    for line in lines:
        inside = inside or line.startswith("@@")
        if inside or not line.startswith(("--- ", "+++ ")):
            yield line


def _problems(output: Output, done: Rendered) -> None:
    # What is no danger was told when it changed last.
    worth = [found for found in done.problems if done.pending or output.verbose or found.severity is not Severity.INFO]
    if worth:
        output.heading("Good to know")
        rows: list[list[str | tuple[str, str]]] = [
            [(found.severity.value, _SEVERITIES[found.severity]), found.message] for found in worth
        ]
        output.table(rows, notes={place: [found.hint] for place, found in enumerate(worth)})
        output.gap()
    elif done.pending:
        output.gap()


def _verdict(output: Output, done: Rendered) -> None:
    hosts = f"{len(done.hosts)} host{'s' * (len(done.hosts) != 1)}"
    changed = sum(host.pending for host in done.hosts)
    if not done.pending:
        output.verdict(f"Nothing changed on {hosts}.")
    elif done.dry_run:
        output.verdict(f"{changed} of {hosts} would change. Nothing was written.")
    elif all(host.first for host in done.hosts):
        output.verdict(f"Rendered {hosts} into {BUILD}/. Read the files before you deploy them.")
    else:
        output.verdict(f"Rendered {hosts} into {BUILD}/; {changed} changed. Read the changes before you deploy.")
