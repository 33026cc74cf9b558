"""jvb.conf: read back by the parser of Jitsi's packages, each bridge finds what the settings say, and asks nobody."""

from __future__ import annotations

from functools import cache

import pytest

from tests.deployments import ONE_HOST, SECRETS, VARIANTS, product, texts, variant
from tests.keys import dead, faults, flatten
from tests.readers import hocon_documents

PATH = "/etc/jitsi/videobridge/jvb.conf"
HOSTS = [(name, host.name) for name in VARIANTS for host in variant(name).topology.bridges]


@cache
def documents():
    """Return what all bridges of all variants read, by variant and host."""
    files = [texts(variant(name).bundle(host))[PATH] for name, host in HOSTS]
    return dict(zip(HOSTS, hocon_documents(files), strict=True))


def read(deployed, host="meet.example.org"):
    (document,) = hocon_documents([texts(deployed.bundle(host))[PATH]])
    return dict(flatten(document))


@pytest.mark.parametrize(("name", "host"), HOSTS)
def test_the_release_reads_every_key(name, host):
    assert not faults(documents()[name, host], "jvb-keys.tsv")
    assert not dead("jvb.conf") & {key for key, _ in flatten(documents()[name, host])}


@pytest.mark.parametrize(("name", "host"), HOSTS)
def test_a_bridge_reads_what_the_settings_say(name, host):
    deployed, found = variant(name), dict(flatten(documents()[name, host]))
    settings, place = deployed.settings, deployed.topology.host(host)
    mappings = [{"local-address": each.local, "public-address": each.public} for each in place.mappings]
    harvest = "ice4j.harvest"
    assert found[f"{harvest}.mapping.stun.addresses"] == list(settings.bridges.stun_servers)
    assert found.get(f"{harvest}.mapping.static-mappings", []) == mappings
    assert found[f"{harvest}.use-ipv6"] is settings.network.ipv6
    assert found["videobridge.ice.udp.port"] == settings.bridges.udp_port
    assert found.get("videobridge.cc.jvb-last-n") == settings.limits.last_n
    assert found["videobridge.rest.prometheus.enabled"] is True


@pytest.mark.parametrize(("name", "host"), HOSTS)
def test_a_bridge_finds_prosody_and_checks_its_certificate(name, host):
    deployed = variant(name)
    domain = deployed.settings.domain
    assert documents()[name, host]["videobridge"]["apis"]["xmpp-client"]["configs"] == {
        "shard": {
            "HOSTNAME": "localhost" if deployed.topology.host(host).is_web else "10.1.0.2",
            "DOMAIN": f"auth.{domain}",
            "USERNAME": "jvb",
            "PASSWORD": SECRETS["bridge_password"],
            "MUC_JIDS": f"jvbbrewery@internal.auth.{domain}",
            "MUC_NICKNAME": host,
            "DISABLE_CERTIFICATE_VERIFICATION": False,
        }
    }


@pytest.mark.parametrize(("name", "host"), HOSTS)
def test_a_bridge_is_closed_and_asks_nobody_for_its_address(name, host):
    found = dict(flatten(documents()[name, host]))
    assert found["ice4j.harvest.mapping.aws.enabled"] is False
    assert found["videobridge.redact-remote-addresses"] is True
    assert found["videobridge.http-servers.private.host"] == "127.0.0.1"
    assert found["videobridge.http-servers.public.port"] == found["videobridge.http-servers.public.tls-port"] == -1
    off = {"apis.rest.enabled", "rest.debug.enabled", "rest.rtcstats.enabled", "rest.shutdown.enabled"}
    assert not any(found[f"videobridge.{key}"] for key in off)


@pytest.mark.parametrize(("name", "host"), HOSTS)
def test_only_in_a_private_network_private_addresses_are_told(name, host):
    found = dict(flatten(documents()[name, host]))
    lan = name == "private-network"
    assert found["videobridge.ice.advertise-private-candidates"] is lan
    assert found.get("videobridge.health.require-valid-address", True) is not lan


def test_three_bridges_tell_themselves_apart_and_relay_to_each_other():
    bridges = [documents()[place]["videobridge"] for place in HOSTS if place[0] == "three-bridges"]
    names = ["bridge-1.example.org", "bridge-2.example.org", "bridge-3.example.org"]
    assert [bridge["apis"]["xmpp-client"]["configs"]["shard"]["MUC_NICKNAME"] for bridge in bridges] == names
    assert [bridge["relay"] for bridge in bridges] == [
        {"enabled": True, "region": region, "relay-id": name}
        for name, region in zip(names, ("eu", "eu", "us"), strict=True)
    ]


def test_a_single_bridge_relays_to_nobody():
    assert [name for (name, _), document in documents().items() if "relay" in document["videobridge"]] == [
        "three-bridges"
    ] * 3


def test_bridges_without_a_region_share_one():
    deployed = product('domain = "meet.example.org"', f"{ONE_HOST}[jitsi_videobridge]\nbridge.example.org\n")
    found = [read(deployed, host)["videobridge.relay.region"] for host in ("meet.example.org", "bridge.example.org")]
    assert found == ["default", "default"]
