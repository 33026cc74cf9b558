"""The program that keeps certificates good, run in a directory that stands for the root of a Jitsi Meet server."""

from __future__ import annotations

import pwd
from collections.abc import Iterator

import pytest

from tests.certificate_root import AUTHORITY, Root, new_root, openssl
from tests.deployments import ONE_HOST, product, texts

DOMAIN = 'domain = "meet.example.org"\n'
OWN = DOMAIN + 'certificate = {source = "own", certificate = "/etc/ssl/own.pem", key = "/etc/ssl/own.key"}'
INTERNAL = DOMAIN + 'certificate.source = "internal"'
AUTH, WEB = "etc/prosody/certs/auth.meet.example.org", "etc/jitsi/meet/meet.example.org"
TURN, LIVE = "etc/coturn/certs/meet.example.org", "etc/letsencrypt/live/meet.example.org"


def prepare(root: Root, settings: str) -> None:
    found = texts(product(settings, ONE_HOST).bundle("meet.example.org"))
    root.prepare(found, WEB, AUTH, WEB, TURN, LIVE, "etc/ssl/own")


@pytest.fixture
def root() -> Iterator[Root]:
    with new_root({"prosody": "prosody", "turnserver": "coturn"}) as made:
        yield made


def test_the_authority_signs_for_jicofo_and_bridges_and_for_nobody_else(root):
    prepare(root, DOMAIN)
    assert [line.rpartition(": ")[2] for line in root.run()] == ["made", "issued for auth.meet.example.org"] * 2
    assert root.accepted(AUTH, "auth.meet.example.org")
    # Even with the authority's key nobody gets a certificate that the bridges believe for another name.
    openssl(
        *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x"),
        *("-CA", root.path / f"{AUTHORITY}.crt", "-CAkey", root.path / f"{AUTHORITY}.key"),
        *("-addext", "subjectAltName=DNS:www.example.org", "-addext", "basicConstraints=CA:FALSE"),
        *("-out", root.path / "other.crt", "-keyout", root.path / "other.key"),
    )
    assert not root.accepted("other", "www.example.org")


def test_run_again_it_does_nothing(root):
    prepare(root, DOMAIN)
    root.running("prosody", "nginx", "coturn")
    assert root.run()
    assert sorted(root.called()) == ["reload nginx", "reload prosody"]
    assert root.run() == []
    assert root.run("--check") == []
    assert root.called() == []


def test_what_nears_its_end_is_renewed_with_the_same_key_and_told_once(root):
    prepare(root, DOMAIN)
    root.run()
    key, before = ((root.path / f"{AUTH}.{end}").read_bytes() for end in ("key", "crt"))
    root.running("prosody")
    renewed = [f"{AUTH}.crt: issued for auth.meet.example.org"]
    assert root.run("--check", "--days", "91") == renewed
    assert (root.path / f"{AUTH}.crt").read_bytes() == before
    assert root.run("--days", "91") == [*renewed, "prosody: reads its certificate"]
    assert root.called() == ["reload prosody"]
    assert ((root.path / f"{AUTH}.key").read_bytes(), root.accepted(AUTH, "auth.meet.example.org")) == (key, True)
    assert (root.path / f"{AUTH}.crt").read_bytes() != before


def test_a_service_that_could_not_be_told_is_told_by_the_next_run(root):
    prepare(root, DOMAIN)
    root.running("prosody", "nginx")
    (root.path / "bin/systemctl.failing").touch()
    done = root.tried()
    assert done.returncode == 1
    assert "prosody cannot be told of its new certificate" in done.stderr
    (root.path / "bin/systemctl.failing").unlink()
    root.called()
    assert root.run() == ["prosody: reads its certificate", "nginx: reads its certificate"]
    assert root.called() == ["reload prosody", "reload nginx"]


def test_nginx_and_coturn_get_what_certbot_has(root):
    prepare(root, DOMAIN)
    root.run()
    assert not (root.path / f"{TURN}.crt").exists()
    root.pair(LIVE, "/CN=renewed", ("/fullchain.pem", "/privkey.pem"))
    root.running("nginx", "coturn")
    root.run()
    for stem in (WEB, TURN):
        for end, source in {"crt": "fullchain", "key": "privkey"}.items():
            assert (root.path / f"{stem}.{end}").read_bytes() == (root.path / f"{LIVE}/{source}.pem").read_bytes()
    assert root.called() == ["reload nginx", "kill --kill-whom=main --signal=SIGUSR2 coturn"]
    owner = pwd.getpwnam("turnserver").pw_uid
    turn = root.path / TURN
    assert {path.stat().st_uid for path in (turn.parent, *turn.parent.iterdir())} == {owner}
    assert [oct((root.path / f"{stem}.key").stat().st_mode)[-3:] for stem in (WEB, TURN)] == ["600", "400"]


def test_coturn_gets_a_copy_of_your_own_and_nginx_learns_that_it_changed(root):
    prepare(root, OWN)
    root.pair("etc/ssl/own", "/CN=own", (".pem", ".key"))
    root.run()
    assert (root.path / f"{TURN}.key").read_bytes() == (root.path / "etc/ssl/own.key").read_bytes()
    root.running("nginx", "coturn")
    root.pair("etc/ssl/own", "/CN=new", (".pem", ".key"))
    assert root.run()[-1] == "coturn: reads its certificate"
    assert len(root.called()) == 2
    # While you are putting the next one there, services keep what they have.
    root.pair("etc/ssl/next", "/CN=next", (".pem", ".key"))
    (root.path / "etc/ssl/next.pem").replace(root.path / "etc/ssl/own.pem")
    done = root.tried()
    assert (done.returncode, root.called()) == (1, [])
    assert done.stderr.count("own.key is not the key of") == 2


def test_for_tests_the_authority_signs_for_everybody(root):
    prepare(root, DOMAIN)
    root.run()
    prepare(root, INTERNAL)
    root.run()
    for stem, name in {AUTH: "auth.meet.example.org", WEB: "meet.example.org", TURN: "meet.example.org"}.items():
        assert root.accepted(stem, name)
    assert root.run() == []


def test_rights_and_files_that_were_changed_by_hand_are_put_right(root):
    prepare(root, DOMAIN)
    root.run()
    (root.path / f"{AUTH}.key").chmod(0o644)
    (root.path / f"{AUTHORITY}.key").chmod(0o640)
    assert root.run() == [f"{AUTHORITY}.key: put in place", f"{AUTH}.key: put in place"]
    (root.path / f"{AUTH}.crt").unlink()
    assert root.run() == [f"{AUTH}.crt: issued for auth.meet.example.org"]


def test_what_the_package_links_is_replaced_and_its_own_key_not_used(root):
    prepare(root, DOMAIN)
    root.pair("var/lib/prosody/auth", "/CN=package")
    for end in ("crt", "key"):
        (root.path / f"{AUTH}.{end}").symlink_to(root.path / f"var/lib/prosody/auth.{end}")
    own = (root.path / "var/lib/prosody/auth.key").read_bytes()
    root.run()
    assert not (root.path / f"{AUTH}.key").is_symlink()
    assert (root.path / f"{AUTH}.key").read_bytes() != own
    assert (root.path / "var/lib/prosody/auth.key").read_bytes() == own


def test_a_longer_trust_is_issued_before_the_old_one_ends(root):
    prepare(root, DOMAIN)
    root.run()
    authority = root.path / AUTHORITY
    constraints = "nameConstraints=critical,permitted;DNS:auth.meet.example.org"
    openssl(
        *(
            "req",
            "-x509",
            "-key",
            f"{authority}.key",
            "-subj",
            "/CN=Authority of jitsi-migrate for auth.meet.example.org",
        ),
        *("-days", "300", "-addext", constraints, "-out", f"{authority}.crt"),
    )
    old = (root.path / f"{AUTHORITY}.crt").read_bytes()
    assert root.run() == [f"{AUTHORITY}.crt: issued for auth.meet.example.org"]
    # Whoever trusts the old one only still accepts what is shown.
    (root.path / f"{AUTHORITY}.crt").write_bytes(old)
    assert root.accepted(AUTH, "auth.meet.example.org")
