"""Certificates: what certbot reads, what it runs, and where the web server and coturn find them."""

from __future__ import annotations

import os
import subprocess

import pytest

from migrate.deployment.certificates import Pair
from migrate.deployment.jitsi_meet.certificates import certificates
from tests.deployments import VARIANTS, product, texts, variant
from tests.readers import by_certbot, by_systemd, directory, program

INI, HOOK = "/etc/letsencrypt/jitsi-migrate.ini", "/etc/letsencrypt/renewal-hooks/deploy/jitsi-migrate"
DROP_IN = "/etc/systemd/system/certbot.service.d/jitsi-migrate.conf"
PROGRAM = "/usr/local/sbin/jitsi-migrate-certificates"
CAPTURED = {"stdout": subprocess.PIPE, "text": True, "timeout": 30}


def files(name, host=None):
    deployed = variant(name)
    return texts(deployed.bundle(host or deployed.hosts()[0]))


def of(deployed, host=0):
    return certificates(deployed.topology.hosts[host], deployed.topology)


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
def test_shells_understand_the_hook_and_the_program(name, shell):
    deployed = variant(name)
    for host in deployed.hosts():
        found = texts(deployed.bundle(host))
        for path in (HOOK, PROGRAM):
            subprocess.run([program(shell, shell), "-n"], input=found.get(path, "").encode(), check=True)


def test_the_hook_leaves_other_certificates_of_the_host_alone():
    hook = files("minimal")[HOOK].replace(PROGRAM, "echo told")
    for lineage, said in {"meet.example.org": "told\n", "blog.example.org": ""}.items():
        environment = {**os.environ, "RENEWED_LINEAGE": f"/etc/letsencrypt/live/{lineage}"}
        done = subprocess.run([program("dash", "dash")], input=hook, check=True, env=environment, **CAPTURED)
        assert done.stdout == said
