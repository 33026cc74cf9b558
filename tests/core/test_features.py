"""What a meeting needs, and what is lost."""

from __future__ import annotations

from dataclasses import replace

from migrate.core.features import FEATURES, Loss, lower, needs, unsupported
from migrate.core.meeting import Kind
from tests.builders import ANNA, BEN, row

MEETING = row("2027-03-01 09:00", features=("waiting_room", "passcode"))
NOTHING = unsupported(frozenset(), {}, "Nowhere")


def test_needs_are_named_and_implied_features_in_order() -> None:
    webinar = replace(MEETING, kind=Kind.WEBINAR, attendees=(BEN,), alternative_hosts=(ANNA,))
    assert needs(MEETING) == ("passcode", "waiting_room")
    assert needs(webinar) == ("alternative_hosts", "invitees", "passcode", "waiting_room", "webinar")


def test_a_webinar_without_a_date_is_still_a_webinar() -> None:
    room = row(None, features=("webinar",))
    assert [loss.feature for loss in lower(room, NOTHING)[1]] == ["webinar"]


def test_every_loss_is_named_and_taken_away() -> None:
    kept, losses = lower(MEETING, NOTHING)
    assert kept == replace(MEETING, features=())
    assert [loss.feature for loss in losses] == ["passcode", "waiting_room"]


def test_what_the_target_supports_is_kept() -> None:
    kept, losses = lower(MEETING, unsupported(frozenset({"passcode"}), {}, "Somewhere"))
    assert kept.features == ("passcode",)
    assert [loss.feature for loss in losses] == ["waiting_room"]


def test_nothing_needed_is_nothing_lost() -> None:
    plain = row("2027-03-01 09:00")
    assert lower(plain, NOTHING) == (plain, ())


def test_lowering_twice_loses_nothing_more() -> None:
    kept, _ = lower(MEETING, NOTHING)
    assert lower(kept, NOTHING) == (kept, ())


def test_a_target_has_its_own_words_and_a_sentence_for_the_rest() -> None:
    losses = unsupported(frozenset({"webinar"}), {"passcode": ("no passcode", "Say it aloud.")}, "Talk")
    assert set(losses) == set(FEATURES) - {"webinar"}
    assert losses["passcode"] == Loss("passcode", "no passcode", "Say it aloud.")
    assert losses["polls"] == Loss("polls", "Talk does not keep that polls were prepared", "")
