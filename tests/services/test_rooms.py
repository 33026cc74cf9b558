"""Rooms that a system makes: before their events, once, and as people left them."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

import pytest

from migrate.core.errors import RefusedError, TargetError
from migrate.core.features import Loss
from migrate.core.journal import Run
from migrate.core.plan import Action, Change
from migrate.core.problem import Severity
from migrate.services.applying import Applied, Result
from migrate.services.plan_file import Sealed
from migrate.services.undoing import UndoReport
from tests.builders import BEN, NUMBER, PERSONAL, reading, row, rows, schedule_csv, series, weekly
from tests.desk import Desk, actions, changes_nothing, locations, with_rooms
from tests.fakes.journal import MemoryJournal
from tests.fakes.target import MemoryRoom, MemoryTarget

KEY = f"number:{NUMBER}"
OTHER = "80000000202"
STANDUP = row("2027-03-01 09:00", agenda="What we did")
REVIEW = row("2027-03-03 12:00", "Review", OTHER, host=BEN)
OWN = row(None, "Anna's room", PERSONAL)
TALKS = rows(weekly("2027-03-01 09:00", 3), "Talk", PERSONAL)
DROPPED = Loss("passcode", "passwords are not kept", "Set one by hand.")


@pytest.fixture
def desk() -> Desk:
    return with_rooms()


def system(desk: Desk) -> MemoryTarget:
    assert desk.system
    return desk.system


def room(desk: Desk) -> MemoryRoom:
    """Return the only room there is."""
    (only,) = system(desk).rooms
    return only


def names(desk: Desk) -> list[str]:
    return sorted(one.traits["name"] for one in system(desk).rooms)


def named(desk: Desk, name: str) -> MemoryRoom:
    (only,) = [one for one in system(desk).rooms if one.traits["name"] == name]
    return only


def change(sealed: Sealed) -> Change:
    (only,) = sealed.plan.changes
    return only


def codes(sealed: Sealed) -> dict[str, Severity]:
    return {problem.code: problem.severity for problem in sealed.plan.problems}


def results(applied: Applied) -> dict[str, tuple[Result, str]]:
    return {item.change.key: (item.result, item.reason) for item in applied.items}


def undone(report: UndoReport) -> dict[str, tuple[Result, str]]:
    return {item.topic: (item.result, item.reason) for item in report.rooms}


def renamed(topic: str, **fields: object):
    return reading(replace(STANDUP, topic=topic, **fields))


# Making


def test_a_room_is_made_before_its_event_which_has_its_link(desk: Desk) -> None:
    events: list[object] = []
    system(desk).before_each = lambda: events.append(desk.texts)
    assert results(desk.migrate(reading(STANDUP))) == {KEY: (Result.DONE, "")}
    assert events
    assert not any(events)
    assert locations(desk) == [room(desk).room.url]
    assert desk.bindings[KEY].room == room(desk).room


def test_a_plan_tells_whose_a_room_will_be_and_what_it_will_have_but_no_link_yet(desk: Desk) -> None:
    planned = change(desk.plan(reading(STANDUP)))
    assert planned.room and planned.room.name and not planned.room.url
    assert planned.room_plan and planned.room_plan.owner == "anna"
    assert (planned.room_plan.traits["name"], planned.room_plan.traits["description"]) == ("Standup", "What we did")
    assert not system(desk).rooms


def test_a_report_tells_the_link_of_a_room_that_was_made(desk: Desk) -> None:
    (item,) = desk.migrate(reading(STANDUP)).items
    assert item.change.room == room(desk).room


def test_a_second_plan_changes_nothing_and_a_second_run_writes_nothing(desk: Desk) -> None:
    desk.migrate(reading(STANDUP, REVIEW, OWN, *TALKS))
    made, texts = deepcopy(system(desk).rooms), desk.texts
    assert changes_nothing(desk.plan(reading(STANDUP, REVIEW, OWN, *TALKS)))
    desk.migrate(reading(STANDUP, REVIEW, OWN, *TALKS))
    assert (system(desk).rooms, desk.texts) == (made, texts)


def test_a_plan_gets_to_know_all_hosts_at_once(desk: Desk) -> None:
    desk.plan(reading(STANDUP, REVIEW, OWN, *TALKS))
    assert system(desk).met == [{"anna", "ben"}]


def test_a_meeting_without_a_date_has_a_room_and_no_event(desk: Desk) -> None:
    desk.migrate(reading(row(None, "Open door", OTHER)))
    assert names(desk) == ["Open door"]
    assert desk.texts == {}
    assert changes_nothing(desk.plan(reading(row(None, "Open door", OTHER))))
    desk.migrate(reading(row(None, "Always open", OTHER)))
    assert names(desk) == ["Always open"]


def test_meetings_in_a_personal_room_share_one_room(desk: Desk) -> None:
    desk.migrate(reading(OWN, *TALKS, row("2027-03-05 10:00", "Chat", PERSONAL)))
    assert names(desk) == ["Anna's room"]
    assert set(locations(desk)) == {room(desk).room.url}


def test_an_export_without_the_own_row_of_a_personal_room_changes_nothing_of_it(desk: Desk) -> None:
    desk.migrate(reading(OWN, *TALKS))
    assert changes_nothing(desk.plan(reading(*TALKS)))
    desk.migrate(reading(*TALKS, row("2027-03-05 10:00", "Chat", PERSONAL)))
    assert names(desk) == ["Anna's room"]


def test_a_personal_room_of_which_only_a_meeting_is_known_has_the_name_of_its_host(desk: Desk) -> None:
    desk.migrate(reading(*TALKS))
    assert names(desk) == ["Anna Meier"]
    desk.migrate(reading(OWN, *TALKS))
    assert names(desk) == ["Anna's room"]


# Changes by Zoom and by people


def test_a_changed_topic_renames_the_room_which_keeps_its_link(desk: Desk) -> None:
    desk.migrate(reading(STANDUP))
    url = room(desk).room.url
    assert actions(desk.plan(renamed("Daily"))) == {KEY: "update"}
    desk.migrate(renamed("Daily"))
    assert (names(desk), locations(desk), desk.summaries) == (["Daily"], [url], ["Daily"])


def test_a_changed_time_leaves_the_room_alone(desk: Desk) -> None:
    desk.migrate(reading(STANDUP))
    written: list[None] = []
    system(desk).before_each = lambda: written.append(None)
    desk.migrate(reading(row("2027-03-02 09:00", agenda="What we did")))
    assert not written
    assert locations(desk) == [room(desk).room.url]


def test_what_people_changed_in_a_room_stays_while_the_rest_is_updated(desk: Desk) -> None:
    desk.migrate(reading(STANDUP))
    room(desk).traits["name"] = "Ours"
    assert changes_nothing(desk.plan(reading(STANDUP)))
    for topic, agenda in [("Daily", "First"), ("Weekly", "Second")]:
        desk.migrate(renamed(topic, agenda=agenda))
        assert (room(desk).traits["name"], room(desk).traits["description"]) == ("Ours", agenda)
        assert changes_nothing(desk.plan(renamed(topic, agenda=agenda)))


def test_what_people_changed_as_the_export_did_later_is_agreed_on(desk: Desk) -> None:
    desk.migrate(reading(STANDUP))
    room(desk).traits["name"] = "Daily"
    desk.migrate(renamed("Daily"))
    desk.migrate(renamed("Weekly"))
    assert names(desk) == ["Weekly"]


def test_a_room_keeps_its_owner_when_zoom_has_another_host(desk: Desk) -> None:
    desk.migrate(reading(STANDUP))
    desk.migrate(reading(replace(STANDUP, host=BEN)))
    assert room(desk).owner == "anna"
    assert desk.texts.keys() == {"ben@example.org"}
    assert locations(desk) == [room(desk).room.url]
    assert changes_nothing(desk.plan(reading(replace(STANDUP, host=BEN))))


def test_a_server_that_got_another_name_changes_the_links_and_no_room(desk: Desk) -> None:
    desk.migrate(reading(STANDUP))
    made = room(desk)
    system(desk).base = "https://talk.example.org"
    made.room = replace(made.room, url=made.room.url.replace("cloud", "talk"))
    desk.migrate(reading(STANDUP))
    assert locations(desk) == [made.room.url]
    assert changes_nothing(desk.plan(reading(STANDUP)))


def test_prune_leaves_the_room_of_a_meeting_that_is_gone_and_says_so(desk: Desk) -> None:
    desk.migrate(reading(STANDUP, REVIEW))
    url = named(desk, "Review").room.url
    sealed = desk.plan(reading(STANDUP), prune=True)
    assert "its room stays" in {each.key: each.why for each in sealed.plan.changes}[f"number:{OTHER}"]
    desk.apply(sealed, large=True)
    assert names(desk) == ["Review", "Standup"]
    desk.migrate(reading(STANDUP, REVIEW))
    assert url in locations(desk)
    assert names(desk) == ["Review", "Standup"]


# Rooms that people deleted


def test_a_room_that_people_deleted_is_told_and_its_meeting_kept(desk: Desk) -> None:
    desk.migrate(reading(STANDUP))
    system(desk).rooms.clear()
    sealed = desk.plan(renamed("Daily"))
    assert actions(sealed) == {KEY: "keep"}
    assert codes(sealed) == {"room-gone": Severity.WARNING}
    desk.apply(sealed)
    assert (names(desk), desk.summaries) == ([], ["Standup"])


def test_a_room_that_people_deleted_is_made_anew_for_zoom_with_a_new_link_in_its_event(desk: Desk) -> None:
    desk.migrate(reading(STANDUP))
    old = room(desk).room
    system(desk).rooms.clear()
    desk.migrate(reading(STANDUP), take=True)
    assert room(desk).room.name == old.name
    assert locations(desk) == [room(desk).room.url] != [old.url]
    assert changes_nothing(desk.plan(reading(STANDUP)))


def test_undo_of_a_room_made_anew_deletes_it_and_puts_the_old_link_back(desk: Desk) -> None:
    desk.migrate(reading(STANDUP))
    old = room(desk).room
    system(desk).rooms.clear()
    desk.migrate(reading(STANDUP), take=True)
    desk.undo()
    assert (names(desk), locations(desk)) == ([], [old.url])
    assert codes(desk.plan(reading(STANDUP))) == {"room-gone": Severity.WARNING}


def test_a_meeting_that_has_no_event_yet_gets_a_new_room_if_people_deleted_the_first(desk: Desk) -> None:
    desk.migrate(reading(STANDUP))
    room(desk).used = True
    desk.undo()
    system(desk).rooms.clear()
    desk.migrate(reading(STANDUP))
    assert locations(desk) == [room(desk).room.url]


def test_a_new_meeting_in_a_personal_room_that_people_deleted_gets_no_dead_link(desk: Desk) -> None:
    desk.migrate(reading(*TALKS))
    system(desk).rooms.clear()
    chat = row("2027-03-05 10:00", "Chat", PERSONAL)
    sealed = desk.plan(reading(*TALKS, chat))
    assert set(actions(sealed).values()) == {"keep"}
    gone = [problem.severity for problem in sealed.plan.problems if problem.code == "room-gone"]
    assert sorted(gone) == [Severity.ERROR, Severity.WARNING]
    desk.apply(sealed, partial=True)
    assert desk.summaries == ["Talk"]
    assert not any("chat" in key for key in desk.bindings)
    desk.migrate(reading(*TALKS, chat), take=True)
    assert set(locations(desk)) == {room(desk).room.url}
    assert desk.summaries == ["Chat", "Talk"]


def test_a_personal_room_that_people_deleted_is_made_anew_when_prune_took_its_last_event(desk: Desk) -> None:
    desk.migrate(reading(*TALKS))
    system(desk).rooms.clear()
    chat = reading(row("2027-03-05 10:00", "Chat", PERSONAL))
    sealed = desk.plan(chat, prune=True)
    assert sorted(actions(sealed).values()) == ["delete", "keep"]
    assert codes(sealed)["room-gone"] is Severity.ERROR
    desk.apply(sealed, partial=True)
    assert desk.texts == {}
    desk.migrate(chat)
    assert locations(desk) == [room(desk).room.url]


@pytest.mark.parametrize("now", [renamed("Daily"), reading(row("2027-03-02 09:00"))], ids=["room too", "event only"])
def test_a_room_that_is_deleted_after_the_plan_fails_its_item_alone(desk: Desk, now) -> None:
    desk.migrate(reading(STANDUP, REVIEW))
    sealed = desk.plan(replace(now, meetings=[*now.meetings, replace(REVIEW, topic="Retro", sources=("x:3",))]))
    system(desk).rooms = [named(desk, "Review")]
    texts = desk.texts["anna@example.org"]
    applied = desk.apply(sealed, large=True)
    assert results(applied) == {
        KEY: (Result.FAILED, "the room is gone since the plan was made; plan again"),
        f"number:{OTHER}": (Result.DONE, ""),
    }
    assert desk.texts["anna@example.org"] == texts
    assert names(desk) == ["Retro"]


# Hosts without an account


def test_a_host_without_an_account_is_named_and_a_later_run_makes_the_rooms(desk: Desk) -> None:
    desk.hosts.rows[1]["account"] = ""
    sealed = desk.plan(reading(STANDUP, REVIEW))
    assert codes(sealed) == {"no-account": Severity.ERROR}
    assert actions(sealed) == {KEY: "create"}
    with pytest.raises(RefusedError):
        desk.apply(sealed)
    desk.apply(sealed, partial=True)
    assert (names(desk), desk.summaries) == (["Standup"], ["Standup"])
    desk.hosts.rows[1]["account"] = "ben"
    assert actions(desk.plan(reading(STANDUP, REVIEW))) == {KEY: "keep", f"number:{OTHER}": "create"}
    desk.migrate(reading(STANDUP, REVIEW))
    assert names(desk) == ["Review", "Standup"]
    assert named(desk, "Review").owner == "ben"


def test_a_known_meeting_of_a_host_who_cannot_be_acted_for_is_kept_as_it_is(desk: Desk) -> None:
    desk.migrate(reading(STANDUP))
    texts = desk.texts
    system(desk).lacking["anna"] = "there is no app password for anna"
    for prune in (False, True):
        sealed = desk.plan(renamed("Daily"), prune=prune)
        assert change(sealed).action is Action.KEEP
        assert change(sealed).why == "there is no app password for anna"
        assert codes(sealed) == {"no-account": Severity.ERROR}
        desk.apply(sealed, partial=True)
    assert (names(desk), desk.texts) == (["Standup"], texts)


# What the target does not take


def test_a_room_that_is_refused_fails_its_item_alone_and_has_no_event(desk: Desk) -> None:
    sealed = desk.plan(reading(STANDUP, REVIEW))
    name = next(each.room.name for each in sealed.plan.changes if each.key == KEY and each.room)
    system(desk).refusing[name] = "not allowed"
    assert results(desk.apply(sealed)) == {KEY: (Result.FAILED, "not allowed"), f"number:{OTHER}": (Result.DONE, "")}
    assert (names(desk), desk.summaries) == (["Review"], ["Review"])
    system(desk).refusing.clear()
    assert results(desk.apply(sealed)) == {KEY: (Result.DONE, ""), f"number:{OTHER}": (Result.ALREADY, "")}
    assert names(desk) == ["Review", "Standup"]


def test_a_change_that_a_room_refuses_leaves_its_event_and_is_tried_again(desk: Desk) -> None:
    desk.migrate(reading(STANDUP))
    system(desk).refusing[room(desk).room.name] = "not allowed"
    assert results(desk.migrate(renamed("Daily"))) == {KEY: (Result.FAILED, "not allowed")}
    assert desk.summaries == ["Standup"]
    system(desk).refusing.clear()
    desk.migrate(renamed("Daily"))
    assert (names(desk), desk.summaries) == (["Daily"], ["Daily"])


def test_what_the_target_drops_silently_is_a_loss_and_no_change_of_the_next_plan(desk: Desk) -> None:
    system(desk).dropping["password"] = DROPPED
    listed = reading(replace(STANDUP, features=("passcode",)))
    (item,) = desk.migrate(listed).items
    assert item.result is Result.DONE
    assert DROPPED in item.change.losses
    sealed = desk.plan(listed)
    assert changes_nothing(sealed)
    (kept,) = desk.apply(sealed).items
    assert DROPPED in kept.change.losses
    (updated,) = desk.migrate(renamed("Daily", features=("passcode",))).items
    assert DROPPED in updated.change.losses


def test_a_target_that_goes_away_in_the_midst_leaves_what_it_made_to_the_same_command(desk: Desk) -> None:
    sealed = desk.plan(reading(STANDUP, REVIEW))
    system(desk).before_each = failing_at(2)
    with pytest.raises(TargetError):
        desk.apply(sealed)
    assert len(system(desk).rooms) == 1
    assert desk.texts == {}
    system(desk).before_each = lambda: None
    desk.apply(sealed)
    assert names(desk) == ["Review", "Standup"]
    desk.undo()
    assert (names(desk), desk.texts) == ([], {})


def test_what_people_changed_in_a_room_stays_when_an_update_goes_on_that_broke_off(desk: Desk) -> None:
    desk.migrate(reading(STANDUP))
    room(desk).traits["description"] = "Bring cake"
    now = renamed("Daily", agenda="New", features=("waiting_room",))
    system(desk).before_each = failing_at(3)
    with pytest.raises(TargetError):
        desk.migrate(now)
    system(desk).before_each = lambda: None
    assert (names(desk), room(desk).traits["lobby"]) == (["Daily"], False)
    desk.migrate(now)
    assert (room(desk).traits["description"], room(desk).traits["lobby"]) == ("Bring cake", True)


def test_a_plan_is_stale_when_another_made_a_room_though_no_event_yet(desk: Desk) -> None:
    sealed = desk.plan(renamed("Daily"))
    system(desk).before_each = failing_at(2)
    with pytest.raises(TargetError):
        desk.migrate(reading(STANDUP))
    system(desk).before_each = lambda: None
    assert len(system(desk).rooms) == 1
    with pytest.raises(RefusedError, match="stale"):
        desk.apply(sealed)
    desk.migrate(renamed("Daily"))
    assert names(desk) == ["Daily"]


def failing_at(call: int) -> Callable[[], None]:
    left = [None] * (call - 1)

    def fail() -> None:
        if not left:
            raise TargetError("the server is gone")
        left.pop()

    return fail


# A lost journal


def test_a_lost_journal_finds_the_rooms_by_their_names_and_its_undo_leaves_them(desk: Desk) -> None:
    desk.migrate(reading(STANDUP, REVIEW, OWN))
    made, texts = deepcopy(system(desk).rooms), desk.texts
    desk.journal = MemoryJournal()
    sealed = desk.plan(reading(STANDUP, REVIEW, OWN))
    assert all(each.room and each.room.url for each in sealed.plan.changes)
    desk.apply(sealed)
    assert (system(desk).rooms, desk.texts) == (made, texts)
    assert changes_nothing(desk.plan(reading(STANDUP, REVIEW, OWN)))
    report = desk.undo()
    assert set(undone(report).values()) == {(Result.KEPT, "the room was there before the run")}
    assert system(desk).rooms == made


def test_a_room_that_a_plan_found_and_that_is_gone_by_then_fails_its_item(desk: Desk) -> None:
    desk.migrate(reading(STANDUP))
    desk.journal = MemoryJournal()
    sealed = desk.plan(reading(STANDUP))
    system(desk).rooms.clear()
    assert results(desk.apply(sealed))[KEY] == (Result.FAILED, "the room is gone since the plan was made; plan again")


# Undo


def test_undo_deletes_rooms_that_nobody_used(desk: Desk) -> None:
    desk.migrate(reading(STANDUP, OWN, *TALKS))
    report = desk.undo()
    assert (names(desk), desk.texts, desk.bindings) == ([], {}, {})
    assert undone(report) == {"Standup": (Result.DONE, ""), "Anna's room": (Result.DONE, "")}


def test_undo_keeps_rooms_that_people_need_and_names_them(desk: Desk) -> None:
    listed = reading(STANDUP, REVIEW, row("2027-03-04 12:00", "Demo", "80000000203"))
    desk.migrate(listed)
    named(desk, "Standup").used = True
    named(desk, "Review").traits["description"] = "Bring cake"
    desk.edit("SUMMARY:Demo", "SUMMARY:Show")
    report = desk.undo()
    assert undone(report) == {
        "Standup": (Result.KEPT, "people used the room since; it stays"),
        "Review": (Result.KEPT, "people changed the room since; it stays"),
        "Demo": (Result.KEPT, "an event leads to the room; it stays"),
    }
    assert {item.topic for item in report.kept} == {"Standup", "Review", "Demo"}
    assert names(desk) == ["Demo", "Review", "Standup"]
    assert desk.summaries == ["Show"]


def test_a_room_that_undo_kept_is_the_room_of_the_meeting_when_it_comes_back(desk: Desk) -> None:
    desk.migrate(reading(STANDUP))
    room(desk).used = True
    desk.undo()
    desk.migrate(reading(STANDUP))
    assert locations(desk) == [room(desk).room.url]


def test_undo_of_an_update_puts_back_what_the_run_wrote_and_leaves_what_people_did(desk: Desk) -> None:
    desk.migrate(reading(STANDUP))
    desk.migrate(renamed("Daily", agenda="New"))
    room(desk).traits["description"] = "Bring cake"
    room(desk).used = True
    assert undone(desk.undo()) == {"Daily": (Result.DONE, "")}
    assert (names(desk), room(desk).traits["description"]) == (["Standup"], "Bring cake")
    assert changes_nothing(desk.plan(reading(STANDUP)))
    desk.migrate(renamed("Daily", agenda="Newer"))
    assert (names(desk), room(desk).traits["description"]) == (["Daily"], "Bring cake")


def test_a_plan_is_stale_when_undo_put_back_only_its_room(desk: Desk) -> None:
    desk.migrate(reading(STANDUP))
    sealed = desk.plan(renamed("Daily"))
    desk.apply(sealed)
    desk.note()
    report = desk.undo()
    assert (report.count(Result.DONE), names(desk)) == (0, ["Standup"])
    with pytest.raises(RefusedError, match="stale"):
        desk.apply(sealed)


def test_undo_leaves_those_who_take_part_if_a_lost_answer_told_nothing_of_them(desk: Desk) -> None:
    listed = reading(replace(STANDUP, attendees=(BEN,)), REVIEW)
    for call in (7, 1):
        system(desk).before_each = failing_at(call)
        with pytest.raises(TargetError):
            desk.migrate(listed)
    system(desk).before_each = lambda: None
    assert room(desk).traits["participants"] == ["ben"]
    desk.migrate(listed)
    assert undone(desk.undo())["Standup"] == (Result.DONE, "")
    assert room(desk).traits["participants"] == ["ben"]


def test_undo_run_after_run_leaves_nothing(desk: Desk) -> None:
    desk.migrate(reading(STANDUP))
    desk.migrate(renamed("Daily"))
    desk.undo("run-2")
    assert names(desk) == ["Standup"]
    desk.undo("run-1")
    assert (names(desk), desk.texts) == ([], {})
    assert desk.undo("run-1").count(Result.DONE) == 0


def test_undo_of_an_older_run_is_refused_where_a_later_one_wrote_the_room(desk: Desk) -> None:
    desk.migrate(reading(OWN))
    desk.migrate(reading(replace(OWN, topic="Ours"), *TALKS))
    report = desk.undo("run-1")
    assert undone(report) == {"Anna's room": (Result.KEPT, "run run-2 changed the room later; undo that one first")}
    assert names(desk) == ["Ours"]


def test_undo_of_an_older_run_leaves_the_room_of_an_event_that_a_later_undo_may_bring_back(desk: Desk) -> None:
    desk.migrate(reading(STANDUP, REVIEW))
    desk.migrate(reading(STANDUP), prune=True)
    assert undone(desk.undo("run-1"))["Review"] == (Result.KEPT, "an event leads to the room; it stays")
    desk.undo("run-2")
    assert locations(desk) == [named(desk, "Review").room.url]
    desk.undo("run-1")
    assert names(desk) == []


def test_undo_leaves_a_personal_room_to_the_meetings_of_other_runs(desk: Desk) -> None:
    chat = row("2027-03-05 10:00", "Chat", PERSONAL)
    desk.migrate(reading(*TALKS))
    desk.migrate(reading(*TALKS, chat))
    desk.migrate(reading(*TALKS), prune=True)
    assert undone(desk.undo("run-1"))["Anna Meier"][0] is Result.KEPT
    desk.undo("run-3")
    assert locations(desk) == [room(desk).room.url]


def test_a_room_that_people_deleted_is_no_hindrance_to_undo(desk: Desk) -> None:
    desk.migrate(reading(STANDUP))
    system(desk).rooms.clear()
    assert undone(desk.undo()) == {"Standup": (Result.DONE, "")}
    assert desk.texts == {}
    desk.migrate(reading(STANDUP))
    assert locations(desk) == [room(desk).room.url]


def test_undo_does_not_forget_that_people_deleted_a_room_to_which_an_event_leads(desk: Desk) -> None:
    listed = reading(*TALKS, row("2027-03-05 10:00", "Chat", PERSONAL))
    desk.migrate(listed)
    desk.edit("SUMMARY:Chat", "SUMMARY:Cake")
    system(desk).rooms.clear()
    assert undone(desk.undo()) == {"Anna Meier": (Result.KEPT, "an event leads to the room; people deleted it")}
    assert desk.summaries == ["Cake"]
    sealed = desk.plan(listed)
    assert changes_nothing(sealed)
    assert {problem.code for problem in sealed.plan.problems} == {"room-gone"}
    desk.migrate(listed, take=True)
    assert set(locations(desk)) == {room(desk).room.url}


def test_a_room_that_cannot_be_deleted_failed_and_the_next_undo_tries_again(desk: Desk) -> None:
    desk.migrate(reading(STANDUP))
    system(desk).refusing[room(desk).room.name] = "not allowed"
    assert undone(desk.undo()) == {"Standup": (Result.FAILED, "not allowed")}
    system(desk).refusing.clear()
    assert undone(desk.undo()) == {"Standup": (Result.DONE, "")}
    assert names(desk) == []


@pytest.mark.parametrize("update", [False, True], ids=["made", "changed"])
def test_a_preview_of_undo_writes_nothing_and_says_the_same(desk: Desk, update: bool) -> None:
    listed = [STANDUP, REVIEW, OWN, *TALKS]
    applied = desk.migrate(reading(*listed))
    if update:
        applied = desk.migrate(reading(*(replace(each, topic=f"New {each.topic}") for each in listed)))
    named(desk, "New Review" if update else "Review").used = True
    desk.edit("Talk", "Speech")
    rooms, texts = deepcopy(system(desk).rooms), desk.texts
    foreseen = desk.undoer.preview(applied.run, Run("none", "undo", applied.run.id, desk.clock()))
    assert (system(desk).rooms, desk.texts) == (rooms, texts)
    report = desk.undo()
    assert undone(foreseen) == undone(report)
    assert len(undone(report)) == 3


def test_a_preview_knows_that_a_room_made_anew_is_left_by_the_event_that_is_put_back(desk: Desk) -> None:
    desk.migrate(reading(STANDUP))
    system(desk).rooms.clear()
    applied = desk.migrate(reading(STANDUP), take=True)
    foreseen = desk.undoer.preview(applied.run, Run("none", "undo", applied.run.id, desk.clock()))
    assert undone(foreseen) == undone(desk.undo()) == {"Standup": (Result.DONE, "")}


def test_a_series_of_a_schedule_has_one_room(desk: Desk) -> None:
    desk.migrate(schedule_csv(series("2027-03-01 09:00", 4)))
    assert locations(desk) == [room(desk).room.url]
