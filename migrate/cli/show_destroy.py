"""What destroy did, for a person."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from migrate.cli.output import Output
from migrate.cli.show_deploy import show_failed, show_hosts
from migrate.services.destroying import Remains
from migrate.services.playbooks import Outcome


def show_destroy(
    output: Output, done: Outcome, remains: Sequence[Remains], rest: Sequence[str], directory: Path, *, diff: bool
) -> None:
    """Show a line for each host, what stays there and why, and what to do next."""
    show_hosts(output, done, diff=diff)
    if show_failed(output, done, directory):
        return
    for one in remains:
        _remains(output, one, check=done.check)
    if done.check:
        output.verdict("Nothing was removed.")
        return
    output.verdict("Removed." if done.changed else "Nothing of a deployment is left there.")
    if rest:
        output.verdict(
            "Delete the removed hosts' lines in inventory.ini. Then the others are told that they are gone by:"
        )
        output.verdict(("jitsi-migrate render && jitsi-migrate deploy", "bold"), indent=2)


def _remains(output: Output, one: Remains, *, check: bool) -> None:
    rows = []
    if one.archive and not check:
        rows.append(("data", f"{one.archive}; what --adopt saved lies beside it"))
    rows += [("changed by hand", path) for path in one.kept]
    rows += [("needed by others", name) for name in one.needed]
    rows += [("made by others", path) for path in one.foreign]
    if rows:
        output.line((one.host, "bold"), "  keeps")
        output.pairs(rows)
