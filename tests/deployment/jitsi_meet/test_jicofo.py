"""jicofo.conf: read back by the parser of Jitsi's packages, Jicofo finds what the settings say, and is closed."""

from __future__ import annotations

from functools import cache

import pytest

from tests.deployments import SECRETS, VARIANTS, product, texts, variant
from tests.keys import dead, faults, flatten
from tests.readers import hocon_documents

PATH = "/etc/jitsi/jicofo/jicofo.conf"


def text(deployed):
    (web,) = deployed.topology.web
    return texts(deployed.bundle(web.name))[PATH]


@cache
def documents():
    """Return what Jicofo reads in every variant."""
    return dict(zip(VARIANTS, hocon_documents([text(variant(name)) for name in VARIANTS]), strict=True))


def found(name):
    return {key.removeprefix("jicofo."): value for key, value in flatten(documents()[name])}


@pytest.mark.parametrize("name", VARIANTS)
def test_the_release_reads_every_key(name):
    assert not faults(documents()[name], "jicofo-keys.tsv")
    assert not dead("jicofo.conf") & {key for key, _ in flatten(documents()[name])}


@pytest.mark.parametrize("name", VARIANTS)
def test_jicofo_finds_prosody_and_trusts_nobody_else(name):
    domain = variant(name).settings.domain
    assert documents()[name]["jicofo"]["xmpp"] == {
        "client": {
            "hostname": "localhost",
            "domain": f"auth.{domain}",
            "xmpp-domain": domain,
            "username": "focus",
            "password": SECRETS["jicofo_password"],
            "conference-muc-jid": f"conference.{domain}",
            "client-proxy": f"focus.{domain}",
            "disable-certificate-verification": False,
        },
        "trusted-domains": [],
    }


@pytest.mark.parametrize("name", VARIANTS)
def test_jicofo_is_closed(name):
    rest = documents()[name]["jicofo"]["rest"]
    assert rest["host"] == "127.0.0.1"
    # Upstream has all of them open, so each must be spoken of.
    parts = ("conference-request", "debug", "move-endpoints", "pin", "prometheus")
    open_ones = {part for part in parts if rest[part]["enabled"]}
    settings = variant(name).settings
    by_mode = {"accounts": set(), "jwt": {"conference-request"}, "open": {"conference-request"}}
    assert open_ones == by_mode[settings.authentication.mode] | ({"prometheus"} if settings.metrics.enabled else set())


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ('"accounts"', {"enabled": True, "type": "XMPP", "login-url": "meet.example.org"}),
        ('"jwt"', None),
        ('"open"', None),
    ],
)
def test_jicofo_asks_for_accounts_where_hosts_have_them(mode, expected):
    (document,) = hocon_documents([text(product(f'domain = "meet.example.org"\nauthentication.mode = {mode}'))])
    assert document["jicofo"].get("authentication") == expected


@pytest.mark.parametrize(
    ("name", "automatic"), [("minimal", None), ("jwt", False), ("jwt-secret", True), ("open", True)]
)
def test_a_guest_becomes_a_moderator_only_where_everybody_may(name, automatic):
    assert found(name).get("conference.enable-auto-owner") is automatic


def test_one_bridge_has_the_whole_meeting():
    names = [name for name in VARIANTS if name != "three-bridges"]
    assert {found(name)["bridge.selection-strategy"] for name in names} == {"SingleBridgeSelectionStrategy"}
    assert not any(found(name)["octo.enabled"] or "local-region" in found(name) for name in names)


def test_many_bridges_share_meetings_by_region():
    read = found("three-bridges")
    assert read["octo.enabled"] is True
    assert read["bridge.selection-strategy"] == "RegionBasedBridgeSelectionStrategy"
    assert read["bridge.region-groups"] == [["eu", "us"]]
    assert read["local-region"] == "eu"


def test_meetings_start_where_the_web_server_is():
    settings, inventory = VARIANTS["three-bridges"]
    here = f'{settings}[hosts."web.example.org"]\nregion = "us"\n'
    (document,) = hocon_documents([text(product(here, inventory))])
    assert document["jicofo"]["local-region"] == "us"


@pytest.mark.parametrize("name", VARIANTS)
def test_jicofo_and_the_bridges_meet_in_the_same_room_and_agree_on_relays(name):
    deployed = variant(name)
    bridges = [
        texts(deployed.bundle(host.name))["/etc/jitsi/videobridge/jvb.conf"] for host in deployed.topology.bridges
    ]
    read = [bridge["videobridge"] for bridge in hocon_documents(bridges)]
    rooms = {bridge["apis"]["xmpp-client"]["configs"]["shard"]["MUC_JIDS"] for bridge in read}
    assert rooms == {found(name)["bridge.brewery-jid"]}
    assert {bridge.get("relay", {}).get("enabled", False) for bridge in read} == {found(name)["octo.enabled"]}
    assert found(name)["bridge.max-bridge-participants"] == deployed.settings.bridges.participants_each


@pytest.mark.parametrize("name", VARIANTS)
def test_pages_ask_by_http_only_where_jicofo_answers(name):
    deployed = variant(name)
    (web,) = deployed.topology.web
    page = texts(deployed.bundle(web.name))[f"/etc/jitsi/meet/{deployed.settings.domain}-config.js"]
    assert found(name)["rest.conference-request.enabled"] or "conferenceRequestUrl:" not in page
