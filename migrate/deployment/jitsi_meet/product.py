"""Jitsi Meet as a product: its settings and an inventory become the files of its hosts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Self

from migrate.core.bundle import Bundle, Content, Fault, Inventory, Product, ServerFile
from migrate.core.check import Needs
from migrate.core.problem import Problem
from migrate.deployment.jitsi_meet import branding, repositories
from migrate.deployment.jitsi_meet.balancing import Balancing
from migrate.deployment.jitsi_meet.certificates import certificates
from migrate.deployment.jitsi_meet.content_security import ContentSecurity
from migrate.deployment.jitsi_meet.contradictions import contradictions
from migrate.deployment.jitsi_meet.files import links, recipes
from migrate.deployment.jitsi_meet.firewall import Openings
from migrate.deployment.jitsi_meet.installation import Installation
from migrate.deployment.jitsi_meet.listening import Listening
from migrate.deployment.jitsi_meet.names import Names
from migrate.deployment.jitsi_meet.needs import needs
from migrate.deployment.jitsi_meet.notices import notices
from migrate.deployment.jitsi_meet.relaying import Relaying
from migrate.deployment.jitsi_meet.releases import prosody
from migrate.deployment.jitsi_meet.settings import JitsiMeetSecrets, JitsiMeetSettings
from migrate.deployment.jitsi_meet.signalling import Signalling
from migrate.deployment.jitsi_meet.topology import BRIDGES, TURN, WEB, Host, Topology
from migrate.deployment.recipes import rendered
from migrate.deployment.unfit import unfit
from migrate.shared.quoting import Unquotable
from migrate.shared.templates import render


@dataclass(frozen=True)
class JitsiMeet(Product):
    """A Jitsi Meet server from Debian packages, with its bridges and its TURN server."""

    settings: JitsiMeetSettings
    secrets: JitsiMeetSecrets
    inventory: Inventory
    site: Path

    name: ClassVar[str] = "jitsi_meet"
    label: ClassVar[str] = "Jitsi Meet"
    Settings: ClassVar[type[JitsiMeetSettings]] = JitsiMeetSettings
    Secrets: ClassVar[type[JitsiMeetSecrets]] = JitsiMeetSecrets
    groups: ClassVar[tuple[str, ...]] = (WEB, BRIDGES, TURN)

    @classmethod
    def open(cls, settings: Any, secrets: Any, inventory: Inventory, site: Path) -> Self:
        """Return the product of one site directory."""
        return cls(settings, secrets, inventory, site)

    def faults(self) -> Sequence[Fault]:
        """Return every contradiction."""
        return (
            *contradictions(self.topology, self.secrets),
            *branding.faults(self.settings, self.site),
            *repositories.faults(self.settings, self.site),
        )

    def problems(self) -> Sequence[Problem]:
        """Return what should be known before it is deployed."""
        return tuple(notices(self.topology))

    @property
    def domain(self) -> str:
        """The name that people reach the server by."""
        return self.settings.domain

    @property
    def way_to_logins(self) -> str:
        """What to do if people enter another way."""
        if self.settings.authentication.mode == "accounts":
            return ""
        return 'Set mode = "accounts" below [jitsi_meet.authentication] in migrate.toml, render and deploy.'

    def hosts(self) -> Sequence[str]:
        """Return the hosts of the three groups, the web server first."""
        return tuple(host.name for host in self.topology.hosts)

    def bundle(self, host: str) -> Bundle:
        """Return the files of one host."""
        found = self.topology.host(host)
        return Bundle(host, self._assumes(found), tuple(self._files(found)), tuple(links(found, self.topology)))

    def needs(self, host: str) -> Needs:
        """Return what one host must have and be able to."""
        bundle = self.bundle(host)
        paths = [*(file.placement.path for file in bundle.files), *(link.path for link in bundle.links)]
        return needs(self.topology.host(host), self.topology, paths)

    def variables(self) -> Content:
        """Return what the playbooks need to know."""
        known = {"settings": self.settings, "topology": self.topology, "prosody": self.prosody}
        sources = repositories.PackageSources(self.settings, self.site)
        return render(
            "templates/jitsi_meet/debian/vars.yml.j2",
            **known,
            installation=Installation(self.topology),
            sources=sources,
        )

    @cached_property
    def topology(self) -> Topology:
        """Which host does what."""
        return Topology(self.settings, self.inventory)

    @property
    def prosody(self) -> str:
        """The release of Prosody."""
        return prosody(self.settings)

    def _assumes(self, host: Host) -> dict[str, str]:
        assumes: dict[str, str] = {"distribution": self.settings.distribution, "jitsi_meet": self.settings.release}
        return {**assumes, "prosody": self.prosody, "lua": "5.4"} if host.is_web else assumes

    def _files(self, host: Host) -> Iterator[ServerFile]:
        def unfitting(error: Unquotable, path: str) -> Exception:
            return unfit(error, path, self.name, self.settings, self.secrets)

        names = {"domain": self.settings.domain}
        yield from rendered(recipes(host, self.topology), self._context(host), names, unfitting)
        if host.is_web:
            yield from branding.files(self.settings, self.site)

    def _context(self, host: Host) -> dict[str, Any]:
        return {
            "settings": self.settings,
            "secrets": self.secrets,
            "names": Names(self.settings.domain),
            "look": branding.Look(self.settings),
            "topology": self.topology,
            "balancing": Balancing(self.topology),
            "host": host,
            "prosody": self.prosody,
            "relaying": Relaying(host, self.topology),
            "installation": Installation(self.topology),
            "openings": Openings(host, self.topology),
            "certificates": certificates(host, self.topology),
            "content_security": ContentSecurity(self.settings),
            "listening": Listening(self.topology),
            "signalling": Signalling(self.topology),
            "xmpp_address": "localhost" if host.is_web else self.topology.signalling_address,
        }
