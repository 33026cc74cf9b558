"""The web server's files, read by nginx itself, with PHP and the signaling server behind it."""

from __future__ import annotations

import json
import re
from contextlib import ExitStack

import pytest

from tests.cloud_readers import nats_server, signaling_server
from tests.cloud_webserver import php, placed
from tests.clouds import VARIANTS, cloud, variant
from tests.ports import free_port
from tests.webserver import Behind, ask, ask_plainly, checked, connected, started

HOST = "cloud.example.org"
HOSTS = [
    (name, host.name) for name in VARIANTS for host in variant(name).topology.hosts if not host.name.startswith("t")
]


@pytest.fixture(scope="module")
def running():
    """A web server with PHP behind it, and a stand-in for the signaling server."""
    with ExitStack() as stack:
        deployed = variant("minimal")
        root = stack.enter_context(placed(deployed, HOST))
        behind = Behind()
        stack.enter_context(behind.serving(root.ports[8080]))
        stack.enter_context(php(deployed, root))
        stack.enter_context(started(root))
        yield root, behind


def get(root, path, method="GET", **more):
    return ask(root, path, method, host=HOST, **more)


def page(root, path, **more):
    answer = get(root, path, **more)
    assert answer.status == 200, answer
    return json.loads(answer.body)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "host"), HOSTS)
def test_nginx_accepts_what_is_rendered(name, host):
    with placed(variant(name), host) as root:
        told = checked(root)
    assert "warn" not in told, told


def test_nginx_accepts_the_longest_names():
    domain = ".".join(["a" * 60] * 4)
    with placed(cloud(f'domain = "{domain}"'), HOST) as root:
        checked(root)


@pytest.mark.slow
def test_addresses_of_the_program_are_pages_of_it(running):
    root, _ = running
    for path in ("/call/abc123", "/apps/calendar/", "/index.php/apps/files", "/apps/evil.php", "/"):
        found = page(root, path)
        assert (found["SCRIPT_NAME"], found["HTTPS"], found["front_controller_active"]) == ("/index.php", "on", "true")
        assert found["REQUEST_URI"] == path
    assert page(root, "/ocs/v2.php/apps/spreed/api/v4/room")["PATH_INFO"] == "/apps/spreed/api/v4/room"
    assert page(root, "/remote.php/dav/calendars/anna/")["SCRIPT_NAME"] == "/remote.php"
    assert page(root, "/status.php")["SCRIPT_NAME"] == "/status.php"


@pytest.mark.slow
def test_what_comes_in_pieces_of_unknown_number_reaches_the_program_whole(running):
    """So programs send what they make meanwhile. PHP-FPM takes nothing whose length it was not told."""
    root, _ = running
    path = "/remote.php/dav/files/anna/a"
    assert page(root, path, method="PUT", body=iter([b"x" * 1000, b"y" * 337]))["body"] == 1337
    assert page(root, path, method="PUT", body=b"x" * 2_000_000)["body"] == 2_000_000


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/.well-known/caldav", "/remote.php/dav/"),
        ("/.well-known/carddav", "/remote.php/dav/"),
        ("/.well-known/webfinger?resource=x", "/index.php/.well-known/webfinger?resource=x"),
        ("/remote/dav", "/remote.php/remote/dav"),
    ],
)
def test_calendars_are_found_by_their_well_known_address(running, path, where):
    answer = get(running[0], path)
    assert (answer.status, re.sub(r"^https://[^/]+", "", answer.headers["Location"])) == (301, where)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/core/js/main.mjs?v=1", "text/javascript"),
        ("/apps/spreed/js/blur.wasm", "application/wasm"),
        ("/apps/spreed/js/blur.tflite", "application/octet-stream"),
        ("/core/css/a.css", "text/css"),
    ],
)
def test_files_have_the_type_that_browsers_want_and_all_headers(running, path, kind):
    answer = get(running[0], path)
    assert (answer.status, answer.headers["Content-Type"].partition(";")[0]) == (200, kind)
    headers = {"X-Content-Type-Options", "X-Frame-Options", "X-Robots-Tag", "Referrer-Policy", "Cache-Control"}
    assert {*headers, "Strict-Transport-Security"} <= answer.headers.keys()


@pytest.mark.slow
def test_pages_have_all_headers_too_and_do_not_tell_of_php(running):
    headers = get(running[0], "/status.php").headers
    assert {"X-Content-Type-Options", "Strict-Transport-Security", "X-Robots-Tag"} <= headers.keys()
    assert "X-Powered-By" not in headers
    assert headers["Server"] == "nginx"


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", ["/config/config.php", "/data/anna/secret.txt", "/occ", "/.htaccess", "/lib/x", "/3rdparty/x"]
)
def test_what_is_not_for_people_is_not_there(running, path):
    answer = get(running[0], path)
    assert answer.status == 404
    assert "secret" not in answer.body


@pytest.mark.slow
def test_without_tls_there_is_only_the_way_to_it_and_the_proof_of_the_name(running):
    root, _ = running
    answer = ask_plainly(root, "/call/abc", HOST)
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/call/abc")
    assert ask_plainly(root, "/.well-known/acme-challenge/proof", HOST).body == "proof"


# --- Talk -------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_websocket_reaches_the_signaling_server(running):
    root, behind = running
    with connected(root.ports[443], HOST) as line:
        line.sendall(
            f"GET /standalone-signaling/spreed HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nX-Real-IP: 192.0.2.66\r\nX-Forwarded-For: 192.0.2.66\r\n"
            "Sec-WebSocket-Protocol: janus-events\r\n\r\n".encode()
        )
        assert line.recv(4096).startswith(b"HTTP/1.1 101 ")
        line.sendall(b"word")
        assert line.recv(4) == b"WORD"
    _, path, headers, _ = behind.asked[-1]
    assert (path, headers["Host"], headers["X-Real-IP"]) == ("/spreed", HOST, "127.0.0.1")
    assert headers["X-Forwarded-For"] == "127.0.0.1"
    assert "Sec-WebSocket-Protocol" not in headers


@pytest.mark.slow
def test_nextcloud_reaches_the_signaling_server_and_nobody_reaches_its_figures(running):
    root, behind = running
    assert get(root, "/standalone-signaling/api/v1/welcome").body == "answered"
    assert get(root, "/standalone-signaling/api/v1/room/abc", "POST", body="{}").body == "answered"
    assert [path for _, path, *_ in behind.asked[-2:]] == ["/api/v1/welcome", "/api/v1/room/abc"]
    for path in (
        "",
        "/",
        "/api/v1/stats",
        "/metrics",
        "/turn/credentials?service=turn",
        "/debug/pprof/",
        "/x/../metrics",
    ):
        assert get(root, f"/standalone-signaling{path}").status == 404, path
    assert len(behind.asked) == len(
        [one for one in behind.asked if re.match(r"/spreed|/api/v1/(?:welcome|room)", one[1])]
    )


@pytest.mark.slow
def test_a_signaling_server_apart_has_a_page_for_nothing_else():
    with ExitStack() as stack:
        root = stack.enter_context(placed(variant("apart"), "signaling.example.org"))
        behind = Behind()
        stack.enter_context(behind.serving(root.ports[8080]))
        stack.enter_context(started(root))
        name = "signaling.example.org"
        assert ask(root, "/standalone-signaling/api/v1/welcome", host=name).body == "answered"
        assert {ask(root, path, host=name).status for path in ("/", "/index.php", "/standalone-signaling/metrics")} == {
            404
        }


@pytest.mark.slow
def test_debians_signaling_server_opens_a_websocket_behind_nginx():
    deployed = variant("older-signaling")
    with ExitStack() as stack:
        root = stack.enter_context(placed(deployed, HOST))
        nats = free_port()
        stack.enter_context(nats_server(f"host: 127.0.0.1\nport: {nats}\n"))
        # Without Janus, which it would wait for.
        text = re.sub(r"(?m)^(?:type|url) = (?:janus|ws:.*)\n", "", deployed.text("/etc/signaling/server.conf"))
        stack.enter_context(signaling_server(text.replace("8080", str(root.ports[8080])).replace("4222", str(nats))))
        stack.enter_context(started(root))
        with connected(root.ports[443], HOST) as line:
            line.sendall(
                f"GET /standalone-signaling/spreed HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\n"
                "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw==\r\n\r\n".encode()
            )
            assert line.recv(4096).startswith(b"HTTP/1.1 101 ")
        welcome = json.loads(get(root, "/standalone-signaling/api/v1/welcome").body)
        assert welcome["nextcloud-spreed-signaling"] == "Welcome"
