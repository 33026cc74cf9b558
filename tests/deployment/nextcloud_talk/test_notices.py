"""What is possible for a Nextcloud server but easily overlooked is told, and nothing else."""

from __future__ import annotations

import pytest

from migrate.core.problem import Severity
from migrate.deployment.nextcloud_talk.notices import notices
from tests.clouds import APART, DOMAIN, ONE_HOST, VARIANTS, cloud, variant

QUIET = DOMAIN.replace("\n", '\ndistribution = "debian-13"\n')
ALWAYS = {"phones-silent"}
# Settings, inventory -> the code that is told.
NOTICES = {
    "no-turn": (QUIET, ONE_HOST.partition("[coturn]")[0]),
    "ipv6-only": (f"{QUIET}network.ipv4 = false", ONE_HOST),
    "relays-to-nobody": (f'{QUIET}signaling.domain = "signaling.example.org"', APART),
    "untrusted-certificate": (f'{QUIET}certificate.source = "internal"', ONE_HOST),
    "own-authority": (f'{QUIET}certificate.server = "https://acme.example.org/directory"', ONE_HOST),
    "event-rooms-end": (f"{QUIET}privacy.event_room_days = 30", ONE_HOST),
    "distribution-ends": (DOMAIN, ONE_HOST),
}


def told(settings: str, inventory: str) -> dict[str, Severity]:
    return {found.code: found.severity for found in notices(cloud(settings, inventory).topology)}


@pytest.mark.parametrize("code", NOTICES)
def test_each_is_told_where_it_is_so_and_alone(code: str) -> None:
    assert told(*NOTICES[code]).keys() == {code} | ALWAYS


def test_telephones_ring_or_others_learn_of_calls() -> None:
    assert told(QUIET, ONE_HOST).keys() == ALWAYS
    rung = {"calls-told": Severity.WARNING, "asks-others": Severity.INFO}
    assert told(f"{QUIET}privacy.phone_notifications = true", ONE_HOST) == rung


def test_a_server_with_apps_from_the_store_asks_others_for_more() -> None:
    assert told(f"{QUIET}privacy.app_store = true", ONE_HOST).keys() == {"app-store", "asks-others"} | ALWAYS


def test_a_server_of_the_defaults_has_no_warning() -> None:
    assert Severity.WARNING not in told(*VARIANTS["minimal"]).values()


@pytest.mark.parametrize("name", VARIANTS)
def test_each_says_what_to_do(name: str) -> None:
    for found in notices(variant(name).topology):
        assert found.hint.endswith(".")
        assert not found.message.endswith(".")
