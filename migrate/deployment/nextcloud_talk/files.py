"""Which files a host gets, from which template, and how they stand there (the platform debian)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from migrate.core.bundle import Placement
from migrate.deployment.nextcloud_talk.topology import Host, Topology

TEMPLATES = "templates/nextcloud_talk/debian/"


@dataclass(frozen=True, slots=True)
class Recipe:
    """A file: its template, and where on which hosts it stands. Names in braces in its path become settings."""

    template: str
    placement: Placement
    wanted: Callable[[Host, Topology], bool]


def _on_cloud(host: Host, _: Topology) -> bool:
    return host.is_cloud


def _on_signaling(host: Host, _: Topology) -> bool:
    return host.is_signaling


def _on_turn(host: Host, _: Topology) -> bool:
    return host.is_turn


def _unit(name: str) -> str:
    return f"/etc/systemd/system/{name}.service.d/jitsi-migrate.conf"


RECIPES = (
    # The high-performance backend.
    Recipe(
        "signaling/server.conf.j2",
        Placement("/etc/signaling/server.conf", group="signaling", mode="0640", restart=("signaling",)),
        _on_signaling,
    ),
    Recipe(
        "nats/nats-server.conf.j2",
        Placement(
            "/etc/nats-server.conf", validate=("/usr/sbin/nats-server", "-t", "-c", "{}"), restart=("nats-server",)
        ),
        _on_signaling,
    ),
    Recipe("janus/janus.jcfg.j2", Placement("/etc/janus/janus.jcfg", mode="0640", restart=("janus",)), _on_signaling),
    Recipe(
        "janus/websockets.jcfg.j2",
        Placement("/etc/janus/janus.transport.websockets.jcfg", restart=("janus",)),
        _on_signaling,
    ),
    Recipe(
        "janus/wsevh.jcfg.j2", Placement("/etc/janus/janus.eventhandler.wsevh.jcfg", restart=("janus",)), _on_signaling
    ),
    Recipe(
        "janus/videoroom.jcfg.j2",
        Placement("/etc/janus/janus.plugin.videoroom.jcfg", restart=("janus",)),
        _on_signaling,
    ),
    Recipe("janus/service.conf.j2", Placement(_unit("janus"), restart=("janus",)), _on_signaling),
)


def recipes(host: Host, topology: Topology) -> Iterator[Recipe]:
    """Yield the recipes of one host's files."""
    return (recipe for recipe in RECIPES if recipe.wanted(host, topology))
