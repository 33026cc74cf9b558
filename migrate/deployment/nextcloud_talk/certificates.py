"""Which certificates the web servers and coturn use, and for which names they are."""

from __future__ import annotations

from migrate.deployment.certificates import Certificates, Pair, turn_pair
from migrate.deployment.nextcloud_talk.topology import Host, Topology


def certificates(host: Host, topology: Topology) -> Certificates:
    """Return the certificates of one host."""
    web = web_name(host, topology)
    turn = topology.turn_domain if host.is_turn else ""
    return Certificates(
        topology.settings.certificate,
        names=tuple(dict.fromkeys(filter(None, (web, turn)))),
        web=_web_pair(web, topology) if web else None,
        turn=turn_pair(turn) if turn else None,
    )


def web_name(host: Host, topology: Topology) -> str:
    """Return the name of the web server on a host, nothing where there is none."""
    if host.is_cloud:
        return topology.settings.domain
    return topology.signaling_domain if host.is_signaling else ""


def _web_pair(name: str, topology: Topology) -> Pair:
    """Return what nginx reads: your own files, or those that the playbook puts there."""
    given = topology.settings.certificate
    if given.source == "own" and given.certificate and given.key:
        return Pair(given.certificate, given.key)
    return Pair.at(f"/etc/nextcloud-talk/{name}")
