"""Applies a plan file for the apply command."""

from __future__ import annotations

from pathlib import Path

from migrate.cli import site as sites
from migrate.cli.output import progress
from migrate.cli.session import Session
from migrate.cli.site import Site, now
from migrate.core.errors import InputError, RefusedError
from migrate.core.plan import Plan
from migrate.core.ports import Run
from migrate.services import plan_file as plan_files
from migrate.services import report
from migrate.services.applying import Applied, Applier, Permissions


def apply_plan(session: Session, path: Path, allowed: Permissions) -> tuple[Applied, Path]:
    """Apply a plan file and write the reports of the run; return what was done and where the reports are."""
    site, sealed = _opened(session, path)
    with site.locked("apply") as journal:
        applier = Applier(site.target, site.calendar, journal, now)
        applier.check(sealed.plan, sealed.checksum, allowed)
        run, resumed = applier.begin(sealed.plan, Run(site.new_run_id(), "apply", sealed.checksum, now()))
        directory = site.run_directory(run.id)
        # First of all: whoever completes an interrupted run needs the plan, wherever it was.
        site.files.write(directory / sites.PLAN, plan_files.dump(sealed))
        with progress(session, "applying") as tell:
            applied = applier.apply(sealed.plan, run, tell, resumed=resumed)
        site.files.write(directory / "report.json", report.to_file(applied))
        site.files.write(directory / "report.csv", report.to_csv(applied).encode("utf-8-sig"))
    return applied, directory


def rehearse(session: Session, path: Path, allowed: Permissions) -> Plan:
    """Check that a plan could be applied now, and return it; nothing is written."""
    site, sealed = _opened(session, path)
    with site.journal(read_only=True) as journal:
        Applier(site.target, site.calendar, journal, now).check(sealed.plan, sealed.checksum, allowed)
    return sealed.plan


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
