"""Which files a host gets, from which template, and how they stand there (the platform debian)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate.core.bundle import Link, Placement
from migrate.deployment.certificate_files import certificate_recipes
from migrate.deployment.firewall import RULES
from migrate.deployment.nextcloud_talk.certificates import certificates
from migrate.deployment.nextcloud_talk.topology import Host, Topology
from migrate.deployment.recipes import Recipe, drop_in


def _on_cloud(host: Host, _: Topology) -> bool:
    return host.is_cloud


def _on_signaling(host: Host, _: Topology) -> bool:
    return host.is_signaling


def _on_turn(host: Host, _: Topology) -> bool:
    return host.is_turn


def _firewalled(_: Host, topology: Topology) -> bool:
    return topology.settings.firewall.enabled


def _where_signaling_is_apart(host: Host, topology: Topology) -> bool:
    return host.is_signaling and not topology.together


def _on_web(host: Host, _: Topology) -> bool:
    return host.is_cloud or host.is_signaling


# nginx's files, and those of PHP-FPM, mean something only together.
_NGINX = ("/usr/sbin/nginx", "-t", "-q")
_FPM = ("/usr/sbin/php-fpm{php}", "-t")

RECIPES: Sequence[Recipe[Host, Topology]] = (
    # Nextcloud.
    Recipe(
        "nextcloud_talk/debian/nextcloud/config.php.j2",
        Placement(
            "{directory}/config/jitsi-migrate.config.php",
            group="www-data",
            mode="0640",
            validate=("/usr/bin/php", "-l", "{}"),
            # PHP keeps files as they were for a minute.
            restart=("php{php}-fpm",),
        ),
        _on_cloud,
    ),
    Recipe(
        "nextcloud_talk/debian/nextcloud/accounts.json.j2",
        Placement("/var/lib/jitsi-migrate/nextcloud-accounts.json", mode="0600"),
        _on_cloud,
    ),
    Recipe(
        "nextcloud_talk/debian/nextcloud/apps.json.j2",
        Placement("/var/lib/jitsi-migrate/nextcloud-apps.json", mode="0600"),
        _on_cloud,
    ),
    Recipe(
        "nextcloud_talk/debian/php/pool.conf.j2",
        Placement("/etc/php/{php}/fpm/pool.d/nextcloud.conf", check=_FPM, restart=("php{php}-fpm",)),
        _on_cloud,
    ),
    Recipe(
        "nextcloud_talk/debian/php/fpm.ini.j2",
        Placement("/etc/php/{php}/fpm/conf.d/90-nextcloud.ini", check=_FPM, restart=("php{php}-fpm",)),
        _on_cloud,
    ),
    Recipe("nextcloud_talk/debian/php/cli.ini.j2", Placement("/etc/php/{php}/cli/conf.d/90-nextcloud.ini"), _on_cloud),
    Recipe("nextcloud_talk/debian/cron/service.j2", Placement("/etc/systemd/system/nextcloud-cron.service"), _on_cloud),
    Recipe("nextcloud_talk/debian/cron/timer.j2", Placement("/etc/systemd/system/nextcloud-cron.timer"), _on_cloud),
    # What it keeps things in.
    Recipe(
        "nextcloud_talk/debian/mariadb/nextcloud.cnf.j2",
        Placement("/etc/mysql/mariadb.conf.d/90-nextcloud.cnf", restart=("mariadb",)),
        _on_cloud,
    ),
    Recipe(
        "nextcloud_talk/debian/redis/redis.conf.j2",
        Placement("/etc/redis/redis.conf", owner="redis", group="redis", mode="0640", restart=("redis-server",)),
        _on_cloud,
    ),
    # The web.
    Recipe(
        "nextcloud_talk/debian/nginx/site.conf.j2",
        Placement("/etc/nginx/sites-available/{domain}.conf", check=_NGINX, reload=("nginx",)),
        _on_cloud,
    ),
    Recipe(
        "nextcloud_talk/debian/nginx/signaling-site.conf.j2",
        Placement("/etc/nginx/sites-available/{signaling_domain}.conf", check=_NGINX, reload=("nginx",)),
        _where_signaling_is_apart,
    ),
    Recipe(
        "nextcloud_talk/debian/nginx/signaling.conf.j2",
        Placement("/etc/nginx/snippets/nextcloud-talk-signaling.conf", check=_NGINX, reload=("nginx",)),
        _on_signaling,
    ),
    Recipe(
        "nextcloud_talk/debian/nginx/others.conf.j2",
        Placement("/etc/nginx/sites-available/nextcloud-talk-others.conf", check=_NGINX, reload=("nginx",)),
        _on_web,
    ),
    Recipe(
        "nextcloud_talk/debian/nginx/tls.conf.j2",
        Placement("/etc/nginx/snippets/nextcloud-talk-tls.conf", check=_NGINX, reload=("nginx",)),
        _on_web,
    ),
    # The high-performance backend.
    Recipe(
        "nextcloud_talk/debian/signaling/server.conf.j2",
        Placement("/etc/signaling/server.conf", group="signaling", mode="0640", restart=("signaling",)),
        _on_signaling,
    ),
    Recipe(
        "nextcloud_talk/debian/signaling/service.j2",
        Placement("/etc/systemd/system/signaling.service", restart=("signaling",)),
        _on_signaling,
    ),
    Recipe(
        "nextcloud_talk/debian/nats/nats-server.conf.j2",
        Placement(
            "/etc/nats-server.conf", validate=("/usr/sbin/nats-server", "-t", "-c", "{}"), restart=("nats-server",)
        ),
        _on_signaling,
    ),
    Recipe(
        "nextcloud_talk/debian/janus/janus.jcfg.j2",
        Placement("/etc/janus/janus.jcfg", group="janus", mode="0640", restart=("janus",)),
        _on_signaling,
    ),
    Recipe(
        "nextcloud_talk/debian/janus/websockets.jcfg.j2",
        Placement("/etc/janus/janus.transport.websockets.jcfg", restart=("janus",)),
        _on_signaling,
    ),
    Recipe(
        "nextcloud_talk/debian/janus/wsevh.jcfg.j2",
        Placement("/etc/janus/janus.eventhandler.wsevh.jcfg", restart=("janus",)),
        _on_signaling,
    ),
    Recipe(
        "nextcloud_talk/debian/janus/videoroom.jcfg.j2",
        Placement("/etc/janus/janus.plugin.videoroom.jcfg", restart=("janus",)),
        _on_signaling,
    ),
    Recipe(
        "nextcloud_talk/debian/janus/service.conf.j2", Placement(drop_in("janus"), restart=("janus",)), _on_signaling
    ),
    # What is asked when all of it runs.
    Recipe(
        "nextcloud_talk/debian/talk/checks.json.j2",
        Placement("/var/lib/jitsi-migrate/talk-checks.json", mode="0600"),
        _on_web,
    ),
    # TURN.
    Recipe(
        "nextcloud_talk/debian/coturn/turnserver.conf.j2",
        Placement("/etc/turnserver.conf", group="turnserver", mode="0640", restart=("coturn",)),
        _on_turn,
    ),
    Recipe("nextcloud_talk/debian/coturn/service.conf.j2", Placement(drop_in("coturn"), restart=("coturn",)), _on_turn),
    # The system.
    *certificate_recipes(certificates),
    Recipe("nextcloud_talk/debian/system/nftables.conf.j2", RULES, _firewalled),
)


def links(host: Host, topology: Topology) -> Iterator[Link]:
    """Yield the symbolic links of one host."""
    if _on_web(host, topology):
        name = topology.settings.domain if host.is_cloud else topology.signaling_domain
        yield Link(f"/etc/nginx/sites-enabled/{name}.conf", f"../sites-available/{name}.conf")
        # Debian's link to its example page, which is a default server too, is replaced.
        yield Link("/etc/nginx/sites-enabled/default", "../sites-available/nextcloud-talk-others.conf")


def recipes(host: Host, topology: Topology) -> Iterator[Recipe[Host, Topology]]:
    """Yield the recipes of one host's files."""
    return (recipe for recipe in RECIPES if recipe.wanted(host, topology))
