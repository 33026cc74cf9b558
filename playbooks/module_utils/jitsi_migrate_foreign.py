"""What others set up on a server, where a deployment puts its own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ansible.module_utils.jitsi_migrate_files import text_of
from ansible.module_utils.jitsi_migrate_installed import QUERY, packages_of
from ansible.module_utils.jitsi_migrate_programs import said

OWN_TABLE = ("inet", "jitsi_migrate")
# It locks out single addresses that misbehave, which is nothing that a deployment could replace.
HARMLESS_TABLES = ("f2b-table",)


class Kind(NamedTuple):
    """Something to find: `stays` if it is of use to a deployment; others are stopped when a host is adopted."""

    words: str
    packages: Sequence[str]
    keeps: Sequence[str]
    stays: bool = True


class Found(NamedTuple):
    """Something that is there: `keeps` are the files to save, `units` what cannot go on beside a deployment."""

    kind: str
    words: str
    keeps: Sequence[str] = ()
    units: Sequence[str] = ()


KINDS: Mapping[str, Kind] = {
    "web-server": Kind(
        "a web server", ("nginx", "nginx-core", "nginx-full", "nginx-light", "nginx-extras"), ("/etc/nginx",)
    ),
    "other-web-server": Kind(
        "a web server that is not nginx",
        ("apache2", "caddy", "haproxy", "lighttpd", "openresty"),
        ("/etc/apache2", "/etc/caddy", "/etc/haproxy", "/etc/lighttpd", "/usr/local/openresty/nginx/conf"),
        stays=False,
    ),
    "xmpp-server": Kind("an XMPP server", ("prosody",), ("/etc/prosody", "/var/lib/prosody")),
    "other-xmpp-server": Kind(
        "an XMPP server that is not Prosody", ("ejabberd",), ("/etc/ejabberd", "/var/lib/ejabberd"), stays=False
    ),
    "jitsi": Kind(
        "a Jitsi Meet",
        (
            *("jicofo", "jitsi-meet", "jitsi-meet-web", "jitsi-meet-prosody", "jitsi-meet-web-config"),
            *("jitsi-meet-turnserver", "jitsi-videobridge2", "jitsi-videobridge"),
        ),
        ("/etc/jitsi", "/usr/share/jitsi-meet/interface_config.js"),
    ),
    "turn-server": Kind("a TURN server", ("coturn",), ("/etc/turnserver.conf", "/etc/coturn", "/var/lib/turn")),
}


def foreign(paths: Sequence[str], *, firewall: bool) -> list[Found]:
    """Return what others set up. `paths` are files that a deployment places, `firewall` whether it has one."""
    found = list(_packages())
    found += _firewalls() if firewall else []
    saved = [place for one in found for place in one.keeps]
    found += [
        Found("file", f"{path}, which was changed or made here", (path,))
        for path in changed(paths)
        if not any(path == place or path.startswith(f"{place}/") for place in saved)
    ]
    return found


def _packages() -> Iterator[Found]:
    known = packages_of(said(*QUERY))
    for name, kind in KINDS.items():
        there = [package for package in kind.packages if package in known]
        if there:
            listed = ", ".join(f"{package} {known[package].version}" for package in there)
            units = () if kind.stays else tuple(f"{package}.service" for package in there)
            yield Found(name, f"{kind.words} ({listed})", kind.keeps, units)


def changed(paths: Sequence[str]) -> list[str]:
    """Return those of the files that are there, but not as a package brought them."""
    there = [path for path in paths if Path(path).is_symlink() or Path(path).is_file()]
    if not there:
        return []
    brought = conffiles(said("dpkg-query", "-W", "-f", "${Conffiles}\n"), there)
    return [path for path in there if Path(path).is_symlink() or md5(Path(path)) != brought.get(path)]


def conffiles(told: str, paths: Collection[str]) -> dict[str, str]:
    """Return the MD5 sums that dpkg knows of files."""
    rows = (line.split() for line in told.splitlines())
    return {row[0]: row[1] for row in rows if len(row) >= 2 and row[0] in paths}


def md5(path: Path) -> str:
    """Return a file's sum as dpkg makes it."""
    sum_ = hashlib.new("md5", usedforsecurity=False)
    sum_.update(path.read_bytes())
    return sum_.hexdigest()


def _firewalls() -> Iterator[Found]:
    if "ENABLED=yes" in text_of("/etc/ufw/ufw.conf"):
        yield Found("firewall", "a firewall (ufw)", ("/etc/ufw", "/etc/default/ufw"), ("ufw.service",))
    for unit, keeps in (("firewalld", "/etc/firewalld"), ("netfilter-persistent", "/etc/iptables")):
        if said("systemctl", "is-active", unit).strip() == "active":
            yield Found("firewall", f"a firewall ({unit})", (keeps,), (f"{unit}.service",))
    tables = filtering(said("nft", "-j", "list", "ruleset"))
    if tables:
        yield Found("firewall", f"rules of a firewall ({', '.join(tables)})", ("/etc/nftables.conf", "/etc/nftables.d"))


def filtering(ruleset: str) -> list[str]:
    """Return the tables that decide what comes in and are not our own, of what `nft -j list ruleset` tells."""
    try:
        objects: list[dict[str, Any]] = json.loads(ruleset)["nftables"]
    except (ValueError, KeyError, TypeError):
        return []
    chains = [one["chain"] for one in objects if "chain" in one]
    # By chain: a table of containers has rules for what is forwarded, and none for what comes in.
    ruled = {(one["rule"]["family"], one["rule"]["table"], one["rule"]["chain"]) for one in objects if "rule" in one}
    tables = {
        (chain["family"], chain["table"])
        for chain in chains
        if chain.get("hook") == "input"
        and (chain.get("policy") == "drop" or (chain["family"], chain["table"], chain["name"]) in ruled)
    }
    return [f"{family} {name}" for family, name in sorted(tables - {OWN_TABLE}) if name not in HARMLESS_TABLES]
