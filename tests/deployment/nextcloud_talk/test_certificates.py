"""Certificates: what certbot reads, what it runs, and where the web servers and coturn find them."""

from __future__ import annotations

import os
import subprocess
from typing import Any

import pytest

from migrate.deployment.certificates import Pair
from migrate.deployment.nextcloud_talk.certificates import certificates
from tests.clouds import VARIANTS, Cloud, variant
from tests.readers import by_certbot, by_systemd, directory, program

INI, HOOK = "/etc/letsencrypt/jitsi-migrate.ini", "/etc/letsencrypt/renewal-hooks/deploy/jitsi-migrate"
DROP_IN = "/etc/systemd/system/certbot.service.d/jitsi-migrate.conf"
PROGRAM = "/usr/local/sbin/jitsi-migrate-certificates"
CLOUD, BACKEND, RELAY = "cloud.example.org", "signaling.example.org", "turn.example.org"
PAGES = {"authenticator": "webroot", "webroot_path": ["/var/www/html"]}


def names(deployed: Cloud) -> dict[str, tuple[str, ...]]:
    return {host: certificates(deployed.host(host), deployed.topology).names for host in deployed.hosts}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "host", "expected"),
    [
        (
            "own-acme",
            CLOUD,
            {
                "server": "https://ca.example.org/acme/directory",
                "email": "admin@example.org",
                "certname": CLOUD,
                "domains": [CLOUD, RELAY],
                **PAGES,
            },
        ),
        ("minimal", CLOUD, {"email": None, "register_unsafely_without_email": True, "domains": [CLOUD], **PAGES}),
        ("apart", CLOUD, {"domains": [CLOUD], **PAGES}),
        ("apart", BACKEND, {"certname": BACKEND, "domains": [BACKEND], **PAGES}),
        ("apart", RELAY, {"certname": RELAY, "domains": [RELAY], "authenticator": "standalone"}),
    ],
)
def test_certbot_reads_what_the_settings_say(name: str, host: str, expected: dict[str, Any]) -> None:
    with directory() as here:
        # It wants these to be there.
        hook, pages = here / "hook", here / "html"
        pages.mkdir()
        hook.touch(0o755)
        text = variant(name).texts(host)[INI].replace(HOOK, str(hook)).replace("/var/www/html", str(pages))
        read = by_certbot(text)
    wanted = {key: [str(pages)] if key == "webroot_path" else value for key, value in expected.items()}
    wanted |= {"tos": True, "noninteractive_mode": True, "deploy_hook": str(hook)}
    assert {key: read[key] for key in wanted} == wanted


def test_certbot_has_files_only_where_it_runs() -> None:
    for name in ("everything", "internal"):
        assert not {INI, HOOK, DROP_IN} & variant(name).texts(CLOUD).keys()
    assert DROP_IN not in variant("minimal").texts(CLOUD)
    assert "certbot" not in variant("internal").variables["nextcloud_talk_servers"][CLOUD]["packages"]


def test_certbot_trusts_the_authority_of_an_acme_server_of_your_own() -> None:
    drop_in = variant("own-acme").texts(CLOUD)[DROP_IN]
    (told,) = by_systemd(["[Service]\nType=oneshot\nExecStart=/bin/true\n" + drop_in])
    assert ("Environment", "REQUESTS_CA_BUNDLE=/etc/ssl/certs/example-ca.pem") in told


def test_every_host_has_the_names_that_people_reach_it_by_the_web_servers_first() -> None:
    assert names(variant("own-acme")) == {CLOUD: (CLOUD, RELAY)}
    assert names(variant("minimal")) == {CLOUD: (CLOUD,)}
    assert names(variant("apart")) == {CLOUD: (CLOUD,), BACKEND: (BACKEND,), RELAY: (RELAY,)}


@pytest.mark.parametrize("name", VARIANTS)
def test_nginx_and_coturn_read_what_playbooks_put_there(name: str) -> None:
    deployed = variant(name)
    for host, server in deployed.variables["nextcloud_talk_servers"].items():
        texts = deployed.texts(host)
        web, turn = server["certificates"]["web"], server["certificates"]["turn"]
        pages = "".join(text for path, text in texts.items() if path.startswith("/etc/nginx/sites-available/"))
        assert bool(web) == bool(pages)
        assert not web or f"ssl_certificate {web['certificate']};" in pages
        assert not web or f"ssl_certificate_key {web['key']};" in pages
        relay = texts.get("/etc/turnserver.conf", "")
        assert bool(turn) == bool(relay)
        assert not turn or {f"cert={turn['certificate']}", f"pkey={turn['key']}"} <= set(relay.splitlines())


def test_your_own_pair_is_read_where_it_is_save_by_coturn() -> None:
    deployed = variant("everything")
    found = certificates(deployed.host(CLOUD), deployed.topology)
    own = Pair("/etc/ssl/cloud/fullchain.pem", "/etc/ssl/cloud/key.pem")
    assert (found.web, found.own) == (own, own)
    assert found.turn == Pair.at(f"/etc/coturn/certs/{CLOUD}")
    assert list(found.files) == [own.certificate, own.key]


@pytest.mark.parametrize("shell", ["dash", "bash"])
@pytest.mark.parametrize("name", VARIANTS)
def test_shells_understand_the_hook_and_the_program(name: str, shell: str) -> None:
    deployed = variant(name)
    for host in deployed.hosts:
        texts = deployed.texts(host)
        assert PROGRAM in texts
        for path in {HOOK, PROGRAM} & texts.keys():
            subprocess.run([program(shell, shell), "-n"], input=texts[path].encode(), check=True)


def test_the_hook_leaves_other_certificates_of_the_host_alone() -> None:
    hook = variant("apart").texts(BACKEND)[HOOK].replace(PROGRAM, "echo told")
    for lineage, said in {BACKEND: "told\n", "blog.example.org": ""}.items():
        environment = {**os.environ, "RENEWED_LINEAGE": f"/etc/letsencrypt/live/{lineage}"}
        done = subprocess.run(
            [program("dash", "dash")],
            input=hook,
            check=True,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            timeout=30,
        )
        assert done.stdout == said
