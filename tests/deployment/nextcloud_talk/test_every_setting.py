"""Every setting changes a file, or is refused: a setting that does nothing is a promise that is not kept."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from migrate.config import fixed
from migrate.deployment.nextcloud_talk.contradictions import contradictions
from migrate.deployment.nextcloud_talk.settings import NextcloudTalkSettings
from tests.clouds import SECRETS, VARIANTS, Cloud, cloud, variant
from tests.models import paths

HOST = ("hosts", "cloud.example.org")
NAT = {"local": "10.0.0.5", "public": "203.0.113.5"}

CHANGES: Mapping[tuple[str, ...], tuple[str, Any]] = {
    ("domain",): ("minimal", "talk.example.org"),
    ("distribution",): ("minimal", "debian-13"),
    ("directory",): ("minimal", "/srv/cloud"),
    ("data",): ("minimal", "/srv/people"),
    ("phone_region",): ("minimal", "FR"),
    ("maintenance_hour",): ("minimal", 5),
    ("releases", "signaling"): ("minimal", "2.0.0"),
    ("signaling", "domain"): ("apart", "other.example.org"),
    ("signaling", "media_ports"): ("minimal", (21000, 22000)),
    ("signaling", "kilobits_camera"): ("minimal", 700),
    ("signaling", "kilobits_screen"): ("minimal", 700),
    ("signaling", "connections"): ("minimal", 9),
    ("signaling", "through_turn"): ("minimal", True),
    ("turn", "domain"): ("apart", "other.example.org"),
    ("turn", "port"): ("minimal", 3479),
    ("turn", "tls_port"): ("minimal", 5350),
    ("turn", "relay_ports"): ("minimal", (50000, 60000)),
    ("turn", "sessions_each"): ("minimal", 7),
    ("turn", "sessions"): ("minimal", 700),
    ("turn", "megabits_each"): ("minimal", 7),
    ("privacy", "event_room_days"): ("minimal", 7),
    ("privacy", "transcription"): ("minimal", True),
    ("privacy", "summaries"): ("minimal", True),
    ("privacy", "federation"): ("minimal", True),
    ("privacy", "app_store"): ("minimal", True),
    ("privacy", "phone_notifications"): ("minimal", True),
    ("php", "people"): ("minimal", 300),
    ("php", "upload_megabytes"): ("minimal", 100),
    ("php", "memory_megabytes"): ("minimal", 600),
    ("database", "memory_megabytes"): ("minimal", 600),
    ("proxy", "trusted"): ("minimal", ("192.0.2.0/24",)),
    ("certificate", "source"): ("minimal", "internal"),
    ("certificate", "email"): ("minimal", "admin@example.org"),
    ("certificate", "server"): ("minimal", "https://ca.example.org/acme/directory"),
    ("certificate", "ca_bundle"): ("own-acme", "/etc/ssl/certs/other-ca.pem"),
    ("certificate", "certificate"): ("everything", "/etc/ssl/other.pem"),
    ("certificate", "key"): ("everything", "/etc/ssl/other.key"),
    ("firewall", "enabled"): ("minimal", False),
    ("firewall", "ssh_port"): ("minimal", 2222),
    ("firewall", "ssh_from"): ("minimal", ("192.0.2.0/24",)),
    ("network", "ipv4"): ("minimal", False),
    ("network", "ipv6"): ("minimal", False),
    (*HOST, "addresses"): ("minimal", ("10.0.0.9",)),
    (*HOST, "mappings", "local"): ("behind-nat", ({**NAT, "local": "10.0.0.6"},)),
    (*HOST, "mappings", "public"): ("behind-nat", ({**NAT, "public": "203.0.113.6"},)),
}
# What is installed is the work of playbooks; here releases are only compared with each other.
INSTALLED = {("releases", name) for name in ("nextcloud", "talk", "calendar")}
# See test_archives.py.
FETCHED = {path for path, _ in paths(NextcloudTalkSettings) if path[0] == "archives"}


def rendered(found: Cloud) -> dict[tuple[str, str], str]:
    every = {}
    for host in found.hosts:
        for file in found.product.bundle(host).files:
            every[host, file.placement.path] = f"{file.placement}{file.content}"
    return every


def changed(name: str, path: tuple[str, ...], value: Any) -> Cloud:
    base = variant(name)
    plain = base.topology.settings.model_dump(exclude_unset=True)
    holder = plain
    steps = path[: path.index("mappings") + 1] if "mappings" in path else path
    for step in steps[:-1]:
        holder = holder.setdefault(step, {})
    holder[steps[-1]] = value
    return Cloud(replace(base.product, settings=NextcloudTalkSettings.model_validate(fixed(plain))))


@pytest.mark.parametrize("path", CHANGES, ids=".".join)
def test_a_setting_changes_a_file(path: tuple[str, ...]) -> None:
    name, value = CHANGES[path]
    other = changed(name, path, value)
    assert other.topology.settings != variant(name).topology.settings
    assert contradictions(other.topology) == []
    assert rendered(other) != rendered(variant(name))


def test_all_settings_of_the_model_are_tried() -> None:
    tried = {tuple(step for step in path if "." not in step) for path in CHANGES}
    assert tried | INSTALLED | FETCHED == {path for path, _ in paths(NextcloudTalkSettings)}


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_changes_a_file_and_is_masked_there(name: str) -> None:
    base = variant("everything")
    other = cloud(*VARIANTS["everything"], {**SECRETS, name: "another-secret-of-the-tests"})
    assert rendered(other) != rendered(base)


@pytest.mark.parametrize("name", VARIANTS)
def test_no_secret_is_shown_and_rendering_twice_gives_the_same(name: str) -> None:
    assert rendered(variant(name)) == rendered(variant(name))
    for host in variant(name).hosts:
        for file in variant(name).product.bundle(host).files:
            shown = file.content.masked
            assert not [secret for secret in SECRETS.values() if secret in shown], file.placement.path
            if file.content.secrets:
                assert file.placement.mode in ("0640", "0600"), file.placement.path


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("phone_region = 'Germany'", "not a country"),
        ("releases.talk = '24'", "not a release such as"),
        ("proxy.trusted = ['anywhere']", "not a network"),
        ("domain = 'cloud'", "not a full host name"),
        ("directory = '../cloud'", "absolute path"),
    ],
)
def test_what_is_no_value_is_told_in_words(page: str, words: str) -> None:

    with pytest.raises(ValueError, match=words):
        NextcloudTalkSettings.model_validate(fixed({"domain": "cloud.example.org", **tomllib.loads(page)}))
