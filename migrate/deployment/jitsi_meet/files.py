"""Which files a host gets, from which template, and how they stand there (the platform debian)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate.core.bundle import Link, Placement
from migrate.deployment.certificate_files import certificate_recipes
from migrate.deployment.firewall import RULES
from migrate.deployment.jitsi_meet import branding
from migrate.deployment.jitsi_meet.certificates import certificates
from migrate.deployment.jitsi_meet.installation import Installation
from migrate.deployment.jitsi_meet.topology import Host, Topology
from migrate.deployment.recipes import Recipe, drop_in


def _on_web(host: Host, _: Topology) -> bool:
    return host.is_web


def _where_bridges_log_in_from_elsewhere(host: Host, topology: Topology) -> bool:
    return host.is_web and bool(topology.remote_bridges)


def _on_bridges(host: Host, _: Topology) -> bool:
    return host.is_bridge


def _on_turn(host: Host, _: Topology) -> bool:
    return host.is_turn


def _firewalled(_: Host, topology: Topology) -> bool:
    return topology.settings.firewall.enabled


def _where_turn_has_a_name(host: Host, topology: Topology) -> bool:
    return host.is_web and topology.turn_by_name


_LUA = ("luac5.4", "-p", "{}")
# nginx's files mean something only together.
_NGINX = ("/usr/sbin/nginx", "-t", "-q")

RECIPES: Sequence[Recipe[Host, Topology]] = (
    # Signalling.
    Recipe(
        "jitsi_meet/debian/prosody/prosody.cfg.lua.j2",
        Placement("/etc/prosody/prosody.cfg.lua", group="prosody", mode="0640", validate=_LUA, restart=("prosody",)),
        _on_web,
    ),
    Recipe(
        "jitsi_meet/debian/prosody/host.cfg.lua.j2",
        Placement(
            "/etc/prosody/conf.avail/{domain}.cfg.lua",
            group="prosody",
            mode="0640",
            validate=_LUA,
            restart=("prosody",),
        ),
        _on_web,
    ),
    Recipe(
        "jitsi_meet/debian/prosody/bridges.cfg.lua.j2",
        Placement(
            "/etc/prosody/conf.d/jitsi-meet-bridges.cfg.lua",
            group="prosody",
            mode="0640",
            validate=_LUA,
            reload=("prosody",),
        ),
        _where_bridges_log_in_from_elsewhere,
    ),
    Recipe(
        "jitsi_meet/debian/prosody/accounts.json.j2",
        Placement("/var/lib/jitsi-migrate/jitsi-meet-accounts.json", mode="0600"),
        _on_web,
    ),
    Recipe(
        "jitsi_meet/debian/jicofo/jicofo.conf.j2",
        Placement("/etc/jitsi/jicofo/jicofo.conf", owner="jicofo", group="jitsi", mode="0640", restart=("jicofo",)),
        _on_web,
    ),
    # Media.
    Recipe(
        "jitsi_meet/debian/videobridge/jvb.conf.j2",
        Placement(
            "/etc/jitsi/videobridge/jvb.conf", owner="jvb", group="jitsi", mode="0640", restart=("jitsi-videobridge2",)
        ),
        _on_bridges,
    ),
    Recipe(
        "jitsi_meet/debian/coturn/turnserver.conf.j2",
        Placement("/etc/turnserver.conf", group="turnserver", mode="0640", restart=("coturn",)),
        _on_turn,
    ),
    # The web.
    Recipe("jitsi_meet/debian/web/config.js.j2", Placement("/etc/jitsi/meet/{domain}-config.js"), _on_web),
    Recipe(
        "jitsi_meet/debian/web/interface_config.js.j2",
        Placement("/etc/jitsi/meet/{domain}-interface_config.js"),
        _on_web,
    ),
    Recipe("jitsi_meet/debian/web/branding.json.j2", Placement(f"{branding.DIRECTORY}/branding.json"), _on_web),
    Recipe(
        "jitsi_meet/debian/nginx/site.conf.j2",
        Placement("/etc/nginx/sites-available/{domain}.conf", check=_NGINX, reload=("nginx",)),
        _on_web,
    ),
    Recipe(
        "jitsi_meet/debian/nginx/others.conf.j2",
        Placement("/etc/nginx/sites-available/jitsi-meet-others.conf", check=_NGINX, reload=("nginx",)),
        _on_web,
    ),
    Recipe(
        "jitsi_meet/debian/nginx/tls.conf.j2",
        Placement("/etc/nginx/snippets/jitsi-meet-tls.conf", check=_NGINX, reload=("nginx",)),
        _on_web,
    ),
    Recipe(
        "jitsi_meet/debian/nginx/turn.conf.j2",
        Placement("/etc/nginx/modules-enabled/90-jitsi-meet-turn.conf", check=_NGINX, reload=("nginx",)),
        _where_turn_has_a_name,
    ),
    # The system.
    Recipe(
        "jitsi_meet/debian/system/debconf.j2",
        Placement(
            "/var/lib/jitsi-migrate/jitsi-meet.debconf",
            mode="0600",
            validate=("/usr/bin/debconf-set-selections", "--checkonly", "{}"),
        ),
        lambda host, _: host.is_web or host.is_bridge,
    ),
    Recipe("jitsi_meet/debian/system/limits.conf.j2", Placement(drop_in("prosody"), restart=("prosody",)), _on_web),
    Recipe("jitsi_meet/debian/jicofo/service.conf.j2", Placement(drop_in("jicofo"), restart=("jicofo",)), _on_web),
    Recipe(
        "jitsi_meet/debian/system/limits.conf.j2",
        Placement(drop_in("jitsi-videobridge2"), restart=("jitsi-videobridge2",)),
        _on_bridges,
    ),
    Recipe("jitsi_meet/debian/coturn/service.conf.j2", Placement(drop_in("coturn"), restart=("coturn",)), _on_turn),
    Recipe(
        "jitsi_meet/debian/system/sysctl.conf.j2",
        Placement("/etc/sysctl.d/30-jitsi-meet.conf", restart=("systemd-sysctl",)),
        _on_bridges,
    ),
    *certificate_recipes(certificates),
    Recipe("jitsi_meet/debian/system/nftables.conf.j2", RULES, _firewalled),
)


def recipes(host: Host, topology: Topology) -> Iterator[Recipe[Host, Topology]]:
    """Yield the recipes of one host's files."""
    return (recipe for recipe in RECIPES if recipe.wanted(host, topology))


def links(host: Host, topology: Topology) -> Iterator[Link]:
    """Yield the symbolic links of one host."""
    domain = topology.settings.domain
    if host.is_web:
        yield Link(f"/etc/prosody/conf.d/{domain}.cfg.lua", f"../conf.avail/{domain}.cfg.lua")
        yield Link(f"/etc/nginx/sites-enabled/{domain}.conf", f"../sites-available/{domain}.conf")
        # Debian's link to its example page, which is a default server too, is replaced.
        yield Link("/etc/nginx/sites-enabled/default", "../sites-available/jitsi-meet-others.conf")
        for module in Installation(topology).lua_modules:
            yield Link(f"/usr/local/share/lua/5.4/{module}.lua", f"/usr/share/lua/5.1/{module}.lua")
