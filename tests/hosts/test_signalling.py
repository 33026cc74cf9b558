"""Who gets in to Prosody: Jicofo and bridges with their passwords, people as the settings say, and nobody else.

Jicofo, the bridge and the module that checks tokens only stand in for Jitsi's, by the names of stub_; Prosody is real.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
import shutil
import time

import pytest

from tests.hosts.browser import Browser, browser
from tests.hosts.deployed import LOGINS, Deployed
from tests.hosts.host import Host
from tests.hosts.servers import BRIDGE, MEET
from tests.hosts.site import Site
from tests.hosts.waiting import until

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(400)]

AUTH, GUESTS = f"auth.{MEET}", f"guest.{MEET}"
BREWERY = f"jvbbrewery@internal.{AUTH}"
CONNECTED = '> for _, one in pairs(prosody.full_sessions) do print("is", one.username .. "@" .. one.host, one.ip) end'
GATHERED = (
    f'> for who in prosody.hosts["internal.{AUTH}"].modules.muc.get_room_from_jid("{BREWERY}"):each_occupant()'
    ' do print("is", who) end'
)
COUNTED = "python3 -c \"from urllib.request import urlopen as ask; print(ask('http://127.0.0.1:8888/stats').read())\""
TOKENS = """
authentication.mode = "jwt"
authentication.jwt.app_id = "app"
authentication.jwt.issuers = ["app"]
authentication.jwt.audiences = ["meet"]
"""
SECRET = "the-secret-of-an-identity-provider"


@pytest.fixture(scope="module")
def people(deployed: Deployed, tmp_path_factory: pytest.TempPathFactory) -> Browser:
    return browser(deployed.bed, tmp_path_factory.mktemp("browser"))


def told(host: Host, question: str) -> set[tuple[str, ...]]:
    """Ask Prosody itself, by its console."""
    lines = host.run('prosodyctl shell "$(cat)"', text=question).splitlines()
    return {tuple(words) for kind, *words in (line.split() for line in lines if line) if kind == "is"}


def test_the_focus_and_the_bridge_are_logged_in_and_meet(deployed: Deployed):
    connected = dict(told(deployed.meet, CONNECTED))
    assert connected.keys() == {f"focus@{AUTH}", f"jvb@{AUTH}"}
    assert connected[f"focus@{AUTH}"] in ("127.0.0.1", "::1")
    assert connected[f"jvb@{AUTH}"] in (deployed.bridge.v4, deployed.bridge.v6)
    assert told(deployed.meet, GATHERED) == {(f"{BREWERY}/focus",), (f"{BREWERY}/{BRIDGE}",)}
    assert '"bridge_count": 1' in deployed.meet.run(COUNTED)


def test_a_bridge_with_another_password_stays_out(deployed_to_change: Deployed):
    meet, bridge = deployed_to_change.meet, deployed_to_change.bridge
    log, file = "/var/log/jitsi/jvb.log", "/etc/jitsi/videobridge/jvb.conf"
    bridge.run(f"sed -i 's/PASSWORD = \"./&wrong-/' {file}; : >{log}; systemctl restart jitsi-videobridge2")
    until(lambda: "not-authorized" in bridge.run(f"cat {log}"), "nobody was refused")
    assert told(meet, GATHERED) == {(f"{BREWERY}/focus",)}
    assert '"bridge_count": 0' in meet.run(COUNTED)


def test_people_with_an_account_get_in_and_strangers_wait_as_guests(deployed: Deployed, people: Browser):
    anna, bo = (deployed.site.logins()[name] for name in LOGINS)
    assert people.logs_in(MEET, "anna", anna)
    assert not people.logs_in(MEET, "anna", bo)
    assert not people.logs_in(MEET, "stranger", anna)
    # What browsers speak to are no accounts of Jicofo and bridges.
    assert not people.logs_in(MEET, "focus", anna)
    assert not people.logs_in(MEET)
    assert people.logs_in(GUESTS)


def test_tokens_are_asked_for(deployed_to_change: Deployed, tmp_path_factory: pytest.TempPathFactory):
    """The stub of mod_auth_token looks at them. What it is told, and how tokens come to it, is as rendered."""
    path = tmp_path_factory.mktemp("tokens")
    site = with_tokens(deployed_to_change.site, path / "site")
    site.run("deploy")
    people = browser(site.bed, path)
    good = {"iss": "app", "aud": "meet", "exp": int(time.time()) + 600}
    tokens = {
        "good": token(good),
        "wrong signature": token(good, "another-secret-of-another-provider"),
        "wrong audience": token({**good, "aud": "other"}),
        "wrong issuer": token({**good, "iss": "other"}),
        "expired": token({**good, "exp": 1}),
        "none": "",
    }
    assert [name for name, value in tokens.items() if people.logs_in(MEET, token=value)] == ["good"]
    # An account of before lets nobody in.
    assert not people.logs_in(MEET, "anna", site.logins()["anna"])


def with_tokens(site: Site, path: Site) -> Site:
    """Return a copy of a site whose people come with tokens."""
    shutil.copytree(site.path, path)
    (path / "secrets.toml").write_text(site.path.joinpath("secrets.toml").read_text() + f'jwt_secret = "{SECRET}"\n')
    settings = path / "migrate.toml"
    settings.write_text(re.sub(r'authentication\.mode = "accounts"\n', TOKENS, settings.read_text()))
    made = Site(site.bed, path)
    made.run("render")
    return made


def token(claims: dict[str, object], secret: str = SECRET) -> str:
    parts = [b64(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
    return ".".join([*parts, b64(hmac.digest(secret.encode(), ".".join(parts).encode(), "sha256"))])


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
