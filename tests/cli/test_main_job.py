from __future__ import annotations

import stat
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from migrate.core.plan import Change, Plan, from_json
from migrate.core.recurrence import dates
from tests.cli.program import EXPORTS, ZONE, run
from tests.expanders import Date, by_ical_js, by_python


def events_of(site: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((site / "calendars").rglob("*.ics"))}


def test_the_example_is_planned_applied_planned_again_and_undone(site: Path) -> None:
    plan = site / "plan.json"
    assert run("--site", site, "plan", *EXPORTS, *ZONE).code == 6
    assert run("--site", site, "apply", plan, "--partial").code == 0
    again = run("--site", site, "--json", "plan", *EXPORTS, *ZONE).json["data"]["summary"]
    assert (again["create"], again["update"], again["delete"], again["conflict"]) == (0, 0, 0, 0)
    assert run("--site", site, "undo", "last").code == 0
    assert events_of(site) == {}
    assert "0 with an event" in run("--site", site, "status").out


def wanted(plan: Plan, host: str = "") -> list[tuple[str, Date]]:
    """Say what a calendar must hold, for one host or for all: the dates of the plan, each under its UID."""
    return sorted(
        (uid, (start, start + timedelta(minutes=date.duration_minutes or 0), " ".join(date.topic.split())))
        for change in plan.changes
        if change.event and host in (change.meeting.host.email, "")
        for date in dates(change.meeting)
        for start in [date.start.astimezone(UTC)]
        for uid in [single_uids(change).get(start, change.event.uids[0])]
    )


def single_uids(change: Change) -> dict[datetime, str]:
    uids = change.event.uids[1:] if change.event else ()
    return {single.start.astimezone(UTC): uid for single, uid in zip(change.meeting.singles, uids, strict=True)}


def found(read: Iterable[tuple[str, Date]]) -> list[tuple[str, Date]]:
    return sorted((uid, (start, end, " ".join(topic.split()))) for uid, (start, end, topic) in read)


def test_two_other_programs_read_exactly_the_instants_of_the_plan(site: Path) -> None:
    plan = from_json(run("--site", site, "--json", "plan", *EXPORTS, *ZONE).json["data"])
    run("--site", site, "apply", site / "plan.json", "--partial")
    path = site / "calendars" / "all.ics"
    plain = [(uid, (start, end, visible_only(topic))) for uid, (start, end, topic) in wanted(plan)]
    assert found(by_python(path.read_bytes().decode())) == plain
    assert found(by_ical_js(path)) == plain


def test_the_file_of_a_host_holds_the_meetings_of_that_host_only(site: Path) -> None:
    plan = from_json(run("--site", site, "--json", "plan", *EXPORTS, *ZONE).json["data"])
    run("--site", site, "apply", site / "plan.json", "--partial")
    for path in (site / "calendars" / "hosts").iterdir():
        uids = {uid for uid, _ in wanted(plan, path.stem)}
        assert {uid for uid, _ in by_python(path.read_bytes().decode())} == uids != set()


def visible_only(topic: str) -> str:
    """Leave out what iCalendar has no way to write."""
    return " ".join("".join(letter for letter in topic if letter >= " ").split())


def test_every_file_of_a_site_is_its_owners_alone(site: Path) -> None:
    run("--site", site, "plan", *EXPORTS, *ZONE)
    run("--site", site, "apply", site / "plan.json", "--partial")
    files = [path for path in site.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in [site, *site.rglob("*/")] if path.is_dir()} == {0o700}


def test_a_lost_journal_costs_nothing(site: Path) -> None:
    run("--site", site, "plan", *EXPORTS, *ZONE)
    run("--site", site, "apply", site / "plan.json", "--partial")
    before = events_of(site)
    for path in site.glob("state.sqlite*"):
        path.unlink()
    summary = run("--site", site, "--json", "plan", *EXPORTS, *ZONE).json["data"]["summary"]
    assert (summary["create"], summary["adopt"]) == (1, 58)  # the personal room itself has no event to find
    assert run("--site", site, "apply", site / "plan.json", "--partial").code == 0
    assert events_of(site) == before


def test_an_edited_export_updates_only_what_was_edited(site: Path, export: Path) -> None:
    run("--site", site, "plan", export, *ZONE)
    run("--site", site, "apply", site / "plan.json")
    export.write_text(export.read_text().replace("02:15:00 PM", "04:15:00 PM"))
    plan = run("--site", site, "--json", "plan", export, *ZONE).json["data"]
    assert (plan["summary"]["update"], plan["summary"]["keep"]) == (1, 1)
    room = {change["key"]: change["room"]["url"] for change in plan["changes"]}
    run("--site", site, "apply", site / "plan.json")
    interview = (site / "calendars" / "hosts" / "bo@example.org.ics").read_text()
    assert "20270330T161500" in interview
    assert "SEQUENCE:1" in interview
    assert room["number:80000000202"] in interview.replace("\r\n ", "")


def test_a_host_whom_one_file_names_without_an_address_is_known_by_the_first_plan(site: Path, export: Path) -> None:
    other = export.with_name("other.csv")
    other.write_text("Topic,Meeting ID,Host,Start time\nJour fixe,80000000203,Anna Lindqvist,2027-03-02 09:00\n")
    run("--site", site, "plan", export, other, *ZONE)
    run("--site", site, "apply", site / "plan.json")
    assert run("--site", site, "plan", export, other, *ZONE, "--detailed-exitcode").code == 0
    assert b"Jour fixe" in events_of(site)["anna@example.org.ics"]


def test_a_vanished_meeting_goes_only_with_prune(site: Path, export: Path) -> None:
    run("--site", site, "plan", export, *ZONE)
    run("--site", site, "apply", site / "plan.json")
    named = export.with_name("upcoming_20270301_20270331.csv")
    named.write_text("".join(line for line in export.read_text().splitlines(keepends=True) if "Interview" not in line))
    options = (*ZONE, "--date-order", "mdy")
    assert run("--site", site, "--json", "plan", named, *options).json["data"]["summary"]["delete"] == 0
    assert run("--site", site, "--json", "plan", named, *options, "--prune").json["data"]["summary"]["delete"] == 1
    run("--site", site, "apply", site / "plan.json")
    assert not (site / "calendars" / "hosts" / "bo@example.org.ics").exists()


def test_what_people_changed_in_the_calendar_stays(site: Path, export: Path) -> None:
    run("--site", site, "plan", export, *ZONE)
    run("--site", site, "apply", site / "plan.json")
    path = site / "calendars" / "hosts" / "bo@example.org.ics"
    path.write_bytes(path.read_bytes().replace(b"SUMMARY:Interview", b"SUMMARY:Interview with Emi"))
    assert "people" in run("--site", site, "plan", export, *ZONE).out
    export.write_text(export.read_text().replace("02:15:00 PM", "04:15:00 PM"))
    assert run("--site", site, "--json", "plan", export, *ZONE).json["data"]["summary"]["conflict"] == 1
    assert run("--site", site, "apply", site / "plan.json").code == 6
    assert b"Interview with Emi" in path.read_bytes()
    assert run("--site", site, "--json", "plan", export, *ZONE, "--take", "zoom").json["data"]["summary"]["update"] == 1


@pytest.mark.parametrize("names", ["opaque", "slug"])
def test_room_names_are_plain_short_and_never_the_same(site: Path, names: str) -> None:
    settings = site / "migrate.toml"
    settings.write_text(settings.read_text().replace('names = "opaque"', f'names = "{names}"'))
    changes = run("--site", site, "--json", "plan", *EXPORTS, *ZONE).json["data"]["changes"]
    rooms = {change["key"].partition("#")[0]: change["room"]["name"] for change in changes}
    assert len(set(rooms.values())) == len(rooms)
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") and len(name) <= 60 for name in rooms.values())
    readable = any("weekly-team-meeting" in name for name in rooms.values())
    assert readable is (names == "slug")
