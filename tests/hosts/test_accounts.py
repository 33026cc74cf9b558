"""Services and accounts of servers that are deployed: who gets in, what is repaired, and what a second run changes."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hosts.bed import Bed
from tests.hosts.host import Host
from tests.hosts.servers import GROUPS
from tests.hosts.site import DOMAIN, Play, Site, make_site
from tests.hosts.waiting import until

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(600)]

DEPLOY, ACCOUNTS = "jitsi_meet_deploy.yml", "jitsi_meet_accounts.yml"
PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
ROLES = ("jitsi", "coturn", "videobridge")
Services = Callable[..., Play]
AUTH = f"auth.{DOMAIN}"
UNITS = ("prosody", "jicofo", "nginx", "coturn")
# Asks Prosody by BOSH, as a browser behind nginx does.
LOGIN = """
import base64, re, sys, urllib.request
host, user, password = sys.argv[1], sys.argv[2], sys.stdin.read().strip()
def ask(attributes, stanza=""):
    body = f"<body xmlns='http://jabber.org/protocol/httpbind' {attributes}>{stanza}</body>"
    request = urllib.request.Request("http://127.0.0.1:5280/http-bind", body.encode(), {"Host": host})
    return urllib.request.urlopen(request, timeout=10).read().decode()
begun = ask(f"rid='1' to='{host}' hold='1' wait='1' ver='1.6' xmlns:xmpp='urn:xmpp:xbosh' xmpp:version='1.0'")
sid = re.search("sid='([^']+)'", begun)[1]
told = base64.b64encode(f"\\0{user}\\0{password}".encode()).decode()
sasl = "urn:ietf:params:xml:ns:xmpp-sasl"
print("<success" in ask(f"rid='2' sid='{sid}'", f"<auth xmlns='{sasl}' mechanism='PLAIN'>{told}</auth>"))
"""
# Keeps every command line that there is while it runs.
WATCH = """
exec </dev/null 2>/dev/null 3>/run/watched
nohup sh -c 'while :; do cat /proc/[0-9]*/cmdline; echo; sleep 0.02; done' >&3 & echo $!
"""


@pytest.fixture(scope="module")
def site(servers: Bed, tmp_path_factory: pytest.TempPathFactory) -> Site:
    made = make_site(servers, tmp_path_factory.mktemp("accounts") / "site", GROUPS)
    made.play(DEPLOY).succeeded()
    return made


@pytest.fixture(scope="module")
def services(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Services:
    """Run roles alone, or a part of one: what comes before is proven elsewhere, and takes its time."""
    path = tmp_path_factory.mktemp("roles")
    for name in ("library", "module_utils", "roles"):
        (path / name).symlink_to(PLAYBOOKS / name)

    def run(*words: str, on: str = DOMAIN) -> Play:
        named = [word for word in words if word.partition("/")[0] in ROLES]
        parts = [dict(zip(("name", "tasks_from"), word.split("/"), strict=False)) for word in named]
        tasks = [{"name": "Do it", "ansible.builtin.include_role": part} for part in parts]
        play = {"name": "Some roles", "hosts": on, "gather_facts": False, "become": True, "tasks": tasks}
        (path / "play.yml").write_text(json.dumps([play]))
        return site.play(str(path / "play.yml"), *words[len(named) :])

    return run


@pytest.fixture(scope="module")
def meet(site: Site) -> Host:
    return site.bed.hosts[DOMAIN]


def lets_in(meet: Host, user: str, password: str, host: str = DOMAIN) -> bool:
    meet.run("cat >/run/login.py", text=LOGIN)
    return meet.run(f"python3 /run/login.py {host} {user}", text=password).strip() == "True"


def logins(site: Site) -> dict[str, str]:
    with (site.path / "logins.csv").open() as file:
        return {row["login"]: row["password"] for row in csv.DictReader(file)}


def processes(host: Host, *units: str) -> str:
    return host.run(f"systemctl show --property=MainPID {' '.join(units)}")


def hosts_csv(site: Site, *accounts: str) -> None:
    rows = "".join(f"Name of {name},,,{name},\n" for name in accounts)
    (site.path / "hosts.csv").write_text(f"zoom_name,zoom_id,zoom_email,account,calendar_url\n{rows}")


def secrets(site: Site) -> set[str]:
    found = re.findall(r'^\w+ = "([^"]+)"$', (site.path / "secrets.toml").read_text(), re.MULTILINE)
    return {*found, *logins(site).values()}


def test_people_get_in_and_strangers_do_not(site: Site, meet: Host):
    hosts_csv(site, "anna", "bo")
    watcher = meet.run(WATCH).strip()
    assert "2 got a login: anna, bo" in site.run("accounts")
    meet.run(f"kill {watcher}")
    watched = meet.run("tr '\\0' ' ' </run/watched")
    assert "python3" in watched
    assert not [secret for secret in secrets(site) if secret in watched]
    given = logins(site)
    assert lets_in(meet, "anna", given["anna"])
    assert not lets_in(meet, "anna", given["bo"])
    assert not lets_in(meet, "stranger", given["anna"])
    assert site.play(ACCOUNTS).succeeded().changed == []


def test_a_reset_and_a_removal_are_carried_out(site: Site, meet: Host):
    hosts_csv(site, "anna", "bo")
    site.run("accounts")
    before = logins(site)
    hosts_csv(site, "anna")
    assert "--prune removes them: bo" in site.run("accounts", "--reset", "anna")
    after = logins(site)
    assert lets_in(meet, "anna", after["anna"]) and not lets_in(meet, "anna", before["anna"])
    assert lets_in(meet, "bo", before["bo"])
    site.run("accounts", "--prune")
    assert logins(site) == {"anna": after["anna"]}
    assert not lets_in(meet, "bo", before["bo"])


def test_what_was_changed_by_hand_is_shown_and_repaired_and_nothing_else_is_touched(services: Services, meet: Host):
    meet.run(f"printf 'other-password\\nother-password\\n' | prosodyctl passwd jvb@{AUTH}")
    meet.run("systemctl disable --quiet --now coturn; systemctl mask --quiet --now nginx")
    meet.run(f"rm /var/lib/prosody/{AUTH.replace('.', '%2e')}/roster/focus.dat")
    untouched = processes(meet, "prosody")
    checked = services("jitsi", "coturn", "--check", "--diff").succeeded()
    for words in (f"changed_passwords: jvb@{AUTH}", f"subscribed: focus@{AUTH}"):
        assert words in checked.text
    for words in ("nginx: unmask, enable, start", "coturn: enable, start", "jicofo: restart"):
        # Jicofo reads its roster when it logs in, and it is not known to be older before the roster is written.
        assert words in checked.text
    assert meet.run("systemctl is-active nginx || true").strip() == "inactive"
    services("jitsi", "coturn").succeeded()
    assert meet.run(f"systemctl is-active {' '.join(UNITS)}").split() == ["active"] * len(UNITS)
    assert meet.run("systemctl is-enabled nginx coturn").split() == ["enabled"] * 2
    assert processes(meet, "prosody") == untouched
    running = processes(meet, *UNITS)
    assert services("jitsi", "coturn").succeeded().changed == []
    assert processes(meet, *UNITS) == running


def test_a_service_that_does_not_start_is_told_with_its_own_words(services: Services, meet: Host):
    meet.run("systemctl stop nginx")
    holder = meet.run("nohup python3 -m http.server 443 >/dev/null 2>&1 </dev/null & echo $!").strip()
    until(lambda: not meet.tried("bash -c ': </dev/tcp/127.0.0.1/443'").returncode, "nobody holds the port")
    failed = services("jitsi")
    meet.run(f"kill {holder}")
    (message,) = (one.result["msg"] for one in failed.outcomes if one.status == "failed")
    assert message.startswith("nginx cannot be started")
    assert "0.0.0.0:443 failed (98: Address already in use)" in message
    assert services("jitsi").succeeded().changed


def test_a_port_that_another_program_has_is_told_with_who_it_is(services: Services, meet: Host):
    meet.run("systemctl stop prosody")
    holder = meet.run("nohup python3 -m http.server 5222 >/dev/null 2>&1 </dev/null & echo $!").strip()
    until(lambda: not meet.tried("bash -c ': </dev/tcp/127.0.0.1/5222'").returncode, "nobody holds the port")
    failed = services("jitsi", "-e", "jitsi_timeout=2")
    meet.run(f"kill {holder}; systemctl stop prosody")
    (message,) = (one.result["msg"] for one in failed.outcomes if one.status == "failed")
    assert f"another program listens on port 5222/tcp, python3 (process {holder})" in message
    services("jitsi").succeeded()


def test_a_bridge_is_drained_until_its_meetings_are_over(services: Services, site: Site):
    bridge = site.bed.hosts["bridge.example.org"]
    bridge.run("echo 2 >/run/stub_meetings")
    refused = services("videobridge/drained", "-e", '{"videobridge_drain_minutes": 0}', on=bridge.name)
    (message,) = (one.result["msg"] for one in refused.outcomes if one.status == "failed")
    assert "held on this bridge after 0 minutes: 2." in message
    bridge.run("rm /run/stub_meetings")
    services("videobridge/drained", on=bridge.name).succeeded()
    ask = "import urllib.request as web; print(web.urlopen('http://127.0.0.1:8080/colibri/drain').read())"
    assert '"drain": true' in bridge.run(f'python3 -c "{ask}"')
    bridge.run("systemctl stop jitsi-videobridge2")
    assert services("videobridge/drained", on=bridge.name).succeeded().changed == []
    services("videobridge", on=bridge.name).succeeded()
