"""What the command accounts does, and how it is shown."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrate.cli.ending import Ending
from migrate.cli.output import Output
from migrate.cli.reaching import Reach, invocation, refuse_unrendered, run_logged
from migrate.cli.servers import open_products
from migrate.cli.session import Session
from migrate.cli.show_deploy import show_deploy
from migrate.cli.site import SETTINGS, Site
from migrate.core.errors import ConfigurationError, Exit
from migrate.core.playbook import Event, HostResult, Tell
from migrate.services.logins import LoginPlan, plan_logins
from migrate.services.playbooks import Outcome, summary
from migrate.shared import logins
from migrate.shared.masking import Masking

_MODULE = "jitsi_migrate_accounts"
_OURS = ("created", "changed_passwords", "removed", "others")


@dataclass(frozen=True)
class Given:
    """What came of it. `done` is None where the server was not asked, `results` is what it said."""

    plan: LoginPlan
    done: Outcome | None = None
    results: Sequence[HostResult] = ()

    @property
    def told(self) -> dict[str, list[str]]:
        """Return what the server did, and which accounts it has beside ours."""
        return {name: [str(one) for result in self.results for one in result.data.get(name, ())] for name in _OURS}


def give_accounts(session: Session, reset: Collection[str], *, prune: bool, dry_run: bool, **options: bool) -> Ending:
    """Bring logins.csv up to hosts.csv, and the server up to logins.csv."""
    site = Site.open(session)
    open_products(site)
    _refuse_other_ways_in(site)
    path = site.path / logins.FILE
    if dry_run:
        return _ending(Given(plan_logins(site.hosts(), _read(path), reset=reset, prune=prune)), None)
    refuse_unrendered(site, "Render and deploy first")
    reach = Reach.asked(session, **options)
    results: list[HostResult] = []
    with site.lock(session.command):
        plan = plan_logins(site.hosts(), _read(path), reset=reset, prune=prune)
        # Before the server hears of them: killed from here on, nobody has a password that nobody knows.
        site.files.write(path, logins.dump(plan.after).encode())
        masks = Masking.of((*(login.password for login in plan.after), *reach.variables.values()))
        play = invocation(site, "jitsi_meet_accounts", reach)
        done, directory = run_logged(session, site, masks, [play], listen=_keeping(results))
        if done.exit_code is Exit.OK:
            site.files.write(path, logins.dump(plan.settled).encode())
    return _ending(Given(plan, done, results), directory)


def _keeping(results: list[HostResult]) -> Tell:
    def listen(event: Event) -> None:
        if isinstance(event, HostResult) and event.module == _MODULE:
            results.append(event)

    return listen


def _refuse_other_ways_in(site: Site) -> None:
    settings = getattr(site.settings, "jitsi_meet", None)
    if settings is None or settings.authentication.mode != "accounts":
        raise ConfigurationError(
            "the server of this site has no logins of its own",
            hint=f'Set mode = "accounts" below [jitsi_meet.authentication] in {SETTINGS}, render and deploy.',
        )


def _read(path: Path) -> list[logins.Login]:
    try:
        return logins.load(path.read_text("utf-8"), str(path))
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read ({error})") from error


def _ending(given: Given, directory: Path | None) -> Ending:
    plan, done = given.plan, given.done
    data: dict[str, Any] = {
        "dry_run": done is None,
        "new": list(plan.new),
        "reset": list(plan.reset),
        "removed": list(plan.removed),
        "gone": list(plan.gone),
        "without_account": list(plan.nameless),
        "server": given.told,
        "log": str(directory) if directory else None,
    }
    code = done.exit_code if done else Exit.OK
    return Ending(code, data, lambda output: _show(output, given, directory), summary(done) if done else None)


def _show(output: Output, given: Given, directory: Path | None) -> None:
    plan, done = given.plan, given.done
    verbs = ("would get", "would be removed") if done is None else ("got", "removed")
    _list(output, "+", "green", f"{verbs[0]} a login", plan.new)
    _list(output, "~", "yellow", f"{verbs[0]} another password", plan.reset)
    _list(output, "-", "red", verbs[1], plan.removed)
    _list(output, "?", "dim", "not in hosts.csv any more; --prune removes them", sorted({*plan.gone} - {*plan.removed}))
    _list(output, "?", "dim", "on the server, and not in logins.csv: left alone", given.told["others"])
    if plan.nameless:
        output.line(f"{len(plan.nameless)} in hosts.csv have no account there, and get no login.")
    if done is None:
        output.verdict("Nothing was done.")
    elif directory and (done.failed or done.complaints):
        show_deploy(output, done, directory, diff=False)
    else:
        output.verdict(f"Told the server of {len(plan.settled)} logins. Passwords are in {logins.FILE}.")


def _list(output: Output, sign: str, style: str, what: str, names: Sequence[str]) -> None:
    if names:
        output.line((f"{sign} ", style), f"{len(names)} {what}: {', '.join(names)}")
