"""What Jitsi Meet's pages look like: colours and links as the web application wants them, and the logo's file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from migrate.core.bundle import Fault, Placement, ServerFile
from migrate.deployment.brought import misplaced
from migrate.deployment.jitsi_meet.pictures import MOST_BYTES, flaw
from migrate.deployment.jitsi_meet.settings import JitsiMeetSettings
from migrate.shared.resources import data_rows

DIRECTORY = "/etc/jitsi/meet/branding"
"""Where branding.json and the logo are on the server, which serves it as /branding/."""

_SETTINGS = ("jitsi_meet", "branding")
_UPSTREAM_BACKGROUND = "#040404"
# How much of a colour stays, in percent: as much darker as upstream's own shades of its blue are.
_SHADES = {"accent": 100, "hover": 85, "pressed": 70}


@dataclass(frozen=True, slots=True)
class Look:
    """The look of one server. Whatever nobody chose is empty, or the server's own start page."""

    settings: JitsiMeetSettings

    @property
    def home(self) -> str:
        """The start page."""
        return f"https://{self.settings.domain}/"

    @property
    def url(self) -> str:
        """Where branding.json is."""
        return f"{self.home}branding/branding.json"

    @property
    def avatars_url(self) -> str:
        """Where pictures of faces would be."""
        return f"{self.home}branding/avatars/"

    @property
    def logo_url(self) -> str:
        """Where the logo is."""
        logo = self.settings.branding.logo
        return f"{self.home}branding/{PurePosixPath(logo).name}" if logo else ""

    @property
    def logo_link(self) -> str:
        """Where a click on the logo leads."""
        return self.settings.branding.logo_link or ""

    @property
    def help_link(self) -> str:
        """The pages that help."""
        return self.settings.branding.help_link or self.home

    @property
    def privacy_link(self) -> str:
        """The privacy policy."""
        return self.settings.branding.privacy_link or self.home

    @property
    def terms_link(self) -> str:
        """The terms of use."""
        return self.settings.branding.terms_link or self.home

    @property
    def background(self) -> str:
        """The colour behind everything."""
        return self.settings.branding.background or _UPSTREAM_BACKGROUND

    @property
    def palette(self) -> tuple[tuple[str, str], ...]:
        """Everything that has the accent's colour in the web application, and the shade that it gets."""
        accent = self.settings.branding.accent
        rows = data_rows("jitsi/accent-tokens.tsv") if accent else []
        return tuple((token, _shaded(str(accent), _SHADES[shade])) for token, shade in rows)


def files(settings: JitsiMeetSettings, site: Path) -> Iterator[ServerFile]:
    """Yield the logo, as it is in the site directory."""
    logo = settings.branding.logo
    if logo:
        yield ServerFile(Placement(f"{DIRECTORY}/{PurePosixPath(logo).name}"), (site / logo).read_bytes())


def faults(settings: JitsiMeetSettings, site: Path) -> Iterator[Fault]:
    """Yield what is wrong with the logo."""
    branding = settings.branding
    if branding.logo and (found := _flaw(branding.logo, site)):
        message, hint = found
        yield Fault((*_SETTINGS, "logo"), f"{branding.logo} {message}", hint)
    if branding.logo_link and not branding.logo:
        yield Fault((*_SETTINGS, "logo_link"), "there is no logo to click on", "Set branding.logo too, or neither.")


def _flaw(logo: str, site: Path) -> tuple[str, str] | None:
    if found := misplaced(logo, site):
        return found
    path = site / logo
    if path.stat().st_size > MOST_BYTES:
        return f"is bigger than {MOST_BYTES // 1000} kB", "Everybody who opens a page loads it: make it smaller."
    return flaw(path.suffix, path.read_bytes())


def _shaded(colour: str, percent: int) -> str:
    return "#" + "".join(f"{int(colour[place : place + 2], 16) * percent // 100:02x}" for place in (1, 3, 5))
