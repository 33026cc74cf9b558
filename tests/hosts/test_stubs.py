"""What stands in for Jitsi's packages does as upstream's do, also where that is not wanted: else tests of a deployment
would prove nothing.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
import time

import pytest

from tests.hosts.bed import JITSI, SIGNED_BY, Bed
from tests.hosts.host import Host
from tests.hosts.jitsi import RELEASES
from tests.hosts.network import astray
from tests.hosts.waiting import until

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(400)]

MEET = "meet.example.org"
OLD, NEW = RELEASES
KEYRING = "/etc/apt/keyrings/jitsi.asc"
ADDED = f"""
cat >{KEYRING}
echo 'deb [signed-by={KEYRING}] {JITSI} stable/' >/etc/apt/sources.list.d/jitsi.list
apt-get -qq update
"""
INSTALL = "DEBIAN_FRONTEND=noninteractive apt-get -qq install"
ANSWERS = f"""
jicofo jitsi-videobridge/jvb-hostname string {MEET}
jitsi-meet-web-config jitsi-meet/cert-choice select Generate a new self-signed certificate
"""


STATUS = """
from http.client import HTTPConnection
for port, path in ((8080, "/about/health"), (8888, "/stats")):
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", path)
    answer = connection.getresponse()
    print(answer.status, answer.read().decode())
"""
MET = '200 \n200 {"bridge_selector": {"bridge_count": 1}}\n'


def prepare(servers: Bed) -> Host:
    """Do what upstream's guide says first."""
    host = servers.hosts[MEET]
    key = servers.place.run("curl", "--silent", "--fail", "--cacert", servers.authority.certificate, SIGNED_BY)
    host.run(ADDED, text=key)
    return host


def test_both_releases_are_there(servers_to_change: Bed):
    host = prepare(servers_to_change)
    lines = host.run("apt-cache madison jitsi-meet").splitlines()
    assert [line.split(" | ")[1].strip() for line in lines] == [NEW["MEET"], OLD["MEET"]]
    assert f"jicofo (= {OLD['JICOFO']})" in host.run(f"apt-cache show jitsi-meet={OLD['MEET']}")


def test_installed_as_upstream_says_they_meet_and_call_strangers(servers_to_change: Bed):
    host = prepare(servers_to_change)
    host.run("debconf-set-selections", text=ANSWERS)
    with astray(servers_to_change.place) as packets:
        host.run(f"{INSTALL} coturn lua-cjson nginx prosody && {INSTALL} jitsi-meet", within=200)
        until(lambda: host.tried("python3 -", text=STATUS).stdout == MET, "no bridge and focus have met")
    # The bridge asks for its address, the packages for that of the TURN server.
    assert {packet.split(" > ")[1].split(":")[0] for packet in packets} == {"203.0.113.1.443", "203.0.113.1.53"}
    assert host.run("stat -c %a /etc/turnserver.conf /etc/turnserver.conf.bak").split() == ["644", "640"]
    # What is signed by nobody is trusted because the package says so.
    assert host.run("ls /usr/local/share/ca-certificates").split() == ["auth.meet.example.org.crt", "bed.crt"]


def test_a_question_without_an_answer_ends_the_installation(servers_to_change: Bed):
    done = prepare(servers_to_change).tried(f"{INSTALL} --no-install-recommends jicofo 2>&1")
    assert done.returncode == 100
    assert "installed jicofo package post-installation script subprocess returned error exit status 10" in done.stdout


def test_the_bridge_gives_back_what_reaches_its_media_port(servers_to_change: Bed):
    host = prepare(servers_to_change)
    host.run("debconf-set-selections", text=ANSWERS)
    host.run(f"{INSTALL} --no-install-recommends jitsi-videobridge2")
    for address in (host.v4, host.v6):
        until(lambda address=address: echoed(servers_to_change, address), f"no echo from {address}")
    # Without Prosody it is not healthy, and tells so.
    assert host.tried("python3 -", text=STATUS).stdout == "500 \n"


def echoed(servers: Bed, address: str) -> bool:
    command = f"exec 3<>/dev/udp/{address}/10000; echo here >&3; timeout 1 head -n 1 <&3"
    return servers.place.tried("bash", "-c", command).stdout == "here\n"


TOKENS = """
plugin_paths = { "/usr/share/jitsi-meet/prosody-plugins/" }
http_interfaces = { "*" }
consider_bosh_secure = true
VirtualHost "tokens.example.org"
    authentication = "token"
    modules_enabled = { "bosh" }
    app_id, app_secret = "app", "secret of the tests"
    asap_accepted_issuers = { "app" }
    asap_accepted_audiences = { "meet" }
VirtualHost "guest.example.org"
    authentication = "jitsi-anonymous"
    modules_enabled = { "bosh" }
"""


def test_tokens_are_looked_at(servers_to_change: Bed):
    host = prepare(servers_to_change)
    host.run(
        f"{INSTALL} prosody && cd /run && apt-get -qq download jitsi-meet-prosody && dpkg -x /run/jitsi-meet-*.deb /"
    )
    host.run("cat >/etc/prosody/conf.d/tokens.cfg.lua && systemctl restart prosody", text=TOKENS)
    until(lambda: host.tried("bash -c ': </dev/tcp/127.0.0.1/5280'").returncode == 0, "Prosody does not listen")
    good = {"iss": "app", "aud": "meet", "exp": int(time.time()) + 60}
    answers = {
        "good": token(good),
        "wrong signature": token(good, "another secret"),
        "wrong audience": token({**good, "aud": "other"}),
        "expired": token({**good, "exp": 1}),
        "none": "",
    }
    let_in = [name for name, value in answers.items() if logs_in(servers_to_change, host, "tokens.example.org", value)]
    assert let_in == ["good"]
    assert logs_in(servers_to_change, host, "guest.example.org", "")


def token(claims: dict[str, object], secret: str = "secret of the tests") -> str:
    parts = [b64(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
    signature = hmac.digest(secret.encode(), ".".join(parts).encode(), "sha256")
    return ".".join([*parts, b64(signature)])


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def logs_in(servers: Bed, host: Host, domain: str, token: str) -> bool:
    url = f"http://{host.v4}:5280/http-bind" + f"?token={token}" * bool(token)
    common = 'xmlns="http://jabber.org/protocol/httpbind" xmlns:xmpp="urn:xmpp:xbosh"'
    first = f'<body {common} rid="1" to="{domain}" ver="1.6" wait="5" hold="1" xmpp:version="1.0"/>'
    ask = ("curl", "--silent", "--header", f"Host: {domain}", "--data", "@-", url)
    session = re.search(r"sid='([^']*)'", servers.place.run(*ask, text=first))[1]
    auth = '<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="ANONYMOUS"/>'
    told = servers.place.run(*ask, text=f'<body {common} rid="2" sid="{session}">{auth}</body>')
    assert ("<success" in told) != ("<failure" in told), told
    return "<success" in told
