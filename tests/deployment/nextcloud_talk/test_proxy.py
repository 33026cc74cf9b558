"""Nextcloud behind a proxy that is set up as the how-to says: both are a real nginx, with a real PHP behind them."""

from __future__ import annotations

import json
import re
from contextlib import ExitStack

import pytest

from docs.generate.pages import ROOT
from tests.cloud_webserver import php, placed
from tests.clouds import DOMAIN, cloud
from tests.ports import free_port
from tests.readers import directory
from tests.webserver import MAIN, Behind, Root, ask, certificate, connected, modules, started

HOST = "cloud.example.org"
PAGE = ROOT / "docs/how-to/talk/behind-a-proxy.md"
SOMEBODY = "203.0.113.9"


@pytest.fixture(scope="module")
def proxied():
    """A proxy, before a web server that is told of it; and what stands for the signaling server."""
    with ExitStack() as stack:
        deployed = cloud(f'{DOMAIN}proxy.trusted = ["127.0.0.1/32"]\n')
        root = stack.enter_context(placed(deployed, HOST))
        behind = Behind()
        stack.enter_context(behind.serving(root.ports[8080]))
        stack.enter_context(php(deployed, root))
        stack.enter_context(started(root))
        proxy = Root(stack.enter_context(directory()), dict.fromkeys((80, 443), free_port()))
        proxy.write("etc/nginx/sites-enabled/proxy.conf", shown(proxy, root))
        proxy.write("main.conf", MAIN.format(root=proxy.path, modules=modules()))
        stack.enter_context(started(proxy))
        yield proxy, behind


def shown(proxy: Root, root: Root) -> str:
    """Return what the page shows, with the places and certificates of the tests, which nobody signed."""
    (text,) = re.findall(r"^```nginx\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    pair = "ssl_certificate {};\nssl_certificate_key {};".format(*certificate())
    for old, new in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{proxy.ports[443]} ssl;"),
        ("# ... its certificate", pair),
        ("https://192.0.2.10;", f"https://127.0.0.1:{root.ports[443]};"),
        ("proxy_ssl_verify on;", "proxy_ssl_verify off;"),
    ):
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.mark.slow
def test_nextcloud_knows_whose_request_it_is(proxied):
    proxy, _ = proxied
    told = json.loads(ask(proxy, "/status.php", host=HOST, headers={"X-Forwarded-For": SOMEBODY}).body)
    assert told["REMOTE_ADDR"] == SOMEBODY


@pytest.mark.slow
def test_a_websocket_reaches_the_signaling_server_through_both(proxied):
    proxy, behind = proxied
    with connected(proxy.ports[443], HOST) as line:
        line.sendall(
            f"GET /standalone-signaling/spreed HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nX-Forwarded-For: {SOMEBODY}\r\n\r\n".encode()
        )
        assert line.recv(4096).startswith(b"HTTP/1.1 101 ")
        line.sendall(b"word")
        assert line.recv(4) == b"WORD"
    _, path, headers, _ = behind.asked[-1]
    assert (path, headers["Host"], headers["X-Forwarded-For"]) == ("/spreed", HOST, SOMEBODY)
