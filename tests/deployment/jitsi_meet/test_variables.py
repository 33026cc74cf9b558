"""vars.yml: what PyYAML reads is what the settings say, and no secret."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.deployments import SECRETS, VARIANTS, product, texts, variant


def variables(name: str) -> dict[str, object]:
    return yaml.safe_load(variant(name).variables().text)


@pytest.mark.parametrize("name", VARIANTS)
def test_the_variables_are_the_settings_and_no_secret(name):
    deployment = variant(name)
    settings, topology = deployment.settings, deployment.topology
    found = variables(name)

    assert all(key.startswith("jitsi_meet_") for key in found)
    assert found["jitsi_meet_domain"] == settings.domain
    assert found["jitsi_meet_distribution"] == settings.distribution
    assert found["jitsi_meet_release"] == {"package": "jitsi-meet", "version": f"{settings.release}-*"}
    assert found["jitsi_meet_authentication"] == settings.authentication.mode
    assert list(found["jitsi_meet_servers"]) == [host.name for host in topology.hosts]
    assert found["jitsi_meet_repositories"][0]["uri"] == settings.repositories.jitsi
    text = deployment.variables().text
    assert not [secret for secret in SECRETS.values() if secret in text]
    assert not deployment.variables().secrets


def test_a_certificate_of_an_authority_has_what_certbot_needs():
    found = variables("everything")
    assert found["jitsi_meet_certificate_source"] == "acme"
    assert found["jitsi_meet_certificate_server"] == "https://ca.example.org/acme/directory"
    assert found["jitsi_meet_certificate_ca_bundle"] == "/etc/ssl/certs/example-ca.pem"


def test_a_certificate_of_ones_own_asks_nobody():
    found = variables("private-network")
    assert found["jitsi_meet_certificate_source"] == "own"
    assert "jitsi_meet_certificate_server" not in found
    pair = {"certificate": "/etc/ssl/meet/fullchain.pem", "key": "/etc/ssl/meet/key.pem"}
    assert all(server["certificates"]["own"] == pair for server in found["jitsi_meet_servers"].values())


@pytest.mark.parametrize("name", ["minimal", "private-network", "three-bridges"])
def test_playbooks_learn_where_coturn_reads_its_certificate(name):
    deployed, told = variant(name), variables(name)
    host = deployed.topology.turn[0].name
    pair = told["jitsi_meet_servers"][host]["certificates"]["turn"]
    conf = set(texts(deployed.bundle(host))["/etc/turnserver.conf"].splitlines())
    assert {f"cert={pair['certificate']}", f"pkey={pair['key']}"} <= conf


@pytest.mark.parametrize("name", ["minimal", "three-bridges", "turn-443"])
def test_playbooks_wait_for_coturn_where_it_listens_itself(name):
    deployed, told = variant(name), variables(name)["jitsi_meet_turn"]
    conf = set(texts(deployed.bundle(deployed.topology.turn[0].name))["/etc/turnserver.conf"].splitlines())
    assert {f"listening-port={told['port']}", f"tls-listening-port={told['tls_port']}"} <= conf


def test_a_turn_server_of_its_own_has_a_certificate_of_its_own():
    servers = variables("three-bridges")["jitsi_meet_servers"]
    names = {host: server["certificate_names"] for host, server in servers.items() if server["certificate_names"]}
    assert names == {"web.example.org": ["meet.example.org"], "turn.example.org": ["turn.example.org"]}


def test_a_name_of_turn_on_the_web_servers_host_is_in_its_certificate():
    (server,) = variables("everything")["jitsi_meet_servers"].values()
    assert server["certificate_names"] == ["meet.example.org", "turn.meet.example.org"]


def test_backports_are_used_only_where_prosody_comes_from_there():
    using = [name for name in VARIANTS if len(variables(name)["jitsi_meet_repositories"]) > 1]
    assert using == [name for name in VARIANTS if variant(name).settings.prosody == "13.0"]


def test_jitsis_key_is_the_one_given_or_the_one_known():
    (given, _), (fetched,) = (variables(name)["jitsi_meet_repositories"] for name in ("private-network", "minimal"))
    assert given["key"] == Path("examples/site/jitsi.asc").read_text()
    assert fetched["key_uri"] == "https://download.jitsi.org/jitsi-key.gpg.key"
    assert fetched["fingerprint"] == "FFD65A0DA2BEBDEB73D44C8BB4D2D216F1FD7806"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "is not there"),
        ("", "is not a public key"),
        ("-----BEGIN PGP PRIVATE KEY BLOCK-----\n", "is not a public key"),
    ],
)
def test_a_file_that_is_no_key_is_a_fault(tmp_path, text, message):
    if text is not None:
        (tmp_path / "key.asc").write_text(text)
    site = product('domain = "meet.example.org"\nrepositories.jitsi_key = "key.asc"', site=tmp_path)
    (fault,) = site.faults()
    assert fault.path == ("jitsi_meet", "repositories", "jitsi_key")
    assert message in fault.message


@pytest.mark.parametrize("name", VARIANTS)
def test_no_package_is_installed_that_is_kept_out(name):
    found = variables(name)
    installed = {package for server in found["jitsi_meet_servers"].values() for package in server["packages"]}
    assert installed.isdisjoint(found["jitsi_meet_packages_kept_out"])
    assert installed >= {"jicofo", "jitsi-videobridge2", "lua-cjson", "nginx", "prosody"}
    assert ("coturn" in installed) is bool(variant(name).topology.turn)


def test_packages_follow_the_settings():
    web = {name: set(next(iter(variables(name)["jitsi_meet_servers"].values()))["packages"]) for name in VARIANTS}
    assert web["turn-443"] - web["minimal"] == {"libnginx-mod-stream"}
    assert web["jwt"] - web["minimal"] == {"lua-luaossl", "lua-basexx", "lua-inspect"}
    assert web["minimal"] - web["private-network"] == {"certbot"}


@pytest.mark.parametrize("enabled", ["true", "false"])
def test_every_host_with_a_firewall_has_what_loads_its_rules(enabled):
    deployed = product(f'domain = "meet.example.org"\nfirewall.enabled = {enabled}')
    servers = yaml.safe_load(deployed.variables().text)["jitsi_meet_servers"].values()
    assert {"nftables" in server["packages"] for server in servers} == {enabled == "true"}


@pytest.mark.parametrize(
    ("setting", "key"),
    [
        ('repositories.jitsi = "https://mirror.example.org/jitsi"', "jitsi_meet_repositories"),
        ('prosody = "13.0"\nrepositories.backports = "https://mirror.example.org/debian"', "jitsi_meet_repositories"),
        ("firewall.enabled = false", "jitsi_meet_firewall"),
        ('authentication.mode = "open"', "jitsi_meet_authentication"),
        ("bridges.udp_port = 10001", "jitsi_meet_bridge_port"),
        ('turn.domain = "turn.example.org"', "jitsi_meet_turn"),
        ("turn.port = 3479", "jitsi_meet_turn"),
        ("turn.tls_port = 5350", "jitsi_meet_turn"),
    ],
)
def test_a_setting_changes_a_variable(setting, key):
    changed = yaml.safe_load(product(f'domain = "meet.example.org"\n{setting}').variables().text)
    assert changed[key] != variables("minimal")[key]
