"""Certificates: what certbot reads, what it runs, and where the web server and coturn find them."""

from __future__ import annotations

import os
import pwd
import re
import subprocess
from pathlib import Path

import pytest

from migrate.deployment.jitsi_meet.certificates import Certificates, Pair
from tests.deployments import VARIANTS, product, texts, variant
from tests.readers import by_certbot, by_systemd, directory, program

INI, HOOK = "/etc/letsencrypt/jitsi-meet.ini", "/etc/letsencrypt/renewal-hooks/deploy/jitsi-meet"
DROP_IN = "/etc/systemd/system/certbot.service.d/jitsi-migrate.conf"
# A stand-in for the one program that a test has none to talk to.
SYSTEMCTL = """#!/bin/sh
[ "$1" = is-active ] && [ "$3" = "$RUNNING" ] && exit 0
[ "$1" = is-active ] && exit 3
echo "$*" >>"$0.called"
"""


def files(name, host=None):
    deployed = variant(name)
    return texts(deployed.bundle(host or deployed.hosts()[0]))


def of(deployed, host=0):
    return Certificates(deployed.topology.hosts[host], deployed.topology)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "host", "expected"),
    [
        (
            "everything",
            "meet.example.org",
            {
                "server": "https://ca.example.org/acme/directory",
                "email": "admin@example.org",
                "register_unsafely_without_email": False,
                "certname": "meet.example.org",
                "domains": ["meet.example.org", "turn.meet.example.org"],
                "authenticator": "webroot",
                "webroot_path": ["/var/www/html"],
            },
        ),
        (
            "minimal",
            "meet.example.org",
            {
                "server": "https://acme-v02.api.letsencrypt.org/directory",
                "email": None,
                "register_unsafely_without_email": True,
                "domains": ["meet.example.org"],
            },
        ),
        (
            "three-bridges",
            "turn.example.org",
            {"certname": "turn.example.org", "domains": ["turn.example.org"], "authenticator": "standalone"},
        ),
        ("three-bridges", "web.example.org", {"domains": ["meet.example.org"], "authenticator": "webroot"}),
    ],
)
def test_certbot_reads_what_the_settings_say(name, host, expected):
    with directory() as here:
        # It wants these to be there.
        hook, pages = here / "hook", here / "html"
        pages.mkdir()
        hook.touch(0o755)
        text = files(name, host)[INI].replace(HOOK, str(hook)).replace("/var/www/html", str(pages))
        read = by_certbot(text)
    expected = {key: [str(pages)] if value == ["/var/www/html"] else value for key, value in expected.items()}
    always = {
        "tos": True,
        "noninteractive_mode": True,
        "key_type": "ecdsa",
        "deploy_hook": str(hook),
        "reinstall": True,
    }
    assert {key: read[key] for key in {**always, **expected}} == {**always, **expected}


def test_certbot_has_files_only_where_it_runs():
    assert not {INI, HOOK, DROP_IN} & files("private-network").keys()
    assert not {INI, HOOK} & files("three-bridges", "bridge-1.example.org").keys()
    assert DROP_IN not in files("minimal")


@pytest.mark.slow
def test_no_file_speaks_of_certbot_where_it_does_not_run():
    assert [path for path, text in files("private-network").items() if "certbot" in text] == []


def test_certbot_trusts_the_authority_of_an_acme_server_of_your_own():
    (told,) = by_systemd(["[Service]\nType=oneshot\nExecStart=/bin/true\n" + files("everything")[DROP_IN]])
    assert ("Environment", "REQUESTS_CA_BUNDLE=/etc/ssl/certs/example-ca.pem") in told


def test_nginx_has_a_certificate_before_certbot_ran_or_your_own():
    expected = Pair("/etc/jitsi/meet/meet.example.org.crt", "/etc/jitsi/meet/meet.example.org.key")
    assert of(variant("minimal")).web == expected
    assert of(product('domain = "meet.example.org"\ncertificate.source = "internal"')).web == expected
    assert of(variant("private-network")).web == Pair("/etc/ssl/meet/fullchain.pem", "/etc/ssl/meet/key.pem")


def test_coturn_has_a_copy_that_is_its_own():
    expected = Pair("/etc/coturn/certs/turn.meet.example.org.crt", "/etc/coturn/certs/turn.meet.example.org.key")
    assert of(variant("turn-443")).turn == expected


@pytest.mark.parametrize("name", VARIANTS)
def test_the_first_name_is_that_of_the_certificate(name):
    deployed = variant(name)
    for place, host in enumerate(deployed.topology.hosts):
        names = of(deployed, place).names
        assert bool(names) == (host.is_web or host.is_turn)
        assert not host.is_web or names[0] == deployed.settings.domain


@pytest.mark.parametrize("shell", ["dash", "bash"])
@pytest.mark.parametrize("name", VARIANTS)
def test_shells_understand_the_hook(name, shell):
    deployed = variant(name)
    for host in deployed.hosts():
        hook = texts(deployed.bundle(host)).get(HOOK, "")
        subprocess.run([program(shell, shell), "-n"], input=hook.encode(), check=True)


def renew(here: Path, hook: str, lineage: str, running: str = "") -> list[str]:
    """Run the hook as certbot does; its paths on the server are below a directory."""
    (here / "live" / lineage).mkdir(parents=True, exist_ok=True)
    (here / "live" / lineage / "fullchain.pem").write_text("new certificate")
    (here / "live" / lineage / "privkey.pem").write_text("new key")
    (here / "systemctl").write_text(SYSTEMCTL)
    (here / "systemctl").chmod(0o755)
    environment = {
        "PATH": f"{here}:{os.environ['PATH']}",
        "RENEWED_LINEAGE": f"{here}/live/{lineage}",
        "RUNNING": running,
    }
    rewritten = re.sub(r'="/etc/', f'="{here}/etc/', hook)
    subprocess.run([program("dash", "dash")], input=rewritten.encode(), check=True, env=environment, timeout=30)
    called = here / "systemctl.called"
    return called.read_text().splitlines() if called.exists() else []


@pytest.fixture
def here():
    program("turnserver", "coturn")
    if os.geteuid():
        pytest.skip("only root gives files to others")
    with directory() as made:
        made.chmod(0o755)
        yield made


def test_a_renewed_certificate_is_copied_and_who_runs_is_told(here):
    assert renew(here, files("turn-443")[HOOK], "meet.example.org", "nginx") == ["reload nginx"]
    web, turn = here / "etc/jitsi/meet/meet.example.org", here / "etc/coturn/certs/turn.meet.example.org"
    for stem in (web, turn):
        assert stem.with_name(stem.name + ".crt").read_text() == "new certificate"
        assert stem.with_name(stem.name + ".key").read_text() == "new key"
    assert [oct(web.with_name(web.name + end).stat().st_mode)[-3:] for end in (".crt", ".key")] == ["644", "600"]
    assert [oct(turn.with_name(turn.name + end).stat().st_mode)[-3:] for end in (".crt", ".key")] == ["400", "400"]
    owner = pwd.getpwnam("turnserver").pw_uid
    assert {path.stat().st_uid for path in (turn.parent, *turn.parent.iterdir())} == {owner}


def test_coturn_reads_it_without_a_restart(here):
    hook = files("three-bridges", "turn.example.org")[HOOK]
    renew(here, hook, "turn.example.org")
    assert renew(here, hook, "turn.example.org", "coturn") == ["kill --kill-whom=main --signal=SIGUSR2 coturn"]
    assert not (here / "etc/jitsi").exists()


def test_coturn_is_started_again_for_its_first_certificate(here):
    hook = files("three-bridges", "turn.example.org")[HOOK]
    assert renew(here, hook, "turn.example.org", "coturn") == ["restart coturn"]


def test_other_certificates_of_the_host_are_left_alone(here):
    assert renew(here, files("minimal")[HOOK], "blog.example.org", "nginx") == []
    assert not (here / "etc").exists()
