"""Which certificates the web server and coturn use, and for which names they are."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.deployment.jitsi_meet.names import Names
from migrate.deployment.jitsi_meet.settings import JitsiMeetSettings
from migrate.deployment.jitsi_meet.topology import Host, Topology


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate with its chain, and its key, on the server."""

    certificate: str
    key: str


@dataclass(frozen=True, slots=True)
class Certificates:
    """The certificates of one host."""

    host: Host
    topology: Topology

    @property
    def web(self) -> Pair:
        """What nginx reads."""
        return web_pair(self.topology.settings)

    @property
    def turn(self) -> Pair:
        """What coturn reads."""
        return turn_pair(self.topology)

    @property
    def auth(self) -> Pair:
        """What Prosody shows to Jicofo and the bridges."""
        return _pair(f"/etc/prosody/certs/{Names(self.topology.settings.domain).auth}")

    @property
    def source(self) -> Pair:
        """Where the pair that people see comes from: services read it there, or a copy of it."""
        source = self.topology.settings.certificate.source
        if source == "acme":
            lineage = f"/etc/letsencrypt/live/{self.names[0]}"
            return Pair(f"{lineage}/fullchain.pem", f"{lineage}/privkey.pem")
        return self.web if source == "own" else _pair("/var/lib/jitsi-migrate/authority/public")

    @property
    def authority_for(self) -> tuple[str, ...]:
        """The names that the authority of the host itself may sign for."""
        settings = self.topology.settings
        auth = (Names(settings.domain).auth,) if self.host.is_web else ()
        return auth + (self.names if settings.certificate.source == "internal" else ())

    @property
    def names(self) -> tuple[str, ...]:
        """The names that people reach the host by, the one that certbot calls its certificate first."""
        web = [self.topology.settings.domain] if self.host.is_web else []
        turn = [self.topology.turn_domain] if self.host.is_turn else []
        return tuple(dict.fromkeys(web + turn))


def web_pair(settings: JitsiMeetSettings) -> Pair:
    """Return what nginx reads: your own files, or where the playbook puts a first certificate, signed by itself.

    Certbot's are copied there. So nginx has a certificate before certbot ran, and certbot has a web server to prove the
    name with.
    """
    given = settings.certificate
    if given.source == "own" and given.certificate and given.key:
        return Pair(given.certificate, given.key)
    return _pair(f"/etc/jitsi/meet/{settings.domain}")


def turn_pair(topology: Topology) -> Pair:
    """Return what coturn reads: a copy always, for it is not root and may not read the key of another."""
    return _pair(f"/etc/coturn/certs/{topology.turn_domain}")


def _pair(stem: str) -> Pair:
    return Pair(f"{stem}.crt", f"{stem}.key")
