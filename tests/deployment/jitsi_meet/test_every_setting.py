"""Every setting changes a file, or is refused: a setting that does nothing is a promise that is not kept."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from migrate.deployment.jitsi_meet.product import JitsiMeet
from migrate.shared.settings_page import choices
from tests.deployments import VARIANTS, every_text, product, variant
from tests.models import paths

BRIDGE = ("hosts", "bridge-2.example.org")
HOST = ("hosts", "meet.example.org")

CHANGES: Mapping[tuple[str, ...], tuple[str, Any]] = {
    ("domain",): ("minimal", "talk.example.org"),
    ("release",): ("minimal", "2.0.1"),
    ("distribution",): ("newer-prosody", "debian-13"),
    ("prosody",): ("minimal", "13.0"),
    ("language",): ("minimal", "fr"),
    ("authentication", "mode"): ("minimal", "open"),
    ("authentication", "guests"): ("minimal", False),
    ("authentication", "jwt", "app_id"): ("jwt", "portal"),
    ("authentication", "jwt", "issuers"): ("jwt", ("somebody",)),
    ("authentication", "jwt", "audiences"): ("jwt", ("everybody",)),
    ("authentication", "jwt", "key_url"): ("jwt", "https://id.example.org/other"),
    ("authentication", "jwt", "login_url"): ("jwt", "https://id.example.org/other"),
    ("authentication", "jwt", "logout_url"): ("jwt", "https://id.example.org/other"),
    ("meetings", "lobby"): ("minimal", False),
    ("meetings", "breakout_rooms"): ("minimal", False),
    ("meetings", "polls"): ("minimal", False),
    ("meetings", "av_moderation"): ("minimal", False),
    ("meetings", "reactions"): ("minimal", False),
    ("meetings", "file_sharing_url"): ("minimal", "https://files.example.org/upload"),
    ("meetings", "recording"): ("minimal", "off"),
    ("meetings", "end_to_end_encryption"): ("minimal", "off"),
    ("meetings", "peer_to_peer"): ("minimal", False),
    ("meetings", "prejoin_page"): ("minimal", False),
    ("meetings", "display_name_required"): ("minimal", False),
    ("meetings", "password_digits"): ("minimal", 6),
    ("meetings", "muted_from"): ("minimal", 7),
    ("meetings", "camera_off_from"): ("minimal", 7),
    ("limits", "max_participants"): ("minimal", 50),
    ("limits", "resolution"): ("minimal", 360),
    ("limits", "last_n"): ("minimal", 9),
    ("limits", "joins_per_second"): ("minimal", 9),
    ("limits", "logins_per_second"): ("minimal", 9),
    ("limits", "messages_per_second"): ("minimal", 9),
    ("branding", "name"): ("minimal", "Rooms"),
    ("branding", "logo"): ("minimal", "branding/logo.svg"),
    ("branding", "logo_link"): ("everything", "https://other.example.org"),
    ("branding", "background"): ("minimal", "#123456"),
    ("branding", "accent"): ("minimal", "#123456"),
    ("branding", "privacy_link"): ("minimal", "https://other.example.org"),
    ("branding", "terms_link"): ("minimal", "https://other.example.org"),
    ("branding", "help_link"): ("minimal", "https://other.example.org"),
    ("web", "content_security_policy"): ("minimal", "off"),
    ("web", "further_origins"): ("minimal", ("https://other.example.org",)),
    ("web", "embedded_by"): ("minimal", ("https://other.example.org",)),
    ("web", "strict_transport_security"): ("minimal", False),
    ("web", "access_log"): ("minimal", True),
    ("web", "mobile_apps"): ("minimal", True),
    ("web", "welcome_page"): ("minimal", False),
    ("certificate", "source"): ("minimal", "internal"),
    ("certificate", "email"): ("minimal", "other@example.org"),
    ("certificate", "server"): ("minimal", "https://other.example.org/acme"),
    ("certificate", "ca_bundle"): ("everything", "/etc/ssl/other.pem"),
    ("certificate", "certificate"): ("private-network", "/etc/ssl/other.pem"),
    ("certificate", "key"): ("private-network", "/etc/ssl/other.key"),
    ("metrics", "enabled"): ("minimal", True),
    ("network", "ipv4"): ("minimal", False),
    ("network", "ipv6"): ("minimal", False),
    ("bridges", "reach"): ("private-network", "public"),
    ("bridges", "stun_servers"): ("behind-nat-by-stun", ("other.example.org:3478",)),
    ("bridges", "udp_port"): ("minimal", 10001),
    ("bridges", "participants_each"): ("minimal", 90),
    ("bridges", "region_groups"): ("three-bridges", ()),
    ("bridges", "signalling_address"): ("three-bridges", "10.1.0.3"),
    ("turn", "domain"): ("turn-443", "other.example.org"),
    ("turn", "port"): ("minimal", 3479),
    ("turn", "tls_port"): ("minimal", 5350),
    ("turn", "on_443"): ("turn-443", False),
    ("turn", "relay_ports"): ("minimal", (50000, 60000)),
    ("turn", "sessions_each"): ("minimal", 7),
    ("turn", "sessions"): ("minimal", 700),
    ("turn", "megabits_each"): ("minimal", 7),
    ("turn", "credentials_hours"): ("minimal", 7),
    ("firewall", "enabled"): ("minimal", False),
    ("firewall", "ssh_port"): ("minimal", 2222),
    ("firewall", "ssh_from"): ("minimal", ("192.0.2.0/24",)),
    ("repositories", "jitsi"): ("minimal", "https://mirror.example.org/jitsi"),
    ("repositories", "jitsi_key"): ("minimal", "jitsi.asc"),
    ("repositories", "backports"): ("newer-prosody", "https://mirror.example.org/debian"),
    (*BRIDGE, "addresses"): ("three-bridges", ("192.0.2.99", "10.1.0.22")),
    (*BRIDGE, "region"): ("three-bridges", "us"),
    (*HOST, "mappings", "local"): ("behind-nat", ({"local": "10.0.0.6", "public": "203.0.113.5"},)),
    (*HOST, "mappings", "public"): ("behind-nat", ({"local": "10.0.0.5", "public": "203.0.113.6"},)),
}


def choices_of(path: tuple[str, ...]) -> tuple[Any, ...]:
    """Return what a setting can be chosen from, if it is a choice; those of hosts are none."""
    annotation: Any = JitsiMeet.Settings
    for step in path if path[0] != "hosts" else ():
        annotation = annotation.model_fields[step].annotation
    return choices(annotation)


@pytest.mark.parametrize("path", CHANGES, ids=".".join)
def test_a_setting_changes_a_file_or_is_refused(path: tuple[str, ...]) -> None:
    name, value = CHANGES[path]
    base = variant(name)
    try:
        other = JitsiMeet.Settings.model_validate(_with(base.settings, path, value))
    except ValidationError:
        assert path == ("release",), "another release is refused, and nothing else is"
        return
    changed = JitsiMeet.open(other, base.secrets, base.inventory, base.site)
    assert other != base.settings
    assert list(changed.faults()) == []
    assert rendered(changed) != rendered(base)


@pytest.mark.parametrize("path", [path for path in CHANGES if len(choices_of(path)) > 1], ids=".".join)
def test_no_two_choices_are_the_same(path: tuple[str, ...]) -> None:
    base = variant(CHANGES[path][0])
    models = (JitsiMeet.Settings.model_validate(_with(base.settings, path, choice)) for choice in choices_of(path))
    every = (JitsiMeet.open(model, base.secrets, base.inventory, base.site) for model in models)
    files = [rendered(made) for made in every if not made.faults()]
    assert files
    assert not [one for one, other in combinations(files, 2) if one == other]


def test_all_settings_of_the_model_are_tried() -> None:
    tried = {tuple(step for step in path if "." not in step) for path in CHANGES}
    assert tried == {path for path, _ in paths(JitsiMeet.Settings)}


@pytest.mark.parametrize("name", VARIANTS)
def test_rendering_twice_gives_the_same(name: str) -> None:
    assert rendered(variant(name)) == rendered(variant(name))


def test_the_table_of_a_host_changes_the_files_of_others_only_by_its_addresses() -> None:
    settings, inventory = VARIANTS["three-bridges"]
    moved = product(settings.replace('region = "us"', 'region = "asia"'), inventory)
    base = product(settings, inventory)
    differing = {key[0] for key, text in rendered(base).items() if rendered(moved)[key] != text}
    assert "turn.example.org" not in differing


def rendered(found: JitsiMeet) -> dict[tuple[str, str], str]:
    """Return everything that is rendered, with how it is placed."""
    every = every_text(found)
    for host in found.hosts():
        bundle = found.bundle(host)
        every |= {(host, f"{file.placement.path} stands"): str(file.placement) for file in bundle.files}
        every[host, "assumes"] = str(sorted(bundle.assumes.items()))
    return every


def _with(settings: BaseModel, path: tuple[str, ...], value: Any) -> dict[str, Any]:
    plain = settings.model_dump(exclude_unset=True)
    holder = plain
    steps = path[: path.index("mappings") + 1] if "mappings" in path else path
    for step in steps[:-1]:
        holder = holder.setdefault(step, {})
    holder[steps[-1]] = value
    return plain
