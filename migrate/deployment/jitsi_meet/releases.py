"""Which release of Prosody there is on which distribution."""

from __future__ import annotations

from migrate.deployment.jitsi_meet.settings import JitsiMeetSettings

_OWN = {"debian-12": "0.12", "debian-13": "13.0"}


def own_prosody(settings: JitsiMeetSettings) -> str:
    """Return the release that the distribution itself has."""
    return _OWN[settings.distribution]


def prosody(settings: JitsiMeetSettings) -> str:
    """Return the release that is installed."""
    return settings.prosody or own_prosody(settings)


def from_backports(settings: JitsiMeetSettings) -> bool:
    """Tell whether it is newer than the distribution's own; none is older."""
    return prosody(settings) != own_prosody(settings)
