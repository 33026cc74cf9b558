"""Which logins were given, for a person."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from migrate.cli.output import Output
from migrate.cli.show_deploy import show_deploy
from migrate.services.logins import Given
from migrate.shared.logins import FILE


def show_accounts(output: Output, given: Given, directory: Path | None) -> None:
    """Show who got a login, who lost it, and who is left alone."""
    plan, done = given.plan, given.done
    verbs = ("would get", "would be removed") if done is None else ("got", "removed")
    _list(output, "+", "green", f"{verbs[0]} a login", plan.new)
    _list(output, "~", "yellow", f"{verbs[0]} another password", plan.reset)
    _list(output, "-", "red", verbs[1], plan.removed)
    _list(output, "?", "dim", "not in hosts.csv any more; --prune removes them", sorted({*plan.gone} - {*plan.removed}))
    _list(output, "?", "dim", f"on the server, and not in {FILE}: left alone", given.server["others"])
    if plan.nameless:
        output.line(f"{len(plan.nameless)} in hosts.csv have no account there, and get no login.")
    if done is None:
        output.verdict("Nothing was done.")
    elif directory and (done.failed or done.complaints):
        show_deploy(output, done, directory, diff=False)
    else:
        output.verdict(f"Told the server of {len(plan.settled)} logins. Passwords are in {FILE}.")


def _list(output: Output, sign: str, style: str, what: str, names: Sequence[str]) -> None:
    if names:
        output.line((f"{sign} ", style), f"{len(names)} {what}: {', '.join(names)}")
