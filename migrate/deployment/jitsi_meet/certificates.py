"""Which certificates the web server, Prosody and coturn use, and for which names they are."""

from __future__ import annotations

from migrate.deployment.certificates import Certificates, Inner, Pair, turn_pair
from migrate.deployment.jitsi_meet.names import Names
from migrate.deployment.jitsi_meet.settings import JitsiMeetSettings
from migrate.deployment.jitsi_meet.topology import Host, Topology


def certificates(host: Host, topology: Topology) -> Certificates:
    """Return the certificates of one host."""
    settings = topology.settings
    web = (settings.domain,) if host.is_web else ()
    turn = (topology.turn_domain,) if host.is_turn else ()
    return Certificates(
        settings.certificate,
        names=tuple(dict.fromkeys(web + turn)),
        web=web_pair(settings) if host.is_web else None,
        turn=turn_pair(topology.turn_domain) if host.is_turn else None,
        inner=_auth(settings.domain) if host.is_web else None,
    )


def web_pair(settings: JitsiMeetSettings) -> Pair:
    """Return what nginx reads: your own files, or where the playbook puts a first certificate, signed by itself.

    Certbot's are copied there. So nginx has a certificate before certbot ran, and certbot has a web server to prove the
    name with.
    """
    given = settings.certificate
    if given.source == "own" and given.certificate and given.key:
        return Pair(given.certificate, given.key)
    return Pair.at(f"/etc/jitsi/meet/{settings.domain}")


def _auth(domain: str) -> Inner:
    """Return what Prosody shows to Jicofo and the bridges, who verify it."""
    name = Names(domain).auth
    return Inner(name, Pair.at(f"/etc/prosody/certs/{name}"), "prosody")
