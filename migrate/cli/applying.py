"""Applies a plan file for the apply command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from migrate.cli import site as sites
from migrate.cli.app_passwords import app_passwords
from migrate.cli.output import progress
from migrate.cli.session import Session
from migrate.cli.site import Site, now
from migrate.core.errors import InputError, RefusedError
from migrate.core.plan import Plan
from migrate.services import plan_file as plan_files
from migrate.services import report
from migrate.services.applying import Applied, Applier, Permissions
from migrate.services.inviting import Mailed, check_mails, guests, invite, to_json


@dataclass(frozen=True)
class Reported:
    """What was done, the report of it as JSON values, and the directory with the reports."""

    applied: Applied
    report: Mapping[str, Any]
    directory: Path
    mailed: Sequence[Mailed] = ()


def apply_plan(session: Session, path: Path, allowed: Permissions, *, notify: bool = False) -> Reported:
    """Apply a plan file, let the server mail guests if that is asked for, and write the reports of the run."""
    site, sealed = _opened(session, path)
    if notify:
        check_mails(site.target)
    with site.locked("apply") as journal, app_passwords(session, site, journal, site.hosts().accounts) as site:
        applier = Applier(site.target, site.calendar, journal, now)
        applier.check(sealed.plan, sealed.checksum, allowed)
        run, resumed = applier.begin(sealed.plan, site.new_run("apply", sealed.checksum))
        directory = site.run_directory(run.id)
        # First of all: whoever completes an interrupted run needs the plan, wherever it was.
        site.files.write(directory / sites.PLAN, plan_files.dump(sealed))
        with progress(session, "applying") as tell:
            applied = applier.apply(sealed.plan, run, tell, resumed=resumed)
        applied = replace(applied, written=(*applied.written, *site.write_passwords(journal)))
        document = _write_reports(site, directory, applied, ())
        mailed: list[Mailed] = []
        if notify:
            # What was applied is reported whatever becomes of the mails.
            with progress(session, "mailing") as tell:
                mailed = invite(site.target, sealed.plan.changes, journal.snapshot().made, tell)
            document = _write_reports(site, directory, applied, mailed)
    return Reported(applied, document, directory, mailed)


def _write_reports(site: Site, directory: Path, applied: Applied, mailed: Sequence[Mailed]) -> Mapping[str, Any]:
    document = {**report.to_json(applied), "invitations": to_json(mailed)}
    site.files.write(directory / "report.json", report.to_file(document))
    site.files.write(directory / "report.csv", report.to_csv(document).encode("utf-8-sig"))
    return document


def rehearse(session: Session, path: Path, allowed: Permissions, *, notify: bool = False) -> tuple[Plan, int]:
    """Check that a plan could be applied now, and return it, and how many are to be mailed; nothing is written."""
    site, sealed = _opened(session, path)
    with site.journal(read_only=True) as journal:
        Applier(site.target, site.calendar, journal, now).check(sealed.plan, sealed.checksum, allowed)
    if notify:
        check_mails(site.target)
    return sealed.plan, len(guests(sealed.plan.changes)) if notify else 0


def _opened(session: Session, path: Path) -> tuple[Site, plan_files.Sealed]:
    site = Site.open(session)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror})", hint="Make it with: jitsi-migrate plan"
        ) from error
    sealed = plan_files.load(data, str(path))
    if sealed.document["settings"] != site.fingerprint:
        raise RefusedError(
            "the plan was made with other settings than migrate.toml and secrets.toml have now", hint="Plan again."
        )
    return site, sealed
