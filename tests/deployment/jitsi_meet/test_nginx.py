"""The web server's files, read by nginx itself: its own check for every deployment, and real requests for some."""

from __future__ import annotations

import re
import subprocess
from contextlib import ExitStack
from http.client import RemoteDisconnected
from socket import create_server
from ssl import MemoryBIO, SSLError, SSLWantReadError

import pytest

from tests.deployments import VARIANTS, product, texts, variant
from tests.readers import program
from tests.webserver import Behind, ask, ask_plainly, checked, connected, placed, started, unverified

TOKEN = "jwt=eyJhbGciOi.token.of.the.tests"


@pytest.fixture(scope="module", params=["jwt", "turn-443", "everything"])
def running(request):
    """A web server, with stand-ins behind it, and its own name in its configuration."""
    with ExitStack() as stack:
        root = stack.enter_context(placed(variant(request.param)))
        behind = Behind()
        for port in (5280, 8888):
            stack.enter_context(behind.serving(root.ports[port]))
        root.write("etc/jitsi/meet/meet.example.org-config.js", 'x = "<!--# echo var="subdir" default="" -->";')
        root.write("etc/jitsi/meet/branding/logo.svg", "<svg/>")
        stack.enter_context(started(root))
        yield request.param, root, behind


@pytest.mark.slow
@pytest.mark.parametrize("name", VARIANTS)
def test_nginx_accepts_what_is_rendered(name):
    with placed(variant(name)) as root:
        assert "warn" not in checked(root)


def test_nginx_accepts_the_longest_names():
    label = "a" * 55
    domain = ".".join([label] * 4)
    with placed(product(f'domain = "{domain}"\n[turn]\ndomain = "turn.{domain[5:]}"\non_443 = true')) as root:
        checked(root)


@pytest.mark.parametrize("name", VARIANTS)
def test_no_location_has_headers_of_its_own_for_it_would_drop_the_others(name):
    deployed = variant(name)
    (site,) = [
        text for path, text in texts(deployed.bundle(deployed.hosts()[0])).items() if "sites-available/m" in path
    ]
    assert all(line.startswith("    add_header") for line in site.splitlines() if "add_header" in line.split("#")[0])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("minimal", {"443 ssl http2", '"[::]:443" ssl http2', "80", '"[::]:80"'}),
        ("behind-nat", {"443 ssl http2", "80"}),
        ("ipv6-only", {'"[::]:443" ssl http2', '"[::]:80"'}),
        ("debian-13", {"443 ssl", '"[::]:443" ssl', "80", '"[::]:80"'}),
        ("turn-443", {"127.0.0.1:4444 ssl http2 proxy_protocol", "80", '"[::]:80"'}),
        ("three-bridges", {"443 ssl http2", '"[::]:443" ssl http2', "80", '"[::]:80"'}),
    ],
)
def test_it_listens_where_the_network_is(name, expected):
    deployed = variant(name)
    files = texts(deployed.bundle(deployed.hosts()[0]))
    site = files[f"/etc/nginx/sites-available/{deployed.settings.domain}.conf"]
    assert set(re.findall(r"listen (.*);", site)) == expected
    others = files["/etc/nginx/sites-available/jitsi-meet-others.conf"]
    assert set(re.findall(r"listen (.*) default_server;", others)) == expected
    assert ("http2 on;" in site) == ("http2 on;" in others) == (name == "debian-13")


@pytest.mark.slow
def test_pages_come_with_config_js_inside_and_rooms_are_pages(running):
    _, root, _ = running
    for path in ("/", "/Some%20Room", "/R%C3%A4ume?jwt=x"):
        answer = ask(root, path)
        assert (answer.status, answer.body) == (200, '<html>room <script>x = "";</script></html>')
        assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.slow
def test_a_tenant_stands_before_everything(running):
    name, root, behind = running
    assert 'x = "staff/";' in ask(root, "/staff/room").body
    assert ask(root, "/staff/config.js").body == 'x = "staff/";'
    assert ask(root, "/staff/libs/app.bundle.min.js").status == 200
    assert ask(root, "/staff/http-bind?room=a", "POST", body="<body/>").status == 200
    assert behind.asked[-1][:2] == ("POST", "/http-bind?prefix=staff&room=a")
    if name == "jwt":
        assert ask(root, "/staff/conference-request/v1", "POST", body="{}").status == 200
        assert behind.asked[-1][:2] == ("POST", "/conference-request/v1")


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/%22%3C/room", "/a/b/c", "/a%0Ab/room", "/.htaccess", "/x/.htaccess", "/part.html"])
def test_what_is_neither_room_nor_file_is_not_there(running, path):
    _, root, _ = running
    answer = ask(root, path)
    assert (answer.status, answer.body) == (404, "<html>nothing here</html>")


@pytest.mark.slow
def test_files_are_kept_by_browsers_if_they_have_a_version(running):
    _, root, _ = running
    assert ask(root, "/libs/app.bundle.min.js?v=139").headers["Cache-Control"] == "max-age=31536000"
    assert "Cache-Control" not in ask(root, "/libs/app.bundle.min.js").headers
    squeezed = ask(root, "/libs/external_api.min.js", headers={"Accept-Encoding": "identity"})
    assert ask(root, "/external_api.js").body == squeezed.body == "/* api */"


@pytest.mark.slow
def test_files_have_their_types(running):
    _, root, _ = running
    paths = {
        "/libs/model.wasm": "application/wasm",
        "/sounds/knock.wav": "audio/wav",
        "/config.js": "application/javascript",
        "/manifest.json": "application/json",
        "/branding/logo.svg": "image/svg+xml",
    }
    assert {path: ask(root, path).headers["Content-Type"] for path in paths} == paths


@pytest.mark.slow
def test_every_answer_has_the_headers_also_errors(running):
    name, root, _ = running
    for path in ("/", "/room", "/libs/app.bundle.min.js?v=1", "/config.js", "/.git", "/http-bind", "/branding/none"):
        headers = ask(root, path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "camera=(self)" in headers["Permissions-Policy"]
        assert headers["Server"] == "nginx"
        assert headers.get("X-Frame-Options") == (None if name == "everything" else "SAMEORIGIN")
        assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
        assert ("img-src" in headers["Content-Security-Policy"]) == (name != "everything")
        assert ("Content-Security-Policy-Report-Only" in headers) == (name == "everything")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "body", "behind_it"),
    [
        ("/http-bind?room=a", "<body/>", "/http-bind?prefix=&room=a"),
        ("/conference-request/v1?room=a", "{}", "/conference-request/v1?room=a"),
    ],
)
def test_signalling_goes_on_with_the_address_of_the_person(running, path, body, behind_it):
    name, root, behind = running
    before = len(behind.asked)
    answer = ask(root, path, "POST", body=body, source="127.0.0.7")
    if name != "jwt" and "conference" in path:
        # Where hosts have accounts, Jicofo is asked by XMPP alone.
        assert (answer.status, len(behind.asked)) == (405, before)
        return
    method, asked, headers, sent = behind.asked[-1]
    assert (answer.status, method, asked, sent) == (200, "POST", behind_it, body)
    assert (headers["X-Forwarded-For"], headers["Host"]) == ("127.0.0.7", "meet.example.org")


@pytest.mark.slow
def test_a_websocket_passes(running):
    _, root, behind = running
    with connected(root.ports[443], "meet.example.org") as line:
        line.sendall(
            b"GET /xmpp-websocket?room=a HTTP/1.1\r\nHost: meet.example.org\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Protocol: xmpp\r\n\r\nping"
        )
        told = b""
        while more := line.recv(4096):
            told += more
    assert told.startswith(b"HTTP/1.1 101") and told.endswith(b"PING")
    assert behind.asked[-1][1] == "/xmpp-websocket?prefix=&room=a"
    assert behind.asked[-1][2]["Sec-WebSocket-Protocol"] == "xmpp"


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", ["/metrics", "/about/health", "/colibri/stats", "/room-info", "/_api/room-info", "/admin"]
)
def test_nothing_else_reaches_what_is_behind(running, path):
    _, root, behind = running
    before = len(behind.asked)
    assert "answered" not in ask(root, path).body
    assert len(behind.asked) == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "method"), [("/http-bind", "GET"), ("/xmpp-websocket", "POST"), ("/conference-request/v1", "GET")]
)
def test_signalling_takes_its_own_method_only(running, path, method):
    name, root, behind = running
    before = len(behind.asked)
    assert ask(root, path, method).status == (403 if name == "jwt" or "conference" not in path else 200)
    assert len(behind.asked) == before


@pytest.mark.slow
def test_much_data_is_refused(running):
    _, root, _ = running
    assert ask(root, "/http-bind", "POST", body="x" * 600_000).status == 413


@pytest.mark.slow
def test_without_tls_there_is_only_the_way_to_it_and_the_proof_for_certbot(running):
    name, root, _ = running
    answer = ask_plainly(root, "/room?a=b")
    assert (answer.status, answer.headers["Location"]) == (301, "https://meet.example.org/room?a=b")
    assert ask_plainly(root, "/.well-known/acme-challenge/proof").body == "proof"
    if name != "jwt":
        assert ask_plainly(root, "/.well-known/acme-challenge/proof", "turn.meet.example.org").body == "proof"


@pytest.mark.slow
def test_other_names_get_no_answer(running):
    _, root, _ = running
    with pytest.raises(SSLError):
        ask(root, "/", host="other.example.org")
    with pytest.raises(RemoteDisconnected):
        ask(root, "/", host="other.example.org", sni="meet.example.org")
    with pytest.raises(RemoteDisconnected):
        ask_plainly(root, "/", "other.example.org")


@pytest.mark.slow
@pytest.mark.parametrize(("version", "told"), [("1_1", "alert"), ("1_2", "TLSv1.2"), ("1_3", "TLSv1.3")])
def test_old_tls_is_refused(running, version, told):
    _, root, _ = running
    # At this level the client itself would speak the old version.
    words = ["-connect", f"127.0.0.1:{root.ports[443]}", f"-tls{version}", "-cipher", "ALL:@SECLEVEL=0"]
    done = subprocess.run(
        [program("openssl", "openssl"), "s_client", "-servername", "meet.example.org", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
        timeout=20,
    )
    assert (done.returncode == 0) == (version != "1_1")
    assert told in done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("name", ["minimal", "everything"])
def test_logs_hold_no_token_and_by_default_nothing(name):
    with placed(variant(name)) as root, started(root):
        # Nobody is behind, so nginx has something to complain about.
        for path, method in (
            (f"/http-bind?{TOKEN}", "POST"),
            (f"/secret-room?{TOKEN}", "GET"),
            (f"/no/no/no?{TOKEN}", "GET"),
        ):
            ask(root, path, method, headers={"Referer": f"https://meet.example.org/from?{TOKEN}"})
        ask_plainly(root, f"/secret-room?{TOKEN}")
        logged = root.logs()
    assert "token" not in logged
    assert [line.split('"')[1] for line in logged.splitlines()] == (
        ["POST /http-bind HTTP/1.1", "GET /secret-room HTTP/1.1", "GET /no/no/no HTTP/1.1"]
        if name == "everything"
        else []
    )


@pytest.mark.slow
def test_the_name_of_turn_leads_to_turn_and_its_connection_is_untouched():
    deployed, hello = variant("turn-443"), _hello("turn.meet.example.org")
    with placed(deployed) as root, ExitStack() as stack:
        coturn = stack.enter_context(create_server(("127.0.0.1", root.ports[deployed.settings.turn.tls_port])))
        coturn.settimeout(10)
        stack.enter_context(started(root))
        client = stack.enter_context(connected(root.ports[443], None))
        client.sendall(hello)
        turn = stack.enter_context(coturn.accept()[0])
        turn.settimeout(10)
        assert turn.recv(4096) == hello
        turn.sendall(b"from turn")
        assert client.recv(4096) == b"from turn"


def _hello(name: str) -> bytes:
    """Return the first bytes of TLS that ask for a name."""
    out = MemoryBIO()
    wrapped = unverified().wrap_bio(MemoryBIO(), out, server_hostname=name)
    with pytest.raises(SSLWantReadError):
        wrapped.do_handshake()
    return out.read()


@pytest.mark.slow
def test_an_office_enters_at_once():
    settings = 'domain = "meet.example.org"\nauthentication.mode = "open"\nlimits.logins_per_second = 1'
    with placed(product(settings)) as root, ExitStack() as stack:
        assert "rate=1r/s" in root.configuration("meet.example.org")
        stack.enter_context(Behind().serving(root.ports[8888]))
        stack.enter_context(started(root))
        assert {ask(root, "/conference-request/v1", "POST", body="{}").status for _ in range(20)} == {200}


@pytest.mark.slow
def test_config_js_as_rendered_is_told_its_tenant():
    with placed(variant("minimal")) as root, started(root):
        plain, tenant = ask(root, "/config.js").body, ask(root, "/staff/config.js").body
    assert "<!--#" not in plain + tenant and len(plain) > 1000
    assert plain.replace("''", "'staff.'", 1).replace("''", "'staff/'", 1) == tenant
