"""The policy about whom a page may contact: its text, and what a browser makes of it."""

from __future__ import annotations

import json
import os
import re
import signal
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from migrate.deployment.jitsi_meet.content_security import ContentSecurity
from tests.deployments import VARIANTS, product, variant
from tests.ports import free_port
from tests.readers import program
from tests.webserver import Behind, certificate, placed, started

# Tries to reach another server by all that pages can load, and the own one by what Jitsi needs; then tells.
PAGE = """<!DOCTYPE html><html><body><script>
const broken = [], worked = [], tries = [];
document.addEventListener("securitypolicyviolation", (event) =>
    broken.push([event.effectiveDirective, event.blockedURI.split("/")[2] || event.blockedURI, event.disposition]));
const other = "https://other.example.org";
const loaded = (name, made) => tries.push(new Promise((done) => {
    made.onload = made.onloadeddata = () => { worked.push(name); done(); };
    made.onerror = done;
    document.body.append(made);
}));
const attempt = (name, promise) => tries.push(promise.then(() => worked.push(name), () => {}));
const element = (kind, attributes) => Object.assign(document.createElement(kind), attributes);
attempt("fetch other", fetch(other + "/fetch"));
loaded("img other", element("img", { src: other + "/img" }));
loaded("script other", element("script", { src: other + "/script" }));
loaded("audio other", element("audio", { src: other + "/audio", preload: "auto" }));
loaded("style other", element("link", { rel: "stylesheet", href: other + "/style" }));
attempt("font other", new FontFace("other", "url(" + other + "/font)").load());
// A frame is loaded when it shows that nothing may be loaded, too.
tries.push(new Promise((done) =>
    document.body.append(element("iframe", { src: other + "/iframe", onload: done }))));
navigator.sendBeacon(other + "/beacon");
const socket = (name, url) => tries.push(new Promise((done) => {
    try { new WebSocket(url).onerror = done; } catch { done(); }
}));
socket("websocket other", "wss://other.example.org/websocket");
socket("websocket own", "wss://meet.example.org/xmpp-websocket?own");
attempt("fetch own", fetch("/http-bind?own", { method: "POST", body: "<body/>" }));
attempt("fetch data", fetch("data:text/plain,a"));
attempt("fetch blob", fetch(URL.createObjectURL(new Blob(["a"]))));
loaded("img data", element("img", {
    src: "data:image/svg+xml," + encodeURIComponent("<svg xmlns='http://www.w3.org/2000/svg'/>") }));
attempt("worker blob", new Promise((done) => {
    new Worker(URL.createObjectURL(new Blob(["postMessage(1)"]))).onmessage = done; }));
attempt("wasm", WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])));
attempt("eval", new Promise((done) => done(eval("1"))));
Promise.all(tries).then(() =>
    fetch("/http-bind?done", { method: "POST", body: "done" + JSON.stringify({ broken, worked }) }));
</script></body></html>"""
OWN = {"fetch own", "fetch data", "fetch blob", "img data", "worker blob", "wasm", "eval"}


def policy(settings: str) -> dict[str, list[str]]:
    found = ContentSecurity(product(f'domain = "meet.example.org"\n{settings}').settings)
    parts = (part.split() for part in f"{found.enforced}; {found.reported}".split("; ") if part)
    return {name: sources for name, *sources in parts}


def test_by_default_nobody_is_contacted_but_the_server():
    hosts = {re.sub(r"^\w+://", "", source) for sources in policy("").values() for source in sources if "://" in source}
    assert hosts == {"meet.example.org"}


@pytest.mark.parametrize("kind", ["connect-src", "img-src", "media-src", "font-src", "frame-src"])
def test_servers_of_yours_may_be_contacted(kind):
    assert "https://cdn.example.org" in policy('web.further_origins = ["https://cdn.example.org"]')[kind]


def test_scripts_come_from_nobody_else():
    assert "https://cdn.example.org" not in policy('web.further_origins = ["https://cdn.example.org"]')["script-src"]


def test_shared_files_go_to_their_service():
    found = policy('meetings.file_sharing_url = "https://Files.example.org:8443/upload?a=b"')
    assert "https://files.example.org:8443" in found["connect-src"]
    assert not [name for name, sources in found.items() if name != "connect-src" and "files" in " ".join(sources)]


@pytest.mark.parametrize("mode", ["enforce", "report-only", "off"])
def test_who_may_embed_meetings_holds_in_every_mode(mode):
    settings = f'[web]\ncontent_security_policy = "{mode}"\nembedded_by = ["https://intranet.example.org"]'
    found = ContentSecurity(product(f'domain = "meet.example.org"\n{settings}').settings)
    assert found.enforced.endswith("frame-ancestors 'self' https://intranet.example.org")
    assert ("img-src" in found.enforced, "img-src" in found.reported) == (mode == "enforce", mode == "report-only")


@pytest.mark.parametrize("name", VARIANTS)
def test_nothing_is_allowed_by_a_wildcard_or_a_scheme(name):
    found = ContentSecurity(variant(name).settings)
    sources = set(re.split(r"[ ;]+", f"{found.enforced} {found.reported}"))
    assert not sources & {"*", "http:", "https:", "ws:", "wss:"} and "*" not in "".join(sources)


def browse(settings: str, link: str = "") -> tuple[dict[str, list], list[str]]:
    """Open a page of the web server in Chromium; return what it tells, and what reached another server."""
    own, other = Behind(), Behind()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*certificate())
    with placed(product(f'domain = "meet.example.org"\n{settings}')) as root, ExitStack() as stack:
        elsewhere = free_port()
        root.write("usr/share/jitsi-meet/index.html", PAGE)
        stack.enter_context(own.serving(root.ports[5280]))
        stack.enter_context(other.serving(elsewhere, tls))
        stack.enter_context(started(root))
        rules = f"MAP meet.example.org 127.0.0.1:{root.ports[443]}, MAP other.example.org 127.0.0.1:{elsewhere}"
        stack.enter_context(_browsing(rules))
        assert own.arrived.wait(30)
    (told,) = [body.removeprefix("done") for *_, body in own.asked if body.startswith("done")]
    assert any("xmpp-websocket" in path for _, path, _, _ in own.asked)
    return json.loads(told), [path for _, path, _, _ in other.asked]


@contextmanager
def _browsing(rules: str) -> Iterator[None]:
    # Its helpers outlive it for a moment, and may still write.
    with tempfile.TemporaryDirectory(prefix="browser", ignore_cleanup_errors=True) as profile:
        browser = subprocess.Popen(_chromium(profile, rules), stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            yield
        finally:
            os.killpg(browser.pid, signal.SIGKILL)
            browser.wait()


def _chromium(profile: str, rules: str) -> list[str]:
    quiet = (
        "no-first-run",
        "no-proxy-server",
        "disable-background-networking",
        "disable-component-update",
        "disable-sync",
        "disable-quic",
    )
    return [
        program("chromium", "chromium"),
        *(f"--{option}" for option in ("headless", "no-sandbox", "disable-gpu", *quiet, "ignore-certificate-errors")),
        f"--user-data-dir={profile}",
        f"--host-resolver-rules={rules}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        "https://meet.example.org/room#config.gravatar.disabled=false",
    ]


@pytest.mark.slow
def test_a_browser_lets_a_page_contact_nobody_else():
    told, reached = browse("")
    assert reached == []
    assert set(told["worked"]) == OWN
    assert {(directive, host) for directive, host, _ in told["broken"]} == {
        (directive, "other.example.org")
        for directive in (
            "connect-src",
            "img-src",
            "media-src",
            "font-src",
            "frame-src",
            "script-src-elem",
            "style-src-elem",
        )
    }
    assert {disposition for *_, disposition in told["broken"]} == {"enforce"}


@pytest.mark.slow
def test_a_browser_tells_what_would_be_stopped():
    told, reached = browse('web.content_security_policy = "report-only"')
    assert {"/fetch", "/img", "/script", "/audio", "/style", "/font", "/iframe", "/websocket"} <= set(reached)
    assert {disposition for *_, disposition in told["broken"]} == {"report"}
    assert {directive for directive, *_ in told["broken"]} >= {"connect-src", "img-src", "frame-src", "script-src-elem"}
