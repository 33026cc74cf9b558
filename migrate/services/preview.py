"""plan without a site directory: what the files say and what would be lost; no room can be named yet."""

from __future__ import annotations

from collections.abc import Sequence

from migrate import __version__
from migrate.core.features import lower, unsupported
from migrate.core.plan import Action, Change, Input, Limit, Plan, input_to_json
from migrate.core.rooms import Target
from migrate.core.schedule import assemble
from migrate.core.telling import Entry
from migrate.services.planning import PlanOptions


def preview(inputs: Sequence[Input], target: type[Target], options: PlanOptions) -> Plan:
    """Return the plan for an empty journal, its changes without room and event."""
    schedule = assemble([source.reading for source in inputs], options.since)
    lost = unsupported(target.supports, target.words, target.label)

    def change(entry: Entry) -> Change:
        _, losses = lower(entry.meeting, lost)
        losses += schedule.open_end(entry.meeting) if entry.by_rows else ()
        return Change(Action.CREATE, entry.key, entry.meeting, losses=losses, guess=entry.guess)

    return Plan(
        created=options.created,
        product=__version__,
        target=target.name,
        calendar="",
        since=options.since,
        journal_revision=0,
        settings=options.settings,
        inputs=[input_to_json(source) for source in inputs],
        changes=[change(entry) for entry in schedule.entries.values()],
        problems=schedule.problems,
        limit=Limit(0, 0),
    )
