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
SOMETIMES: Mapping[str, tuple[str, str]] = {
    "alternative_hosts": (
        "alternative hosts without an account cannot moderate",
        "Write their accounts into hosts.csv and plan again.",
    ),
    "authenticated_only": (
        "everybody with link and password gets in, as not all who are invited are known to have accounts",
        "Write the accounts of all invited people into hosts.csv, or make the conversation private in Talk.",
    ),
    "dial_in": (
        "nobody can join by telephone, as the server has no SIP bridge that the host may use",
        "An administrator sets up the SIP bridge, or these people use a browser.",
    ),
    "e2ee": (
        "calls are not encrypted end to end on this server",
        "An administrator switches end-to-end encryption on, for all calls of the server.",
    ),
    "invitees": (
        "invited people without an account are not added and not told",
        "The host sends them the link and the password, or apply with --notify, and Talk mails them.",
    ),
    "join_before_host": (
        "nobody gets in before the host, as the waiting room becomes a lobby for all",
        "Make a moderator of somebody else too: each can open the lobby.",
    ),
    "waiting_room": ("this version of Talk has no lobby", "Update Talk and plan again."),
    "webinar": ("in this version of Talk everybody who joins can speak", "Update Talk and plan again."),
}
"""The same for what Talk keeps of some meetings on some servers."""
SUPPORTS = frozenset(FEATURES) - NEVER.keys()
_INVITEES = "invitees"
_MOST_NAMED = 5


def lost_here(meeting: Meeting, abilities: Abilities) -> Mapping[str, Loss]:
    """Return what this meeting loses of that which Talk may keep."""
    return {feature: _worded(feature, people) for feature, people in _lost(meeting, abilities).items()}


def _lost(meeting: Meeting, abilities: Abilities) -> Mapping[str, Sequence[Person]]:
    """Return what is lost, and of whom, where it is not of all."""
    helpers, invited = (_unknown(people) for people in (meeting.alternative_hosts, meeting.attendees))
    lost: Mapping[str, bool] = {
        "alternative_hosts": bool(helpers),
        "authenticated_only": is_public(meeting),
        "dial_in": not abilities.telephone,
        "e2ee": not abilities.end_to_end,
        "invitees": bool(invited),
        "join_before_host": "waiting_room" in meeting.features,
        "waiting_room": not abilities.lobby,
        "webinar": not abilities.permissions,
    }
    people = {"alternative_hosts": helpers, "invitees": invited}
    return {feature: people.get(feature, ()) for feature, is_lost in lost.items() if is_lost}


def _worded(feature: str, people: Sequence[Person]) -> Loss:
    message, hint = SOMETIMES[feature]
    named = [str(one) for one in people[:_MOST_NAMED]]
    more = [f"and {len(people) - _MOST_NAMED} more"] if len(people) > _MOST_NAMED else []
    return Loss(feature, f"{message}: {', '.join([*named, *more])}" if named else message, hint)


def _unknown(people: Sequence[Person]) -> Sequence[Person]:
    return [one for one in people if not one.account]


def left_out(accounts: Sequence[str]) -> Loss:
    """Return the loss of participants whom the server does not take."""
    hint = "Correct these accounts in hosts.csv, plan and apply again."
    return Loss(_INVITEES, f"the server cannot add these accounts: {', '.join(accounts)}", hint)


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
