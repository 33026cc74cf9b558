"""What deploy made goes again and nothing else: a server is what it was before, but for a list of what stays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pytest

from tests.hosts.deployed import DEPLOYED, Deployed
from tests.hosts.host import Host
from tests.hosts.site import DOMAIN
from tests.hosts.waiting import until

pytestmark = [pytest.mark.hosts, pytest.mark.exhaustive, pytest.mark.slow, pytest.mark.timeout(600)]

MEANT = ("-e", f"jitsi_meet_destroy={DOMAIN}")
BY_HAND = "/etc/sysctl.d/30-jitsi-meet.conf"
THEIRS = {
    "/etc/nginx/conf.d/blog.conf": "server { listen 127.0.0.1:8088; return 200 'a blog'; }\n",
    "/etc/prosody/conf.d/club.cfg.lua": 'VirtualHost "club.example.org"\n',
}
# Of everything that a deployment touches. What is rewritten without anybody's doing is left out.
TREE = (
    r"find /etc /opt /root /srv /usr /var -xdev -not -path '/srv/debian/*' \( -type d -printf '%p/ %u:%g %m\n'"
    r" -o -type l -printf '%p -> %l\n' -o -printf '%p %u:%g %m %s\n' \)"
)
LOOKS = {
    "tree": TREE,
    "users": "cat /etc/passwd /etc/group",
    "units": "systemctl list-unit-files --no-legend --plain | grep -v transient | sed 's/  */ /g'",
    "running": "systemctl list-units --no-legend --plain --type=service,timer --state=active | cut -d' ' -f1",
    "packages": "dpkg-query -Wf '${Package} ${Version} ${Status}\\n'",
    "rules": "! test -e /usr/sbin/nft || nft list tables",
}
# What is there afterwards and was not before, and why.
STAYS = {
    "tree": (
        r"/var/lib/jitsi-migrate/( |destroyed-\d{8}T\d{6}Z\.tar\.gz )",  # the data
        rf"{BY_HAND} ",  # changed by hand
        r"/etc/letsencrypt/",  # certificates, which can be had only so often
        r"/var/lib/letsencrypt/|/var/www/|/usr/share/(jicofo|jitsi-videobridge)/( |__pycache__)",  # packages leave it
        r"/var/(cache|lib)/(apt|dpkg|debconf|ucf|systemd)/|/var/(log|tmp)/",  # what the system keeps in mind
        r"/var/cache/(ldconfig|private)|/var/lib/private|/etc/ld\.so\.cache |/etc/\.pwd\.lock ",
        r"/etc/(passwd|group|shadow|gshadow|subuid|subgid)-? ",
    ),
    "users": (r"(jicofo|jvb|jitsi|ssl-cert):",),  # packages leave them
    "units": (),
    "running": (r"nftables\.service",),  # since boot; to stop it is to remove the rules of everybody
    "packages": (),
    "rules": (),
}


def look(host: Host) -> Mapping[str, set[str]]:
    return {name: set(host.run(command).splitlines()) for name, command in LOOKS.items()}


def differences(before: Mapping[str, set[str]], after: Mapping[str, set[str]]) -> list[str]:
    """Return in what two looks differ, but for what may stay."""
    found = []
    for name, lines in before.items():
        may_stay = re.compile("|".join(STAYS[name]) or "(?!)")
        found += [f"{name}: +{line}" for line in sorted(after[name] - lines) if not may_stay.match(line)]
        found += [f"{name}: -{line}" for line in sorted(lines - after[name]) if not may_stay.match(line)]
    return found


def add_theirs(host: Host) -> None:
    host.run("install -D -m 600 /dev/stdin /etc/theirs/own.conf", text="theirs\n")


def test_a_server_is_what_it_was_before(deployed_to_change: Deployed):
    site, hosts = deployed_to_change.site, deployed_to_change.bed.hosts.values()
    before = {}
    for host in hosts:
        host.renew()
        add_theirs(host)
        before[host.name] = look(host)
        host.renew(DEPLOYED)
        add_theirs(host)
    deployed_to_change.bridge.run(f"echo '# by hand' >>{BY_HAND}")
    deployed = {host.name: look(host) for host in hosts}
    refused = site.play("jitsi_meet_destroy.yml")
    assert f"--confirm {DOMAIN}" in refused.text
    checked = site.play("jitsi_meet_destroy.yml", "--check", "--diff").succeeded()
    assert "-prosody" in checked.text.splitlines()
    assert {host.name: differences(deployed[host.name], look(host)) for host in hosts} == nothing(hosts)
    # Killed while services stop.
    site.play("jitsi_meet_destroy.yml", *MEANT, until=9)
    told = site.run("destroy", "--confirm", DOMAIN)
    assert re.search(r"data +/var/lib/jitsi-migrate/destroyed-\S+\.tar\.gz", told)
    assert re.search(rf"changed by hand +{BY_HAND}", told)
    assert {host.name: differences(before[host.name], look(host)) for host in hosts} == nothing(hosts)
    assert "Nothing of a deployment is left there." in site.run("destroy", "--confirm", DOMAIN)


def test_what_others_have_added_since_is_served_on(deployed_to_change: Deployed):
    site, meet = deployed_to_change.site, deployed_to_change.meet
    for path, text in THEIRS.items():
        meet.run(f"cat >{path}", text=text)
    meet.run("systemctl reload nginx && systemctl restart prosody")
    started = meet.run("systemctl show --value --property=InvocationID nginx")
    told = site.run("destroy", "--confirm", DOMAIN)
    for path in THEIRS:
        assert re.search(rf"made by others +{path}", told)
    ask = "import urllib.request as web; print(web.urlopen('http://127.0.0.1:8088/').read().decode())"
    assert meet.run(f'python3 -c "{ask}"') == "a blog\n"
    assert meet.run("systemctl show --value --property=InvocationID nginx") == started
    until(lambda: "club.example.org" in meet.tried("prosodyctl shell host list").stdout, "Prosody serves no club")
    assert DOMAIN not in meet.run("prosodyctl shell host list")
    assert DOMAIN not in meet.run("nginx -T")
    assert meet.tried("dpkg --status jicofo").returncode
    again = site.run("destroy", "--confirm", DOMAIN)
    assert "Nothing of a deployment is left there." in again
    assert meet.run("systemctl is-enabled nginx prosody").split() == ["enabled"] * 2


def nothing(hosts: Iterable[Host]) -> dict[str, list[str]]:
    return {host.name: [] for host in hosts}
