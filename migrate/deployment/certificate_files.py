"""The files by which the certificates of a host are kept good, whichever product it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from migrate.core.bundle import Placement
from migrate.deployment.certificates import Certificates
from migrate.deployment.recipes import Recipe, drop_in

Host = TypeVar("Host")
Topology = TypeVar("Topology")

_SHELL = ("sh", "-n", "{}")


def certificate_recipes(of: Callable[[Host, Topology], Certificates]) -> Sequence[Recipe[Host, Topology]]:
    """Return the recipes of these files; `of` tells what a host has."""

    def needed(host: Host, topology: Topology) -> bool:
        return bool(of(host, topology).names)

    def by_certbot(host: Host, topology: Topology) -> bool:
        return of(host, topology).by_certbot

    def by_an_own_server(host: Host, topology: Topology) -> bool:
        return by_certbot(host, topology) and of(host, topology).given.ca_bundle is not None

    return (
        Recipe(
            "certificates/debian/program.j2",
            Placement("/usr/local/sbin/jitsi-migrate-certificates", mode="0755", validate=_SHELL),
            needed,
        ),
        Recipe(
            "certificates/debian/settings.j2",
            Placement("/etc/default/jitsi-migrate-certificates", validate=_SHELL),
            needed,
        ),
        Recipe(
            "certificates/debian/service.j2",
            Placement("/etc/systemd/system/jitsi-migrate-certificates.service"),
            needed,
        ),
        Recipe(
            "certificates/debian/timer.j2",
            Placement("/etc/systemd/system/jitsi-migrate-certificates.timer"),
            needed,
        ),
        Recipe(
            "certificates/debian/deploy-hook.j2",
            Placement("/etc/letsencrypt/renewal-hooks/deploy/jitsi-migrate", mode="0755", validate=_SHELL),
            by_certbot,
        ),
        Recipe("certificates/debian/certbot.ini.j2", Placement("/etc/letsencrypt/jitsi-migrate.ini"), by_certbot),
        Recipe("certificates/debian/certbot.conf.j2", Placement(drop_in("certbot")), by_an_own_server),
    )
