"""What is possible but easily overlooked is told, and nothing else."""

from __future__ import annotations

import pytest

from migrate.core.problem import Severity
from tests.deployments import ONE_HOST, VARIANTS, product, variant

DOMAIN = 'domain = "meet.example.org"\n'
JWT = DOMAIN + (
    'authentication = { mode = "jwt", jwt = { issuers = ["portal"], audiences = ["meet"], '
    'login_url = "https://id.example.org/login" } }\n'
)
LAN = 'bridges.reach = "lan"\nhosts."meet.example.org".addresses = ["10.2.0.5"]\n'
WITHOUT_TURN = ONE_HOST.partition("[coturn]")[0]

# Settings, inventory -> the code that is told.
WARNINGS = {
    "open-to-strangers": (f'{DOMAIN}authentication.mode = "open"', ONE_HOST),
    "accounts-deprecated": (DOMAIN, ONE_HOST),
    "no-login-page": (JWT.replace(', login_url = "https://id.example.org/login"', ""), ONE_HOST),
    "untrusted-certificate": (f'{JWT}certificate.source = "internal"', ONE_HOST),
    "not-reached-by-acme": (f"{JWT}{LAN}", ONE_HOST),
    "no-turn": (f"{JWT}meetings.peer_to_peer = false", WITHOUT_TURN),
    "relays-not-public": (f'{JWT}bridges = {{ reach = "nat", stun_servers = ["stun.example.org:3478"] }}', ONE_HOST),
    "ipv6-only": (f"{JWT}network.ipv4 = false", ONE_HOST),
    "keys-from-nowhere": (
        f'{JWT}meetings.recording = "off"\nmeetings.end_to_end_encryption = "external-key"',
        ONE_HOST,
    ),
    "signalling-open": (
        f'{JWT}firewall.enabled = false\nhosts."bridge.example.org".addresses = ["192.0.2.21"]',
        ONE_HOST.replace("[jitsi_videobridge]\nmeet", "[jitsi_videobridge]\nbridge"),
    ),
    "pages-not-held": (f'{JWT}web.content_security_policy = "report-only"', ONE_HOST),
}


@pytest.mark.parametrize("code", WARNINGS)
def test_what_is_easily_overlooked_is_told_alone(code: str) -> None:
    found = product(*WARNINGS[code])
    assert found.faults() == ()
    (problem,) = found.problems()
    assert problem.code == code
    assert problem.hint


def test_a_server_with_an_identity_provider_has_nothing_to_tell() -> None:
    assert product(JWT).problems() == ()


def test_no_policy_is_as_bad_as_one_that_only_reports() -> None:
    (problem,) = product(f'{JWT}web.content_security_policy = "off"').problems()
    assert problem.code == "pages-not-held"


def test_an_acme_server_of_ones_own_reaches_a_private_network() -> None:
    assert product(f'{JWT}{LAN}certificate.server = "https://ca.example.org/acme"').problems() == ()


@pytest.mark.parametrize("name", VARIANTS)
def test_a_problem_is_no_error_for_errors_are_refused(name: str) -> None:
    assert all(problem.severity is not Severity.ERROR for problem in variant(name).problems())
