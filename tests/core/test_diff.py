"""Three sides compared: export, journal, calendar."""

from __future__ import annotations

import pytest

from migrate.core.diff import Live, decide, decide_vanished, known_keys
from migrate.core.meeting import Person
from migrate.core.naming import key_of, personal_key
from migrate.core.plan import Action
from tests.builders import NUMBER, PERSONAL, UUID, binding, row, series, snapshot

KNOWN = binding("number:1", row("2027-03-01 09:00"), fingerprint="written")
AS_WRITTEN, EDITED, DELETED, NO_CALENDAR = Live("written", True), Live("edited", True), Live("", True), Live("", False)
AS_WANTED = Live("wanted", True)


def verdict(live, *, changed=False, moved=False, known=KNOWN, take=False):
    found = decide(changed=changed, moved=moved, binding=known, live=live, wanted=lambda: "wanted", take_export=take)
    return found.action


@pytest.mark.parametrize("take", [False, True])
@pytest.mark.parametrize(
    ("live", "changed", "action"),
    [
        (AS_WRITTEN, False, Action.KEEP),
        (AS_WRITTEN, True, Action.UPDATE),
        (EDITED, False, Action.KEEP),
        (DELETED, False, Action.KEEP),
        (AS_WANTED, True, Action.ADOPT),
    ],
)
def test_what_only_one_side_changed_is_decided_whoever_should_win(live, changed, action, take) -> None:
    assert verdict(live, changed=changed, take=take) is action


def test_a_calendar_that_was_removed_is_written_again_only_if_the_export_shall_win() -> None:
    assert verdict(NO_CALENDAR) is Action.KEEP
    assert verdict(NO_CALENDAR, changed=True) is Action.CONFLICT
    assert verdict(NO_CALENDAR, take=True) is verdict(NO_CALENDAR, changed=True, take=True) is Action.CREATE


@pytest.mark.parametrize("live", [EDITED, DELETED])
def test_what_both_changed_is_a_conflict_unless_the_export_shall_win(live) -> None:
    assert verdict(live, changed=True) is Action.CONFLICT
    assert verdict(live, changed=True, take=True) is Action.UPDATE


def test_an_event_that_has_to_go_to_another_calendar_is_not_just_taken_over() -> None:
    assert verdict(AS_WANTED, changed=True, moved=True) is Action.UPDATE


@pytest.mark.parametrize(
    ("live", "take", "action"),
    [
        (DELETED, False, Action.CREATE),
        (NO_CALENDAR, False, Action.CREATE),
        (AS_WANTED, False, Action.ADOPT),
        (AS_WANTED, True, Action.ADOPT),
        (EDITED, False, Action.CONFLICT),
        (EDITED, True, Action.UPDATE),
    ],
)
def test_without_a_journal_an_event_is_found_by_its_uid(live, take, action) -> None:
    assert verdict(live, known=None, changed=True, take=take) is action


def test_the_wanted_event_is_written_only_if_it_is_asked_for() -> None:
    def never() -> str:
        raise AssertionError("an event was rendered that nobody compares")

    for live, changed in ((AS_WRITTEN, True), (AS_WRITTEN, False), (EDITED, False), (NO_CALENDAR, True)):
        decide(changed=changed, moved=False, binding=KNOWN, live=live, wanted=never, take_export=False)


@pytest.mark.parametrize(
    ("live", "prune", "action"),
    [
        (AS_WRITTEN, False, Action.KEEP),
        (AS_WRITTEN, True, Action.DELETE),
        (DELETED, True, Action.DELETE),
        (NO_CALENDAR, True, Action.DELETE),
        (EDITED, True, Action.CONFLICT),
        (EDITED, False, Action.KEEP),
    ],
)
def test_what_vanished_is_deleted_only_if_asked_and_never_if_people_changed_it(live, prune, action) -> None:
    assert decide_vanished(KNOWN, live, prune=prune).action is action


def test_every_verdict_that_a_person_would_ask_about_says_why() -> None:
    for live in (EDITED, DELETED):
        assert decide(
            changed=False, moved=False, binding=KNOWN, live=live, wanted=lambda: "", take_export=False
        ).why.endswith("by people; their change stays")
    assert decide_vanished(KNOWN, AS_WRITTEN, prune=False).why == "no longer in the export; --prune removes it"


BY_TOPIC = row("2027-03-01 09:00", number=None)
BY_NAME = row("2027-03-01 09:00", number=None, host=Person("Anna Meier"))
BY_UUID = row("2027-03-01 09:00", number=None, uuid=UUID)
BY_NUMBER = row("2027-03-01 09:00", uuid=UUID)


def found(meetings, known) -> dict[str, str]:
    return known_keys({key_of(meeting): meeting for meeting in meetings}, known)


@pytest.mark.parametrize("weak", [BY_TOPIC, BY_NAME, BY_UUID])
def test_a_later_source_that_brings_the_number_finds_the_meeting(weak) -> None:
    known = snapshot(binding(key_of(weak), weak))
    assert found([BY_NUMBER], known) == {f"number:{NUMBER}": key_of(weak)}


@pytest.mark.parametrize("weak", [BY_TOPIC, BY_NAME, BY_UUID])
def test_a_later_source_without_the_number_finds_it_too(weak) -> None:
    known = snapshot(binding(key_of(BY_NUMBER), BY_NUMBER))
    assert found([weak], known) == {key_of(weak): f"number:{NUMBER}"}


def test_an_alias_that_is_known_goes_before_everything_else() -> None:
    """Another meeting of the same host and topic must not cost the first one its room."""
    known = snapshot(binding(key_of(BY_TOPIC), BY_TOPIC), aliases={f"number:{NUMBER}": key_of(BY_TOPIC)})
    namesake = row("2027-03-04 15:00", number="80000000999")
    assert found([BY_NUMBER, namesake], known) == {f"number:{NUMBER}": key_of(BY_TOPIC)}


def test_an_alias_finds_the_room_of_a_meeting_that_was_deleted() -> None:
    known = snapshot(rooms=[key_of(BY_TOPIC)], aliases={f"number:{NUMBER}": key_of(BY_TOPIC)})
    assert found([BY_NUMBER], known) == {f"number:{NUMBER}": key_of(BY_TOPIC)}
    assert found([BY_NUMBER], snapshot(rooms=[key_of(BY_TOPIC)])) == {f"number:{NUMBER}": key_of(BY_TOPIC)}


def test_a_meeting_that_had_a_room_of_its_own_keeps_it() -> None:
    known = snapshot(binding(key_of(BY_TOPIC), BY_TOPIC), rooms=[f"number:{NUMBER}"])
    assert found([BY_NUMBER], known) == {}


def test_two_that_could_both_be_it_are_both_new() -> None:
    known = snapshot(binding(key_of(BY_TOPIC), BY_TOPIC))
    assert found([BY_NUMBER, row("2027-03-04 15:00", number="80000000999")], known) == {}


def test_what_a_file_names_outright_is_nobody_elses() -> None:
    known = snapshot(binding(key_of(BY_TOPIC), BY_TOPIC))
    assert found([BY_NUMBER, BY_TOPIC], known) == {}


def test_another_number_or_uuid_is_another_meeting() -> None:
    known = snapshot(binding(key_of(BY_NUMBER), BY_NUMBER))
    assert found([row("2027-03-01 09:00", number="80000000999")], known) == {}
    assert found([row("2027-03-01 09:00", number=None, uuid="other==")], known) == {}


MONDAYS, THURSDAYS = (personal_key(PERSONAL, "Standup", name) for name in ("weekly-mo-0900", "weekly-th-1400"))
TUESDAYS = personal_key(PERSONAL, "Standup", "weekly-tu-0900")


def personal(first: str):
    return series(first, 4, number=PERSONAL)


def test_a_pattern_that_moved_to_another_weekday_keeps_its_key() -> None:
    known = snapshot(binding(MONDAYS, personal("2027-03-01 09:00")), binding(THURSDAYS, personal("2027-03-04 14:00")))
    meetings = {TUESDAYS: personal("2027-03-02 09:00"), THURSDAYS: personal("2027-03-04 14:00")}
    assert known_keys(meetings, known) == {TUESDAYS: MONDAYS}


def test_a_pattern_that_moved_stays_known_when_a_second_one_appears() -> None:
    known = snapshot(binding(MONDAYS, personal("2027-03-01 09:00")), aliases={TUESDAYS: MONDAYS})
    meetings = {TUESDAYS: personal("2027-03-02 09:00"), THURSDAYS: personal("2027-03-04 14:00")}
    assert known_keys(meetings, known) == {TUESDAYS: MONDAYS}


def test_two_patterns_that_could_have_moved_are_new() -> None:
    known = snapshot(binding(MONDAYS, personal("2027-03-01 09:00")))
    meetings = {TUESDAYS: personal("2027-03-02 09:00"), THURSDAYS: personal("2027-03-04 14:00")}
    assert known_keys(meetings, known) == {}


def test_another_topic_in_the_same_room_is_another_meeting() -> None:
    known = snapshot(binding(MONDAYS, personal("2027-03-01 09:00")))
    review = personal_key(PERSONAL, "Review", "weekly-tu-0900")
    assert known_keys({review: personal("2027-03-02 09:00")}, known) == {}


def test_an_empty_journal_knows_nothing() -> None:
    assert found([BY_NUMBER, BY_TOPIC], snapshot()) == {}
