"""Accounts of people on a server that is deployed: who gets in, and who does not any more."""

from __future__ import annotations

import shlex

import pytest

from tests.hosts.deployed import Deployed
from tests.hosts.host import Host
from tests.hosts.site import DOMAIN

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(600)]

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


def lets_in(meet: Host, user: str, password: str) -> bool:
    return meet.run(shlex.join(["python3", "-c", LOGIN, DOMAIN, user]), text=password).strip() == "True"


def test_people_get_in_and_strangers_do_not(deployed: Deployed):
    meet, given = deployed.meet, deployed.site.logins()
    assert lets_in(meet, "anna", given["anna"])
    assert not lets_in(meet, "anna", given["bo"])
    assert not lets_in(meet, "stranger", given["anna"])
    assert deployed.site.play("jitsi_meet_accounts.yml").succeeded().changed == []


def test_a_reset_and_a_removal_are_carried_out(deployed_to_change: Deployed):
    meet, site = deployed_to_change.meet, deployed_to_change.site
    before = site.logins()
    site.write_hosts("anna")
    assert "--prune removes them: bo" in site.run("accounts", "--reset", "anna")
    after = site.logins()
    assert lets_in(meet, "anna", after["anna"]) and not lets_in(meet, "anna", before["anna"])
    assert lets_in(meet, "bo", before["bo"])
    site.run("accounts", "--prune")
    assert site.logins() == {"anna": after["anna"]}
    assert not lets_in(meet, "bo", before["bo"])
