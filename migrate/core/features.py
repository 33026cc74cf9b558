"""What a meeting needs, what a target keeps, and what is lost between the two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from migrate.core.meeting import Kind, Meeting

FEATURES: Mapping[str, str] = {
    "alternative_hosts": "other people may start the meeting",
    "authenticated_only": "only people with an account may join",
    "breakout_rooms": "people are assigned to breakout rooms beforehand",
    "cloud_recording": "the meeting is recorded on the server by itself",
    "dial_in": "people can join by telephone",
    "e2ee": "the meeting is encrypted end to end",
    "interpretation": "interpreters speak on channels of their own",
    "invitees": "people were invited to the meeting by Zoom",
    "join_before_host": "people can join before the host",
    "local_recording": "the meeting is recorded on the host's computer by itself",
    "mute_on_entry": "people join muted",
    "passcode": "the meeting has a passcode",
    "polls": "polls were prepared",
    "registration": "people register before they get the link",
    "waiting_room": "people wait until they are let in",
    "webinar": "the audience listens and does not speak",
}
"""The words for features: code -> what it means. A source may use no other."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that the target will not keep: `feature` is the code, `hint` what people can do about it."""

    feature: str
    message: str
    hint: str = ""


def needs(meeting: Meeting) -> tuple[str, ...]:
    """List the features of a meeting, those that its other fields imply too, in order of their codes."""
    implied = {
        "alternative_hosts": bool(meeting.alternative_hosts),
        "invitees": bool(meeting.attendees),
        "webinar": meeting.kind is Kind.WEBINAR,
    }
    return tuple(sorted({*meeting.features, *(name for name, holds in implied.items() if holds)}))


def lower(meeting: Meeting, losses: Mapping[str, Loss]) -> tuple[Meeting, tuple[Loss, ...]]:
    """Take away what the target cannot keep; return what is left and a Loss for each thing that is not.

    `losses` is the target's word for each feature it does not support; a feature that is not in it is kept.
    """
    needed = needs(meeting)
    lost = tuple(losses[feature] for feature in needed if feature in losses)
    if not lost:
        return meeting, ()
    kept = tuple(feature for feature in meeting.features if feature not in losses)
    return replace(meeting, features=kept), lost


def unsupported(supports: frozenset[str], words: Mapping[str, tuple[str, str]], target: str) -> dict[str, Loss]:
    """Return a Loss for every feature outside `supports`, with the target's own (message, hint) where it has any."""
    return {
        feature: Loss(feature, *words.get(feature, (f"{target} does not keep that {meaning}", "")))
        for feature, meaning in FEATURES.items()
        if feature not in supports
    }
