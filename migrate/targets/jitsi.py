"""Jitsi Meet: a room exists by its URL, so choosing a good name is all there is to making one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, field_validator

from migrate.core.meeting import Meeting
from migrate.core.naming import opaque_name, slug_name
from migrate.core.ports import SiteFacts
from migrate.core.rooms import Room, Target

_IN_THE_MEETING = "The host sets it in the meeting, under Security options; it ends with the meeting."


class JitsiSettings(BaseModel):
    """The table [targets.jitsi] of migrate.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: HttpUrl = Field(description="where the server is, such as https://meet.example.org")
    names: Literal["opaque", "slug"] = Field(
        default="opaque",
        description="opaque room names tell nothing in server logs; slug puts the topic into the link",
    )

    @field_validator("url")
    @classmethod
    def _begins_links(cls, value: HttpUrl) -> HttpUrl:
        if value.username or value.password or value.query is not None or value.fragment is not None:
            raise ValueError("links begin with it: write the server alone, as https://meet.example.org")
        return value


class Jitsi(Target):
    """Rooms on a Jitsi Meet server.

    Nothing is stored there before people meet, so whatever belongs to a meeting's settings is a loss.
    """

    name = "jitsi"
    label = "Jitsi Meet"
    Settings: ClassVar[type[JitsiSettings]] = JitsiSettings
    supports: ClassVar[frozenset[str]] = frozenset()
    words: ClassVar[Mapping[str, tuple[str, str]]] = {
        "alternative_hosts": (
            "Jitsi Meet has no list of alternative hosts",
            "Give these people accounts on the server; whoever has one can open the room.",
        ),
        "authenticated_only": (
            "whoever has the link can ask to come in; Zoom let only people with an account join",
            "Let hosts have accounts on the server, so that guests wait until a host is there.",
        ),
        "breakout_rooms": (
            "Jitsi Meet cannot assign people to breakout rooms beforehand",
            "The host opens breakout rooms in the meeting and moves people there.",
        ),
        "dial_in": (
            "nobody can join by telephone unless the server has a telephone gateway",
            "Install Jigasi with a SIP provider, or tell these people to use a browser.",
        ),
        "interpretation": (
            "Jitsi Meet has no channels for interpreters",
            "Hold one room a language, or keep such meetings elsewhere.",
        ),
        "join_before_host": (
            "whether people can join before the host is a setting of the server, not of a meeting",
            "With accounts for hosts, guests wait; an open server lets everybody in.",
        ),
        "local_recording": (
            "Jitsi Meet does not start a recording by itself",
            "The host starts it in the meeting; the browser stores it on the host's computer.",
        ),
        "mute_on_entry": (
            "people are not muted when they join",
            "The host mutes everybody in the meeting, or set startAudioMuted on the server.",
        ),
        "polls": ("polls that were prepared do not move", "Write them again in the meeting, under Polls."),
        "cloud_recording": (
            "Jitsi Meet does not start a recording by itself",
            "The host starts it in the meeting; a recorder (Jibri) must be installed on the server.",
        ),
        "e2ee": (
            "end-to-end encryption is off until somebody switches it on",
            "The host switches it on in the meeting, under Security options; browsers must support it.",
        ),
        "invitees": (
            "the people invited in Zoom are not written into the new event, so that nobody is mailed",
            "The host invites them from the new calendar event.",
        ),
        "passcode": ("a Jitsi Meet room has no passcode before the meeting begins", _IN_THE_MEETING),
        "registration": (
            "Jitsi Meet has no registration",
            "Collect registrations with a form and send the link to those who are registered.",
        ),
        "waiting_room": ("a Jitsi Meet room has no lobby before the meeting begins", _IN_THE_MEETING),
        "webinar": (
            "Jitsi Meet has no webinars: everybody who joins can speak unless the host prevents it",
            "Moderate audio and video in the meeting, or keep large events elsewhere.",
        ),
    }

    @classmethod
    def open(cls, settings: JitsiSettings, site: SiteFacts) -> Jitsi:
        """Make the adapter of a site."""
        return cls(settings, site.key)

    def __init__(self, settings: JitsiSettings, site_key: bytes) -> None:
        self._base = str(settings.url).rstrip("/")
        self._slug = settings.names == "slug"
        self._site_key = site_key

    def propose(self, key: str, meeting: Meeting, taken: Collection[str]) -> Room:
        """Name the room by an HMAC of the key, so that nobody can guess it and a lost journal finds it again."""
        if self._slug:
            return self._room(slug_name(self._site_key, key, meeting.topic, taken))
        return self._room(opaque_name(self._site_key, key, taken))

    def locate(self, room: Room) -> Room:
        """Return the room on the server of the settings."""
        return self._room(room.name)

    def _room(self, name: str) -> Room:
        return Room(name, f"{self._base}/{name}")
