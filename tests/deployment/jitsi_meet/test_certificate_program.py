"""The program that keeps certificates good, run in a directory that stands for the server's root."""

from __future__ import annotations

import os
import pwd
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.deployments import ONE_HOST, product, texts
from tests.readers import directory, program

PROGRAM, SETTINGS = "/usr/local/sbin/jitsi-migrate-certificates", "/etc/default/jitsi-migrate-certificates"
# A stand-in for the one program that a test has none to talk to.
SYSTEMCTL = """#!/bin/sh
[ "$1" != is-active ] || { grep -qx "$3" "$0.running"; exit; }
echo "$*" >>"$0.called"
[ ! -e "$0.failing" ]
"""
DOMAIN = 'domain = "meet.example.org"\n'
OWN = DOMAIN + 'certificate = {source = "own", certificate = "/etc/ssl/own.pem", key = "/etc/ssl/own.key"}'
INTERNAL = DOMAIN + 'certificate.source = "internal"'
AUTH, WEB = "etc/prosody/certs/auth.meet.example.org", "etc/jitsi/meet/meet.example.org"
TURN, LIVE = "etc/coturn/certs/meet.example.org", "etc/letsencrypt/live/meet.example.org"
AUTHORITY = "var/lib/jitsi-migrate/authority/ca"


@dataclass(frozen=True)
class Root:
    """A directory that stands for a server's root."""

    path: Path

    def prepare(self, settings: str) -> None:
        """Put the program there, and what packages and the role of certificates bring before it."""
        found = texts(product(settings, ONE_HOST).bundle("meet.example.org"))
        for place in (AUTH, WEB, TURN, LIVE, SETTINGS[1:], PROGRAM[1:], "etc/ssl/own", "run/lock/x", "bin/x"):
            (self.path / place).parent.mkdir(parents=True, exist_ok=True)
        for place in (SETTINGS, PROGRAM):
            text = re.sub(r'="/(etc|var|run)/', rf'="{self.path}/\1/', found[place])
            (self.path / place[1:]).write_text(text.replace("PATH=", f"PATH={self.path}/bin:", 1))
        self.running()
        (self.path / "bin/systemctl").write_text(SYSTEMCTL)
        (self.path / "bin/systemctl").chmod(0o755)
        self.pair(WEB, "/CN=first")

    def running(self, *services: str) -> None:
        (self.path / "bin/systemctl.running").write_text("".join(f"{name}\n" for name in services))

    def pair(self, stem: str, subject: str, ends: tuple[str, str] = (".crt", ".key")) -> None:
        """Make a pair that signs itself."""
        certificate, key = (self.path / f"{stem}{end}" for end in ends)
        certificate.parent.mkdir(parents=True, exist_ok=True)
        openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "90"),
            *("-subj", subject, "-out", certificate, "-keyout", key),
        )

    def tried(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Run the program."""
        command = [program("dash", "dash"), self.path / PROGRAM[1:], *options]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    def run(self, *options: str) -> list[str]:
        """Run the program, which must succeed, and return what it says, without where its root is."""
        done = self.tried(*options)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.replace(f"{self.path}/", "").splitlines()

    def called(self) -> list[str]:
        """Return what services were told since this was last asked."""
        path = self.path / "bin/systemctl.called"
        told = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return told

    def accepted(self, stem: str, name: str) -> bool:
        """Tell whether who trusts the authority accepts a certificate for a name."""
        trusting = ("-no-CApath", "-no-CAstore", "-CAfile", self.path / f"{AUTHORITY}.crt", "-verify_hostname", name)
        done = openssl("verify", *trusting, self.path / f"{stem}.crt", check=False)
        return done.returncode == 0


def openssl(*words: object, check: bool = True) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([program("openssl", "openssl"), *map(str, words)], capture_output=True, check=check)


@pytest.fixture
def root() -> Iterator[Root]:
    for name, package in {"prosody": "prosody", "turnserver": "coturn"}.items():
        program(name, package)
    if os.geteuid():
        pytest.skip("only root gives files to others")
    with directory() as made:
        made.chmod(0o755)
        yield Root(made)


def test_the_authority_signs_for_jicofo_and_bridges_and_for_nobody_else(root):
    root.prepare(DOMAIN)
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
    root.prepare(DOMAIN)
    root.running("prosody", "nginx", "coturn")
    assert root.run()
    assert sorted(root.called()) == ["reload nginx", "reload prosody"]
    assert root.run() == []
    assert root.run("--check") == []
    assert root.called() == []


def test_what_nears_its_end_is_renewed_with_the_same_key_and_told_once(root):
    root.prepare(DOMAIN)
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
    root.prepare(DOMAIN)
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
    root.prepare(DOMAIN)
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
    root.prepare(OWN)
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
    root.prepare(DOMAIN)
    root.run()
    root.prepare(INTERNAL)
    root.run()
    for stem, name in {AUTH: "auth.meet.example.org", WEB: "meet.example.org", TURN: "meet.example.org"}.items():
        assert root.accepted(stem, name)
    assert root.run() == []


def test_rights_and_files_that_were_changed_by_hand_are_put_right(root):
    root.prepare(DOMAIN)
    root.run()
    (root.path / f"{AUTH}.key").chmod(0o644)
    (root.path / f"{AUTHORITY}.key").chmod(0o640)
    assert root.run() == [f"{AUTHORITY}.key: put in place", f"{AUTH}.key: put in place"]
    (root.path / f"{AUTH}.crt").unlink()
    assert root.run() == [f"{AUTH}.crt: issued for auth.meet.example.org"]


def test_what_the_package_links_is_replaced_and_its_own_key_not_used(root):
    root.prepare(DOMAIN)
    root.pair("var/lib/prosody/auth", "/CN=package")
    for end in ("crt", "key"):
        (root.path / f"{AUTH}.{end}").symlink_to(root.path / f"var/lib/prosody/auth.{end}")
    own = (root.path / "var/lib/prosody/auth.key").read_bytes()
    root.run()
    assert not (root.path / f"{AUTH}.key").is_symlink()
    assert (root.path / f"{AUTH}.key").read_bytes() != own
    assert (root.path / "var/lib/prosody/auth.key").read_bytes() == own


def test_a_longer_trust_is_issued_before_the_old_one_ends(root):
    root.prepare(DOMAIN)
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
