"""Sections of [jitsi_meet] about what browsers see: how pages look, what they may do, and whose certificate it is."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from migrate.deployment.section import Section
from migrate.deployment.values import Colour, Link, Name, Origin, SiteFile


class Branding(Section):
    """What it looks like."""

    name: Name = Field(default="Jitsi Meet", description="what the service is called in titles and invitations")
    logo: SiteFile | None = Field(
        default=None,
        description="a picture (svg, png) of at most 1 MB in the site directory; without it there is no logo",
        examples=["branding/logo.svg"],
    )
    logo_link: Link | None = Field(
        default=None, description="where a click on the logo leads", examples=["https://www.example.org/"]
    )
    background: Colour | None = Field(
        default=None, description="colour of the background, such as #1f2937", examples=["#1f2937"]
    )
    accent: Colour | None = Field(default=None, description="colour of buttons, such as #0f766e", examples=["#0f766e"])
    privacy_link: Link | None = Field(
        default=None, description="your privacy policy", examples=["https://www.example.org/privacy"]
    )
    terms_link: Link | None = Field(
        default=None, description="your terms of use", examples=["https://www.example.org/terms"]
    )
    help_link: Link | None = Field(
        default=None,
        description="your help pages; without it there is no help button",
        examples=["https://www.example.org/help"],
    )


class Web(Section):
    """The web server."""

    content_security_policy: Literal["enforce", "report-only", "off"] = Field(
        default="enforce",
        description=(
            "which servers a page may contact, held by the browser: enforce stops what a crafted link switches on; "
            "report-only: the browser's console tells what would be stopped; off: nothing"
        ),
    )
    further_origins: tuple[Origin, ...] = Field(
        default=(),
        description="servers of yours that pages may contact too, such as https://files.example.org",
        examples=[("https://files.example.org",)],
    )
    embedded_by: tuple[Origin, ...] = Field(
        default=(),
        description="sites that may show meetings inside their own pages; none: only this server",
        examples=[("https://www.example.org",)],
    )
    strict_transport_security: bool = Field(
        default=True, description="browsers remember for a year to use https only; hard to take back"
    )
    access_log: bool = Field(
        default=False, description="nginx logs requests (tokens are taken out, room names and addresses are in)"
    )
    mobile_apps: bool = Field(
        default=False, description="telephones are asked to open the app, by links to the stores of Apple and Google"
    )
    welcome_page: bool = Field(default=True, description="a start page where people type the name of a room")
