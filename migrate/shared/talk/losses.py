"""What Talk does not keep of a meeting, in words for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from migrate.core.features import FEATURES, Loss
from migrate.core.meeting import Meeting, Person
from migrate.core.rooms import Traits
from migrate.shared.talk.abilities import Abilities
from migrate.shared.talk.traits import is_public

# The message and the hint for what Talk never keeps.
NEVER: Mapping[str, tuple[str, str]] = {
    "breakout_rooms": (
        "Talk cannot assign people to breakout rooms before they are in the conversation",
        "A moderator of a private conversation sets up breakout rooms there; the server needs a signaling server.",
    ),
    "cloud_recording": (
        "Talk does not start a recording by itself",
        "A moderator starts it in the call; the server needs a recording server.",
    ),
    "interpretation": (
        "Talk has no channels for interpreters",
        "Hold one conversation a language, or keep such meetings elsewhere.",
    ),
    "local_recording": (
        "Talk does not record on the computer of a participant",
        "A moderator records on the server, if it has a recording server, or uses a program of the computer.",
    ),
    "mute_on_entry": (
        "people are not muted when they join",
        "Each person chooses before joining; a moderator mutes others in the call.",
    ),
    "polls": ("polls that were prepared do not move", "Save them as drafts of polls in the conversation."),
    "registration": (
        "Talk has no registration",
        "Collect registrations with a form, such as Nextcloud Forms, and send link and password to those registered.",
    ),
}
SUPPORTS = frozenset(FEATURES) - NEVER.keys()
_MOST_NAMED = 5


def lost_here(meeting: Meeting, abilities: Abilities) -> Mapping[str, Loss]:
    """Return what this meeting loses of that which Talk may keep."""
    return {loss.feature: loss for loss in _lost(meeting, abilities)}


def _lost(meeting: Meeting, abilities: Abilities) -> Iterator[Loss]:
    if unknown := _without_account(meeting.alternative_hosts):
        message = f"alternative hosts without an account cannot moderate: {unknown}"
        yield Loss("alternative_hosts", message, "Write their accounts into hosts.csv and plan again.")
    if unknown := _without_account(meeting.attendees):
        message = f"invited people without an account are not added and not told: {unknown}"
        yield Loss("invitees", message, "The host sends them the link and the password.")
    if is_public(meeting):
        message = "the conversation is open to everybody with its link and password, as not all invited have accounts"
        hint = "Give all invited people accounts in hosts.csv, or make the conversation private in Talk."
        yield Loss("authenticated_only", message, hint)
    if "waiting_room" in meeting.features:
        message = "people wait in the lobby, also those who could join before the host in Zoom"
        yield Loss("join_before_host", message, "A moderator opens the lobby, or makes a moderator of somebody else.")
    yield from (Loss(*words) for able, *words in _of_the_server(abilities) if not able)


def _of_the_server(abilities: Abilities) -> Sequence[tuple[bool, str, str, str]]:
    return (
        (
            abilities.telephone,
            "dial_in",
            "nobody can join by telephone, as the server has no SIP bridge that this host may use",
            "An administrator sets up the SIP bridge, or these people use a browser.",
        ),
        (
            abilities.end_to_end,
            "e2ee",
            "calls are not encrypted end to end on this server",
            "An administrator switches end-to-end encryption of calls on, for all of them.",
        ),
        (
            abilities.lobby,
            "waiting_room",
            "this version of Talk has no lobby",
            "Update Talk and plan again.",
        ),
        (
            abilities.permissions,
            "webinar",
            "in this version of Talk everybody who joins can speak",
            "Update Talk and plan again.",
        ),
    )


def left_out(accounts: Sequence[str]) -> Loss:
    """Return the loss of participants whom the server does not take."""
    hint = "Correct these accounts in hosts.csv, plan and apply again."
    return Loss("invitees", f"the server cannot add these accounts: {', '.join(accounts)}", hint)


def dropped(asked: Traits, found: Traits) -> Iterator[Loss]:
    """Return a loss for every trait that was taken without a word and is not there."""
    for trait, found_value in found.items():
        if asked[trait] != found_value:
            message = f"Talk took the request, but {_SAID[trait]} is {_told(found_value)}, not {_told(asked[trait])}"
            yield Loss(_FEATURES.get(trait, trait), message, "Look at the conversation's settings in Talk.")


_FEATURES = {
    "lobby": "waiting_room",
    "lobby_timer": "waiting_room",
    "password": "passcode",
    "permissions": "webinar",
    "sip": "dial_in",
    "type": "authenticated_only",
}
"""The feature that is lost with a trait; name, description and listing are none, and have only their own names."""
_SAID = {
    "description": "the description",
    "listable": "who finds the conversation",
    "lobby": "the lobby",
    "lobby_timer": "the time at which the lobby opens",
    "name": "the name",
    "password": "the password",
    "permissions": "what participants may do",
    "sip": "joining by telephone",
    "type": "the kind of conversation",
}


def _told(value: object) -> str:
    return ("on" if value else "off") if isinstance(value, bool) else repr(value)


def _without_account(people: Sequence[Person]) -> str:
    unknown = [str(one) for one in people if not one.account]
    more = len(unknown) - _MOST_NAMED
    return ", ".join([*unknown[:_MOST_NAMED], *([f"and {more} more"] if more > 0 else [])])
