"""A real high-performance backend, and a real web server with TLS before it, by the name localhost."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from functools import partial
from pathlib import Path
from socket import socket

from migrate.core.playbook import HostResult, State
from migrate.deployment.failures import explain
from tests.caldav.serving import Handler, serving
from tests.cloud_readers import janus_server, moved, nats_server, signaling_server
from tests.clouds import SECRETS, variant
from tests.playbooks.modules import run_once
from tests.ports import free_port
from tests.readers import directory, program, run

CLOUD = "https://cloud.example.org"
_CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
_NGINX = """
daemon off;
master_process off;
pid {here}/pid;
error_log {here}/log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {here}/temp;
    proxy_temp_path {here}/temp;
    fastcgi_temp_path {here}/temp;
    uwsgi_temp_path {here}/temp;
    scgi_temp_path {here}/temp;
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {certificate};
        ssl_certificate_key {key};
{inside}
    }}
}}
"""


@dataclass(frozen=True)
class Authority:
    """Signs certificates for localhost. Who trusts `certificate` trusts them."""

    path: Path

    @property
    def certificate(self) -> Path:
        return self.path / "ca.crt"

    def issue(self, name: str = "localhost", days: int = 2) -> tuple[Path, Path]:
        """Return a certificate, and its key."""
        pair = self.path / f"{name}.crt", self.path / f"{name}.key"
        run("openssl", "req", "-x509", *_CURVE[:-1], str(days), "-CA", self.certificate, "-CAkey", self.path / "ca.key",
            "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-addext", "basicConstraints=CA:FALSE",
            "-out", pair[0], "-keyout", pair[1])  # fmt: skip
        return pair


@contextmanager
def authority() -> Iterator[Authority]:
    """Make an authority that nobody trusts yet."""
    program("openssl", "openssl")
    with directory() as here:
        made = Authority(here)
        subject = ("-subj", "/CN=authority of the tests")
        run("openssl", "req", "-x509", *_CURVE, *subject, "-out", made.certificate, "-keyout", here / "ca.key")
        yield made


@contextmanager
def web(pair: tuple[Path, Path], inside: str) -> Iterator[int]:
    """Start nginx with TLS, and yield its port. `inside` is what it does."""
    nginx, port = program("nginx", "nginx-light"), free_port()
    with directory() as here:
        text = _NGINX.format(here=here, port=port, certificate=pair[0], key=pair[1], inside=inside)
        (here / "nginx.conf").write_text(text)
        server = subprocess.Popen([nginx, "-p", here, "-c", here / "nginx.conf"], stderr=subprocess.PIPE)
        try:
            with socket() as line:
                while line.connect_ex(("127.0.0.1", port)):
                    assert server.poll() is None, server.stderr.read()
            yield port
        finally:
            server.terminate()
            server.communicate()


def handed_on(port: int, *, upgrade: bool = True) -> str:
    """Return how the web server hands on what is for the signaling server: as rendered, or with the classic fault."""
    text = variant("minimal").text("/etc/nginx/snippets/nextcloud-talk-signaling.conf").replace("8080", str(port))
    return text if upgrade else re.sub(r"proxy_set_header (?:Upgrade|Connection) .*;", "", text)


@contextmanager
def debians_backend() -> Iterator[dict[str, int]]:
    """Start Debian's signaling server with NATS and Janus, which the release is too old for; yield their ports."""
    texts = variant("older-signaling").texts("cloud.example.org")
    ports = {port: free_port() for port in ("8080", "4222", "8188")}
    with (
        nats_server(moved(texts["/etc/nats-server.conf"], ports)),
        janus_server(texts, ports),
        signaling_server(moved(texts["/etc/signaling/server.conf"], ports)),
    ):
        yield ports


def signaling(port: int, **more: object) -> dict[str, object]:
    """Return what the file of checks tells of a signaling server."""
    return {
        "url": f"https://localhost:{port}/standalone-signaling/",
        "secret": SECRETS["backend_secret"],
        # All that Debian's has of what Talk asks for.
        "features": {"required": ["audio-video-permissions"], "optional": ["changed-users"]},
        **more,
    }


@contextmanager
def clock(trusted: Authority, port: int, seconds: int) -> Iterator[int]:
    """Let the welcome of a signaling server have the time of another clock, which is ahead by some seconds."""
    with serving(partial(_welcome, seconds)) as stub:
        page = f"location = /standalone-signaling/api/v1/welcome {{ {behind(stub)} proxy_pass_header Date; }}"
        with web(trusted.issue(), f"{page}\n{handed_on(port)}") as found:
            yield found


def behind(port: int) -> str:
    """Return how nginx hands on everything."""
    return f"proxy_pass http://127.0.0.1:{port};"


def _welcome(seconds: int, handler: Handler) -> None:
    handler.date_time_string = lambda *_: formatdate(time.time() + seconds, usegmt=True)
    headers = {"Content-Type": "application/json", "X-Spreed-Signaling-Features": "audio-video-permissions"}
    handler.reply(200, headers, b'{"nextcloud-spreed-signaling": "Welcome", "version": "2.1.1"}')


def found(asked: dict[str, object], occ: tuple[str, ...] = ()) -> tuple[list[str], list[str]]:
    """Return the problems and the remarks of the module that asks. `asked` is its file."""
    with directory() as here:
        (here / "checks.json").write_text(json.dumps({"nextcloud": CLOUD, "turn": None, **asked}))
        said = run_once("talk_checks", {"file": str(here / "checks.json"), "occ": list(occ)})
    assert "{" in said, said
    told = json.loads(said)
    assert told.get("failed", False) is bool(told["problems"]), told
    for words in (*told["problems"], *told["remarks"]):
        known = explain(HostResult("host", "See", State.FAILED, module="jitsi_migrate_talk_checks", message=words))
        assert known.message == words
        assert known.code != "step-failed", words
    return told["problems"], told["remarks"]
