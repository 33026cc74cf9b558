"""A site in memory: the real services on a real target, with a calendar and a journal that are fakes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, cast

from migrate.core.journal import Binding, Journal, Run, Step, StepState
from migrate.core.merge import place
from migrate.core.plan import Action, Plan
from migrate.core.ports import Calendar, Reading
from migrate.core.rooms import Target
from migrate.services.applying import Applied, Applier, Permissions, Result
from migrate.services.plan_file import Sealed, dump, load, seal
from migrate.services.planning import Planner, PlanOptions
from migrate.services.room_steps import recover as recover_rooms
from migrate.services.steps import recover
from migrate.services.undoing import Undoer, UndoReport
from migrate.shared.events import texts_by_uid
from migrate.shared.hosts import HostBook
from migrate.shared.icalendar_text import components
from migrate.targets.jitsi import Jitsi, JitsiSettings
from tests.builders import ANNA, BEN, as_input, day
from tests.fakes.calendar import MemoryCalendar
from tests.fakes.journal import MemoryJournal
from tests.fakes.target import MemoryTarget

SITE_KEY = b"0123456789abcdef0123456789abcdef"
SINCE = day("02-01")


NOTE = "COMMENT:Mine\r\n"
ACCOUNTS = {ANNA: "anna", BEN: "ben"}


def quiet(done: int, of: int) -> None:
    """Show no progress."""


def ticking() -> Callable[[], datetime]:
    """Return a clock that goes on by a minute whenever it is read."""
    minutes = count()
    return lambda: datetime(2027, 1, 4, 12, tzinfo=UTC) + timedelta(minutes=next(minutes))


class Crash(Exception):
    """The process dies here."""


@dataclass
class Fuse:
    """Blows when it was asked for the nth time, and every time after that."""

    calls: int
    error: Exception = field(default_factory=Crash)

    def burn(self) -> None:
        self.calls -= 1
        if self.calls < 0:
            raise self.error


class Fused:
    """A port that may fail before or after any of its calls."""

    def __init__(self, port: object, fuse: Fuse) -> None:
        self._port = port
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)
        if not callable(method):
            return method

        def call(*arguments: Any, **options: Any) -> Any:
            self._fuse.burn()
            result = method(*arguments, **options)
            self._fuse.burn()
            return result

        return call


@dataclass
class Desk:
    """Plans, applies and undoes as the commands do, without files and locks."""

    calendar: MemoryCalendar = field(default_factory=MemoryCalendar)
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    server: str = "https://meet.example.org"
    names: str = "opaque"
    hosts: HostBook = field(default_factory=HostBook)
    clock: Callable[[], datetime] = field(default_factory=ticking)
    ids: Iterator[int] = field(default_factory=lambda: count(1))
    fuse: Fuse | None = None

    system: MemoryTarget | None = None
    """A system where rooms are made, in place of Jitsi Meet."""

    @property
    def ports(self) -> tuple[Target, Calendar, Journal]:
        """Return what the services are given: the fakes, with the fuse before and after each call."""
        if self.fuse is None:
            return self.target, self.calendar, self.journal
        # What exists by its URL is nowhere to be asked for.
        target = cast("Target", Fused(self.system, self.fuse)) if self.system else self.target
        calendar, journal = Fused(self.calendar, self.fuse), Fused(self.journal, self.fuse)
        return target, cast("Calendar", calendar), cast("Journal", journal)

    @property
    def target(self) -> Target:
        return self.system or Jitsi(JitsiSettings.model_validate({"url": self.server, "names": self.names}), SITE_KEY)

    @property
    def applier(self) -> Applier:
        return Applier(*self.ports, self.clock)

    @property
    def undoer(self) -> Undoer:
        return Undoer(*self.ports, self.clock)

    def plan(
        self,
        *readings: Reading,
        since: date = SINCE,
        prune: bool = False,
        take: bool = False,
        empty: str = "empty.csv",
    ) -> Sealed:
        """Return the plan, as it is read back from its file."""
        target, calendar, journal = self.ports
        recover_rooms(target, journal)
        recover(calendar, journal)
        planner = Planner(*self.ports, self.hosts.join)
        options = PlanOptions(since, self.clock(), prune=prune, take_export=take, settings={"server": self.server})
        inputs = [as_input(each, place(each.meetings[0])[0] if each.meetings else empty) for each in readings]
        return load(dump(seal(planner.plan(inputs, options))), "plan.json")

    def apply(self, sealed: Sealed, *, partial: bool = False, large: bool = False, guesses: bool = False) -> Applied:
        """Check and apply a plan, or complete it."""
        allowed = Permissions(partial=partial, large_change=large, guesses=guesses)
        self.applier.check(sealed.plan, sealed.checksum, allowed)
        opened = Run(f"run-{next(self.ids)}", "apply", sealed.checksum, self.clock())
        run, resumed = self.applier.begin(sealed.plan, opened)
        return self.applier.apply(sealed.plan, run, quiet, resumed=resumed)

    def migrate(self, *readings: Reading, large: bool = True, **options: object) -> Applied:
        """Plan and apply at once."""
        return self.apply(self.plan(*readings, **options), large=large)  # type: ignore[arg-type]

    def undo(self, name: str = "last") -> UndoReport:
        """Undo a run, or complete that."""
        run = self.undoer.find(name)
        opened = Run(f"undo-{next(self.ids)}", "undo", run.id, self.clock())
        return self.undoer.undo(run, opened, quiet)

    @property
    def bindings(self) -> dict[str, Binding]:
        return dict(self.journal.snapshot().bindings)

    @property
    def texts(self) -> dict[str, dict[str, str]]:
        return {collection: dict(texts) for collection, texts in self.calendar.texts.items()}

    @property
    def summaries(self) -> list[str]:
        """Return the SUMMARY lines of all events, in order."""
        lines = "".join(text for texts in self.calendar.texts.values() for text in texts.values()).splitlines()
        return sorted(line.removeprefix("SUMMARY:") for line in lines if line.startswith("SUMMARY:"))

    def edit(self, old: str, new: str) -> None:
        """Change text in all events, as a person would in a calendar program."""
        for texts in self.calendar.texts.values():
            for uid, text in texts.items():
                texts[uid] = text.replace(old, new)

    def note(self) -> None:
        """Write a note into all events, as a person would."""
        self.edit("END:VEVENT", f"{NOTE}END:VEVENT")

    def remove(self, text: str) -> None:
        """Delete the events that have the text, as a person would."""
        for texts in self.calendar.texts.values():
            for uid in [uid for uid, event in texts.items() if text in event]:
                del texts[uid]


def with_rooms(calendar: MemoryCalendar | None = None, system: MemoryTarget | None = None) -> Desk:
    """Return a site on a system where rooms are made, and where Anna and Ben have accounts."""
    rows = [
        {"zoom_name": who.name, "zoom_id": "", "zoom_email": who.email, "account": account, "calendar_url": ""}
        for who, account in ACCOUNTS.items()
    ]
    return Desk(calendar or MemoryCalendar(), system=system or MemoryTarget(), hosts=HostBook(rows))


def locations(desk: Desk) -> list[str]:
    """Return the LOCATION of each event, in order."""
    text = "".join(text for texts in desk.calendar.texts.values() for text in texts.values())
    unfolded = text.replace("\r\n ", "").splitlines()
    return sorted(line.partition(":")[2] for line in unfolded if line.startswith("LOCATION"))


def actions(plan: Plan | Sealed) -> dict[str, str]:
    """Return what a plan does with each key."""
    changes = (plan.plan if isinstance(plan, Sealed) else plan).changes
    return {change.key: change.action.value for change in changes}


def changes_nothing(sealed: Sealed) -> bool:
    """Tell whether everything stays as it is."""
    return {change.action for change in sealed.plan.changes} <= {Action.KEEP}


def not_back(desk: Desk, report: UndoReport) -> list[str]:
    """Return the keys that an undo tells as undone though their events, notes aside, are not what they were."""
    steps = {step.key: step for step in desk.journal.steps(run=report.run.plan, state=StepState.DONE)}
    return [
        item.key
        for item in report.items
        if item.result in (Result.DONE, Result.ALREADY) and not _is_back(desk, steps[item.key])
    ]


def _is_back(desk: Desk, step: Step) -> bool:
    before = texts_by_uid(components(step.before_text))
    uids = {uid for binding in (step.before, step.after) if binding for uid in binding.uids} | before.keys()
    there = [(uid, text) for texts in desk.texts.values() for uid, text in texts.items() if uid in uids]
    return sorted((uid, text.replace(NOTE, "")) for uid, text in there) == sorted(
        (uid, text.replace(NOTE, "")) for uid, text in before.items()
    )
