"""A real nginx with the files of a bundle, on loopback, and stand-ins for what is behind it.

What is rewritten: absolute paths get a directory of the test before them, ports become free ones of loopback, and an
nginx older than 1.25.1 is told of HTTP/2 in its older words. Everything else is read by nginx as rendered.
"""

from __future__ import annotations

import re
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import create_connection, socket

from migrate.core.bundle import Bundle
from migrate.deployment.jitsi_meet.ports import PAGES_BEHIND_443, TURN_BEHIND_443
from migrate.deployment.jitsi_meet.product import JitsiMeet
from tests.deployments import texts
from tests.ports import free_port
from tests.readers import directory, program, run

# Of nginx itself, of Prosody and of Jicofo.
KNOWN = (80, 443, PAGES_BEHIND_443, TURN_BEHIND_443, 5280, 8888)
MAIN = """
daemon off;
master_process off;
pid {root}/pid;
error_log {root}/main.log;
load_module {modules}/ngx_stream_module.so;
include {root}/etc/nginx/modules-enabled/*.conf;
events {{}}
http {{
    client_body_temp_path {root}/temp;
    proxy_temp_path {root}/temp;
    fastcgi_temp_path {root}/temp;
    uwsgi_temp_path {root}/temp;
    scgi_temp_path {root}/temp;
    types_hash_max_size 2048;
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;
    access_log {root}/debian.log;
    include {root}/etc/nginx/sites-enabled/*;
}}
"""
PAGES = {
    "usr/share/jitsi-meet/index.html": '<html>room <script><!--#include virtual="/config.js" --></script></html>',
    "usr/share/jitsi-meet/static/404.html": "<html>nothing here</html>",
    "usr/share/jitsi-meet/libs/app.bundle.min.js": "/* app */" * 200,
    "usr/share/jitsi-meet/libs/external_api.min.js": "/* api */",
    "usr/share/jitsi-meet/libs/model.wasm": "wasm",
    "usr/share/jitsi-meet/sounds/knock.wav": "wav",
    "usr/share/jitsi-meet/manifest.json": "{}",
    "usr/share/jitsi-meet/.htaccess": "hidden",
    "var/www/html/.well-known/acme-challenge/proof": "proof",
}


@dataclass
class Root:
    """A directory that stands for / on the server."""

    path: Path
    ports: dict[int, int]

    def place(self, deployed: JitsiMeet, bundle: Bundle) -> None:
        """Write what nginx reads of a bundle, and what Debian's packages put beside it."""
        for path, text in texts(bundle).items():
            if path.startswith(("/etc/nginx/", "/etc/jitsi/meet/")):
                self.write(path[1:], self.rewritten(text) if path.startswith("/etc/nginx/") else text)
        for link in bundle.links:
            if link.path.startswith("/etc/nginx/"):
                (self.path / link.path[1:]).parent.mkdir(parents=True, exist_ok=True)
                (self.path / link.path[1:]).symlink_to(link.target)
        for path, text in PAGES.items():
            self.write(path, text)
        self.write("var/log/nginx/error.log", "")
        self.write("main.conf", MAIN.format(root=self.path, modules=modules()))
        for path in re.findall(r"ssl_certificate(?:_key)? (\S+);", self.configuration(deployed.settings.domain)):
            shutil.copy(certificate()[path.endswith(("key", "key.pem"))], self._made(Path(path)))

    def configuration(self, domain: str) -> str:
        return (self.path / f"etc/nginx/sites-available/{domain}.conf").read_text()

    def write(self, path: str, text: str) -> None:
        self._made(self.path / path).write_text(text)

    def rewritten(self, text: str) -> str:
        text = re.sub(r'(?<=[\s"])/(?=(?:etc|usr|var)/)', f"{self.path}/", text)
        text = re.sub(r"listen (\d+(?=[; ]))", r"listen 127.0.0.1:\1", text).replace('"[::]:', '"[::1]:')
        text = re.sub(r'(?:(?<=:)|(?<=_port ))(\d+)(?=[;"/\s])', self._port, text)
        if "http2 on;" in text and version() < (1, 25, 1):
            return re.sub(r"(?<= ssl)(?=[; ])", " http2", text.replace("http2 on;", ""))
        return text

    def logs(self) -> str:
        """Everything that nginx wrote down."""
        return "".join(path.read_text() for path in sorted(self.path.rglob("*.log")))

    def _port(self, found: re.Match[str]) -> str:
        return str(self.ports.get(int(found[1]), int(found[1])))

    @staticmethod
    def _made(path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


@cache
def version() -> tuple[int, ...]:
    told = subprocess.run([program("nginx", "nginx-light"), "-v"], capture_output=True, check=True, text=True).stderr
    return tuple(map(int, re.findall(r"\d+", told)[:3]))


@cache
def modules() -> Path:
    found = Path("/usr/lib/nginx/modules")
    program("nginx", "nginx-light")
    if not (found / "ngx_stream_module.so").exists():
        program("ngx_stream_module.so", "libnginx-mod-stream")
    return found


@cache
def certificate() -> tuple[Path, Path]:
    """Make one certificate for all tests; it is certified by nobody."""
    here = Path(_CERTIFICATES.enter_context(directory()))
    openssl = program("openssl", "openssl")
    pair = here / "all.crt", here / "all.key"
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    run(openssl, "req", "-x509", *curve, "-subj", "/CN=tests", "-out", pair[0], "-keyout", pair[1])
    return pair


_CERTIFICATES = ExitStack()


@dataclass
class Behind:
    """What stands behind nginx: Prosody and Jicofo as HTTP servers that tell what they were asked."""

    asked: list[tuple[str, str, dict[str, str], str]] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def serving(self, port: int, tls: ssl.SSLContext | None = None) -> Iterator[None]:
        server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _handler(behind: Behind) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            behind.asked.append((self.command, self.path, dict(self.headers), body))
            if body.startswith("done"):
                behind.arrived.set()
            if self.headers.get("Upgrade") == "websocket":
                self.send_response(101)
                self.send_header("Upgrade", "websocket")
                self.send_header("Connection", "upgrade")
                self.end_headers()
                self.wfile.write(self.rfile.read(4).upper())
                self.close_connection = True
                return
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Content-Length", "8")
            self.end_headers()
            self.wfile.write(b"answered")

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_):
            pass

    return Handler


@contextmanager
def placed(deployed: JitsiMeet) -> Iterator[Root]:
    """Put the web server's files of a deployment into a directory."""
    with directory() as here:
        root = Root(here, {port: free_port() for port in (*KNOWN, deployed.settings.turn.tls_port)})
        root.place(deployed, deployed.bundle(deployed.topology.web[0].name))
        yield root


def checked(root: Root) -> str:
    """Return what nginx -t says, after asserting that it is content."""
    done = subprocess.run(_command(root, "-t"), capture_output=True, check=False, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stderr


@contextmanager
def started(root: Root) -> Iterator[None]:
    """Start nginx, and end it."""
    server = subprocess.Popen(_command(root), stderr=subprocess.PIPE)
    try:
        with socket() as line:
            while line.connect_ex(("127.0.0.1", root.ports[80])):
                assert server.poll() is None, server.stderr.read()
        yield
    finally:
        server.terminate()
        server.communicate()


def _command(root: Root, *options: str) -> list[str]:
    return [program("nginx", "nginx-light"), *options, "-p", str(root.path), "-c", f"{root.path}/main.conf"]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: str


def unverified() -> ssl.SSLContext:
    """TLS of a client that takes every certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@contextmanager
def connected(port: int, name: str | None, source: str = "127.0.0.1") -> Iterator[socket]:
    """Connect from an address of loopback; with TLS if there is a name to ask for."""
    with create_connection(("127.0.0.1", port), timeout=10, source_address=(source, 0)) as line:
        if name is None:
            yield line
        else:
            with unverified().wrap_socket(line, server_hostname=name) as wrapped:
                yield wrapped


def ask(root: Root, path: str, method: str = "GET", *, host="meet.example.org", sni=None, body=None, **more) -> Answer:
    """Ask with TLS by one name for another one."""
    return _asked(root.ports[443], path, method, host, sni or host, body, more)


def ask_plainly(root: Root, path: str, host: str = "meet.example.org") -> Answer:
    return _asked(root.ports[80], path, "GET", host, None, None, {})


def _asked(port, path, method, host, name, body, more) -> Answer:
    with connected(port, name, more.pop("source", "127.0.0.1")) as line:
        connection = HTTPConnection(host)
        connection.sock = line
        connection.request(method, path, body, more.pop("headers", {}))
        response: HTTPResponse = connection.getresponse()
        return Answer(response.status, dict(response.getheaders()), response.read().decode())
