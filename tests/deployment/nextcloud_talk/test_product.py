"""The product: what playbooks are told, what preflight asks for, and where a person is told of a fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.config import load_settings, refuse
from migrate.core.check import Needs
from migrate.core.errors import ConfigurationError
from migrate.deployment.inventory import read_inventory
from migrate.deployment.nextcloud_talk.installation import KEPT_OUT
from migrate.deployment.nextcloud_talk.product import NextcloudTalk
from tests.clouds import DOMAIN, PROGRAM, SECRETS, VARIANTS, cloud, variant

ALL = pytest.mark.parametrize("name", VARIANTS)
CLOUD, BACKEND, RELAY = "cloud.example.org", "signaling.example.org", "turn.example.org"


def needs(name: str, host: str = CLOUD) -> Needs:
    return variant(name).product.needs(host)


@ALL
def test_the_variables_are_the_settings_and_no_secret(name: str) -> None:
    deployed = variant(name)
    found, settings, text = deployed.variables, deployed.product.settings, deployed.product.variables()
    assert all(key.startswith("nextcloud_talk_") for key in found)
    assert found["nextcloud_talk_domain"] == settings.domain
    assert found["nextcloud_talk_distribution"] == settings.distribution
    assert found["nextcloud_talk_directory"] == settings.directory
    assert found["nextcloud_talk_data"] == settings.data
    assert found["nextcloud_talk_certificate_source"] == settings.certificate.source
    assert found["nextcloud_talk_firewall"] is settings.firewall.enabled
    assert list(found["nextcloud_talk_servers"]) == list(deployed.hosts)
    assert list(found["nextcloud_talk_archives"]) == ["nextcloud", "talk", "calendar", "signaling"]
    assert ("nextcloud_talk_turn" in found) is bool(deployed.topology.turn)
    assert not [secret for secret in SECRETS.values() if secret in text.text]
    assert not text.secrets


@ALL
def test_what_can_be_has_no_fault(name: str) -> None:
    assert variant(name).product.faults() == ()


@ALL
def test_no_package_is_installed_that_is_kept_out(name: str) -> None:
    servers = variant(name).variables["nextcloud_talk_servers"]
    installed = {package for server in servers.values() for package in server["packages"]}
    assert installed.isdisjoint(KEPT_OUT)
    assert installed >= {"nginx", "mariadb-server", "redis-server", "nats-server", "janus"}
    assert all(len(server["packages"]) == len(set(server["packages"])) for server in servers.values())


def test_a_host_has_the_packages_of_what_it_does() -> None:
    servers = variant("apart").variables["nextcloud_talk_servers"]
    packages = {host: set(server["packages"]) for host, server in servers.items()}
    assert packages[RELAY] == {"coturn", "certbot", "nftables"}
    assert packages[BACKEND] == {"nginx", "ca-certificates", "nats-server", "janus", "certbot", "nftables"}
    assert not {"coturn", "janus", "nats-server"} & packages[CLOUD]
    assert {"php8.2-fpm", "php8.2-cli"} <= packages[CLOUD]
    assert "php8.4-fpm" in needs("debian-13").packages
    assert "nftables" not in needs("own-acme").packages


def test_an_acme_server_of_your_own_is_told_with_what_certbot_trusts_it_by() -> None:
    found = variant("own-acme").variables
    assert found["nextcloud_talk_certificate_server"] == "https://ca.example.org/acme/directory"
    assert found["nextcloud_talk_certificate_ca_bundle"] == "/etc/ssl/certs/example-ca.pem"
    assert "nextcloud_talk_certificate_server" not in variant("everything").variables


def test_a_host_must_have_its_names_and_nobody_at_its_ports() -> None:
    assert (needs("apart").names, needs("apart", BACKEND).names) == ((CLOUD,), (BACKEND,))
    at = {(one.protocol, one.first, one.last) for one in needs("apart", RELAY).listeners if one.public}
    # At port 80 certbot stands for a moment only, and yet everybody must come there.
    assert at == {("tcp", 80, 80), ("udp", 3478, 3478), ("tcp", 5349, 5349), ("udp", 49152, 65535)}
    assert "sshd" not in {one.who for one in needs("minimal").listeners}


def test_a_proxy_has_the_domain_for_itself() -> None:
    assert needs("everything").names == ()


def test_nextcloud_and_the_signaling_server_must_reach_each_other() -> None:
    assert needs("apart").calls == ((BACKEND, BACKEND, 443),)
    assert needs("apart", BACKEND).calls == ((CLOUD, CLOUD, 443),)
    assert needs("apart", RELAY).calls == ()


def test_files_that_somebody_has_to_put_there_are_looked_for() -> None:
    assert needs("everything").files == ("/etc/ssl/cloud/fullchain.pem", "/etc/ssl/cloud/key.pem")
    assert needs("own-acme").files == ("/etc/ssl/certs/example-ca.pem",)
    assert needs("minimal").files == ()


def test_pages_are_those_that_the_host_itself_gets() -> None:
    acme = "https://acme-v02.api.letsencrypt.org/directory"
    assert acme in {page.address for page in needs("apart", RELAY).pages}
    assert acme not in {page.address for page in needs("internal").pages}
    (own,) = [page for page in needs("own-acme").pages if page.ca_bundle]
    assert (own.address, own.ca_bundle) == ("https://ca.example.org/acme/directory", "/etc/ssl/certs/example-ca.pem")


def test_more_people_need_more_memory_and_calls_need_theirs() -> None:
    more = cloud(f"{DOMAIN}php.people = 800").product.needs(CLOUD)
    assert more.memory > needs("minimal").memory > needs("apart").memory
    assert needs("minimal").memory[0] < needs("minimal").memory[1]


@ALL
def test_every_file_that_is_placed_is_looked_for(name: str) -> None:
    deployed = variant(name)
    for host in deployed.hosts:
        assert set(deployed.texts(host)) <= set(deployed.product.needs(host).paths)


def test_units_that_listen_are_those_of_the_host() -> None:
    assert needs("apart", RELAY).units == ("coturn.service",)
    assert set(needs("apart", BACKEND).units) == {
        f"{name}.service" for name in ("nats-server", "janus", "signaling", "nginx")
    }
    assert "php8.2-fpm.service" in needs("minimal").units


def test_faults_are_told_with_their_lines(tmp_path: Path) -> None:
    page = f"""[site]
id = "00000000-0000-4000-8000-000000000000"
[nextcloud_talk]
{DOMAIN}{PROGRAM}[nextcloud_talk.certificate]
email = "admin@example.org"
source = "own"
[nextcloud_talk.firewall]
enabled = false
ssh_port = 2222
"""
    path = tmp_path / "migrate.toml"
    path.write_text(page)
    settings = load_settings(path).nextcloud_talk
    inventory = read_inventory("[nextcloud]\na.example.org\n[talk_signaling]\na.example.org\n", "inventory.ini")
    product = NextcloudTalk.open(settings, NextcloudTalk.Secrets.model_validate(SECRETS), inventory, tmp_path)
    with pytest.raises(ConfigurationError) as refused:
        refuse(path, product.faults())
    lines = page.splitlines()
    table, email, port = (
        lines.index(line) + 1
        for line in ("[nextcloud_talk.certificate]", 'email = "admin@example.org"', "ssh_port = 2222")
    )
    assert [detail.partition(": ")[0] for detail in refused.value.details] == [
        f"line {table}",
        f"line {table}",
        f"line {email}",
        f"line {port}",
    ]
