"""Makes a plan for the plan command: files in, plan file out."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from migrate import registry
from migrate.cli import site as sites
from migrate.cli.app_passwords import app_passwords, who_looks_up
from migrate.cli.output import progress
from migrate.cli.replacing import check_other, check_outputs
from migrate.cli.session import Session
from migrate.core.errors import InputError
from migrate.core.plan import Input
from migrate.core.ports import Document, ReadOptions, Source
from migrate.core.rooms import Target
from migrate.services import plan_file as plan_files
from migrate.services.hosting import identify, learn
from migrate.services.planning import Planner, PlanOptions
from migrate.services.preview import preview
from migrate.services.reading import Reader, options_of_each
from migrate.services.room_steps import recover as recover_rooms
from migrate.services.steps import recover
from migrate.shared import hosts
from migrate.shared.advice import advise
from migrate.shared.files import Files
from migrate.shared.schedule_format import write_schedule

# A device or a pipe may never end. A month of ten thousand meetings takes 2 MB.
MOST_BYTES = 100 << 20


@dataclass(frozen=True)
class MadePlan:
    """A plan, where it was written (None: nowhere, there is no site directory), and how many hosts are new."""

    sealed: plan_files.Sealed
    path: Path | None
    new_hosts: int = 0
    schedule: Path | None = None


@dataclass(frozen=True)
class Outputs:
    """The files to write, as the user named them, and whether `schedule` may replace one with corrections in it."""

    plan: Path | None
    schedule: Path | None
    force: bool = False


def make_plan(session: Session, files: Sequence[Path], outputs: Outputs, options: Mapping[str, Any]) -> MadePlan:
    """Plan in the site directory, or only look where there is none."""
    if sites.exists(session):
        return _in_site(sites.Site.open(session), session, files, outputs, options)
    check_outputs(files, outputs.plan, outputs.schedule)
    inputs = _read(session, files, options, options["timezone"])
    target = registry.adapter(Target, "jitsi")
    sealed = plan_files.seal(preview(inputs, target, _plan_options(options, {})))
    _write(Files(), sealed, outputs)
    return MadePlan(sealed, outputs.plan, schedule=outputs.schedule)


def _in_site(
    site: sites.Site, session: Session, files: Sequence[Path], outputs: Outputs, options: Mapping[str, Any]
) -> MadePlan:
    outputs = replace(outputs, plan=outputs.plan or site.path / sites.PLAN)
    check_outputs(files, outputs.plan, outputs.schedule)
    # Faults in what adapters are told come before all work.
    _, _, settings = site.target, site.calendar, site.fingerprint
    inputs = _read(session, files, options, options["timezone"] or site.settings.site.timezone)
    book = site.hosts()
    # Known before the first plan, so that the second one, which reads them from the file, says the same.
    as_found = hosts.dump(book)
    new_hosts = learn(book, inputs)
    with site.locked("plan") as journal:
        with app_passwords(session, site, journal, who_looks_up(site)) as able:
            join = identify(book, inputs, able.target)
        with app_passwords(session, site, journal, book.accounts) as able:
            recover_rooms(able.target, journal)
            recover(able.calendar, journal)
            planner = Planner(able.target, able.calendar, journal, join)
            plan = planner.plan(inputs, _plan_options(options, settings))
        sealed = plan_files.seal(plan)
        _write(site.files, sealed, outputs)
        if (completed := hosts.dump(book)) != as_found:
            site.files.write(site.path / hosts.FILE, completed.encode())
    return MadePlan(sealed, outputs.plan, new_hosts, outputs.schedule)


def _write(files: Files, sealed: plan_files.Sealed, outputs: Outputs) -> None:
    schedule = write_schedule(change.meeting for change in sealed.plan.changes) if outputs.schedule else b""
    if outputs.schedule and not outputs.force:
        check_other(outputs.schedule, schedule)
    if outputs.plan:
        files.write(outputs.plan, plan_files.dump(sealed))
    if outputs.schedule:
        files.write(outputs.schedule, schedule)


def _read(session: Session, files: Sequence[Path], options: Mapping[str, Any], timezone: str | None) -> list[Input]:
    read_options = ReadOptions(
        timezone, options["date_order"], options["columns"], options["default_duration"], options["from_history"]
    )
    sources = [source() for source in registry.adapters(Source).values()]
    reader = Reader(sources, advise)
    documents = [_document(path, files) for path in files]
    inputs: list[Input] = []
    with progress(session, "reading") as tell:
        for number, known in enumerate(options_of_each(documents, read_options)):
            tell(number, len(files))
            # A copy: what is read from it is kept for as long as it is.
            inputs += reader.read([replace(documents[number])], known)
    return inputs


def _document(path: Path, files: Sequence[Path]) -> Document:
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})", hint="Check the name of the file.") from error
    if len(data) > MOST_BYTES:
        raise InputError(f"{path}: is larger than {MOST_BYTES >> 20} MB", hint="Export one month at a time.")
    namesakes = sum(other.name == path.name for other in files)
    name = str(path) if namesakes > 1 else path.name
    # The name of a file may be any bytes; in a plan it is text.
    return Document(os.fsencode(name).decode(errors="replace"), data)


def _plan_options(options: Mapping[str, Any], settings: Mapping[str, Any]) -> PlanOptions:
    created = sites.now()
    return PlanOptions(
        since=options["since"] or created.astimezone().date(),
        created=created,
        prune=options["prune"],
        take_export=options["take"] == "zoom",
        settings=settings,
    )
