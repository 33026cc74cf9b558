"""The program that keeps certificates good, run in a directory that stands for the root of a Nextcloud server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.certificate_root import AUTHORITY, Root, new_root, openssl
from tests.clouds import APART, DOMAIN, ONE_HOST, VARIANTS, cloud

NAMES = 'turn.domain = "turn.example.org"\n'
OWN = 'certificate = {source = "own", certificate = "/etc/ssl/own.pem", key = "/etc/ssl/own.key"}'
WEB, BACKEND = "etc/nextcloud-talk/cloud.example.org", "etc/nextcloud-talk/signaling.example.org"
READ = "coturn: reads its certificate"
TURN, LIVE = "etc/coturn/certs/turn.example.org", "etc/letsencrypt/live"


def prepare(root: Root, settings: str, web: str = WEB, host: str = "cloud.example.org") -> None:
    inventory = ONE_HOST if host == "cloud.example.org" else APART
    found = cloud(DOMAIN + settings, inventory).texts(host)
    root.prepare(found, web, WEB, TURN, f"{LIVE}/cloud.example.org/x", f"{LIVE}/{host}/x", "etc/ssl/own")


@pytest.fixture
def root() -> Iterator[Root]:
    with new_root({"turnserver": "coturn"}) as made:
        yield made


def test_nginx_and_coturn_get_what_certbot_has_and_there_is_no_authority(root: Root) -> None:
    prepare(root, NAMES)
    root.running("nginx", "coturn")
    assert root.run() == ["nginx: reads its certificate"]
    root.pair(f"{LIVE}/cloud.example.org/", "/CN=renewed", ("fullchain.pem", "privkey.pem"))
    root.called()
    root.run()
    for stem in (WEB, TURN):
        for end, source in {"crt": "fullchain", "key": "privkey"}.items():
            kept = (root.path / f"{LIVE}/cloud.example.org/{source}.pem").read_bytes()
            assert (root.path / f"{stem}.{end}").read_bytes() == kept
    assert root.called() == ["reload nginx", "kill --kill-whom=main --signal=SIGUSR2 coturn"]
    assert [oct((root.path / f"{stem}.key").stat().st_mode)[-3:] for stem in (WEB, TURN)] == ["600", "400"]
    assert not (root.path / f"{AUTHORITY}.crt").exists()
    assert root.run() == []


def test_the_authority_of_a_host_signs_for_its_names_and_for_nobody_else(root: Root) -> None:
    prepare(root, f'{NAMES}certificate.source = "internal"')
    root.running("nginx", "coturn")
    assert f"{AUTHORITY}.crt: issued for cloud.example.org turn.example.org" in root.run()
    for stem in (WEB, TURN):
        assert root.accepted(stem, "cloud.example.org")
        assert root.accepted(stem, "turn.example.org")
    openssl(
        *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x"),
        *("-CA", root.path / f"{AUTHORITY}.crt", "-CAkey", root.path / f"{AUTHORITY}.key"),
        *("-addext", "subjectAltName=DNS:www.example.org", "-addext", "basicConstraints=CA:FALSE"),
        *("-out", root.path / "other.crt", "-keyout", root.path / "other.key"),
    )
    assert not root.accepted("other", "www.example.org")
    assert (len(root.called()), root.run(), root.called()) == (2, [], [])


def test_what_nears_its_end_is_renewed_and_services_learn_of_it_once(root: Root) -> None:
    prepare(root, 'certificate.source = "internal"')
    root.run()
    root.running("nginx", "coturn")
    before = (root.path / f"{WEB}.crt").read_bytes()
    assert root.run("--days", "91")[-2:] == ["etc/coturn/certs/cloud.example.org.crt: put in place", READ]
    assert root.called() == ["reload nginx", "kill --kill-whom=main --signal=SIGUSR2 coturn"]
    assert (root.path / f"{WEB}.crt").read_bytes() != before
    assert root.run() == []


def test_your_own_is_read_where_it_is_and_copied_for_coturn(root: Root) -> None:
    prepare(root, NAMES + OWN, web="")
    root.pair("etc/ssl/own", "/CN=own", (".pem", ".key"))
    root.run()
    assert (root.path / f"{TURN}.key").read_bytes() == (root.path / "etc/ssl/own.key").read_bytes()
    assert not (root.path / f"{WEB}.crt").exists()
    root.running("nginx", "coturn")
    root.pair("etc/ssl/own", "/CN=new", (".pem", ".key"))
    assert root.run()[-1] == READ
    assert len(root.called()) == 2


@pytest.mark.parametrize(
    ("host", "web", "told"),
    [
        ("signaling.example.org", BACKEND, ["reload nginx"]),
        ("turn.example.org", "", ["kill --kill-whom=main --signal=SIGUSR2 coturn"]),
    ],
)
def test_a_host_of_its_own_has_what_it_shows(root: Root, host: str, web: str, told: list[str]) -> None:
    prepare(root, VARIANTS["apart"][0].removeprefix(DOMAIN), web, host)
    root.pair(f"{LIVE}/{host}/", "/CN=new", ("fullchain.pem", "privkey.pem"))
    root.running("nginx", "coturn")
    root.run()
    kept = (root.path / f"{LIVE}/{host}/fullchain.pem").read_bytes()
    assert (root.path / f"{web or TURN}.crt").read_bytes() == kept
    assert root.called() == told
