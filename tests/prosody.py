"""Prosody itself, of both releases: started with rendered files, and asked over BOSH.

What is rewritten, so that it runs beside other tests and as anybody: the directories of Debian's package become those
of a temporary one, the two ports free ones, "every address" the loopback addresses; it may run as root. Nothing else.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.readers import directory, program, run

RELEASES = ("0.12", "13.0")
FETCHED = Path("/var/cache/jitsi-migrate")
"""Where .ci/prosody puts a release that the distribution does not install."""

XMPP, HTTP = 5222, 5280

SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
XMPP_VERSION = 'xmlns:xmpp="urn:xmpp:xbosh" xmpp:version="1.0" '

READ = """
local host = "*"
local function keep(name, value)
    if type(value) == "table" and #value > 0 and type(value[1]) ~= "table" then
        for _, member in ipairs(value) do print(host, name, tostring(member)) end
    elseif type(value) == "table" then
        print(host, name, "")
    else
        print(host, name, tostring(value))
    end
end
local function begin(kind)
    return function(name)
        host = name
        print(host, kind, "")
        return function(module) print(host, "module", module) end
    end
end
local environment = setmetatable({
    VirtualHost = begin("VirtualHost"), Component = begin("Component"),
    Include = function(name) print("*", "Include", name) end,
}, { __newindex = function(_, name, value) keep(name, value) end })
for _, path in ipairs(arg) do
    host = "*"
    assert(loadfile(path, "t", environment))()
end
"""


@dataclass(frozen=True)
class Option:
    """One value of an option, as Lua reads it. `host` is * before the first host of each file."""

    host: str
    name: str
    value: str


def options(texts: Sequence[str]) -> list[Option]:
    """Read files as Prosody would that includes them."""
    lua = program("lua5.4", "lua5.4")
    with directory() as here:
        (here / "read.lua").write_text(READ)
        paths = [here / f"{number}.lua" for number in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text, "utf-8")
        lines = run(lua, here / "read.lua", *paths).splitlines()
    return [Option(*line.split("\t")) for line in lines]


def tree(release: str) -> Path:
    """Find the root of one release's files: the installed one, or the one that was fetched."""
    for root in (Path("/"), FETCHED / f"prosody-{release}"):
        version = root / "usr/lib/prosody/prosody.version"
        if version.exists() and version.read_text().startswith(f"{release}."):
            return root
    give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
    give_up(f"Prosody {release} is not there: apt install prosody lua-unbound, or run .ci/prosody")
    raise AssertionError


@dataclass(frozen=True)
class Server:
    """A Prosody that runs."""

    process: subprocess.Popen[str]
    ports: Mapping[int, int]
    log: Path
    told: Sequence[str]

    @property
    def loaded(self) -> set[tuple[str, str]]:
        """Return which of Jitsi's modules it has loaded, and for which hosts."""
        lines = (line.split("\t") for line in self.told if line.startswith("loaded\t"))
        return {(host, module) for _, host, module in lines}

    @property
    def complaints(self) -> list[str]:
        """Return what it says beside that, to its log and to whoever started it."""
        logged = self.log.read_text().splitlines() if self.log.exists() else []
        return [line for line in self.told if not line.startswith("loaded\t")] + logged

    def post(self, body: str, path: str = "/http-bind", **headers: str) -> tuple[int, dict[str, str], str]:
        """Ask it by HTTP, as nginx would."""
        return self._ask("POST", path, body, headers)

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
        """Ask it by HTTP for a page."""
        return self._ask("GET", path, None, headers)

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, dict, str]:
        connection = HTTPConnection("127.0.0.1", self.ports[HTTP], timeout=10)
        connection.request(method, path, body, {"Host": "meet.example.org", **headers})
        response = connection.getresponse()
        told = response.status, dict(response.getheaders()), response.read().decode()
        connection.close()
        return told

    def session(self, host: str) -> Bosh:
        """Begin a BOSH session with one of its hosts."""
        return Bosh(self, host)

    def listening(self) -> set[tuple[str, int]]:
        """Return the addresses and ports of Debian's package that it listens on."""
        rendered = {port: known for known, port in self.ports.items()}
        return {(address, rendered.get(port, port)) for address, port in _sockets(self.process.pid)}


class Bosh:
    """A person's connection, as a browser makes it."""

    def __init__(self, server: Server, host: str) -> None:
        self._server, self._host, self._request, self._sid = server, host, 1000, ""
        self.greeting = self.send("", XMPP_VERSION + 'hold="1" wait="1" ver="1.6"')
        self._sid = "".join(re.findall(r"\bsid='([^']*)'", self.greeting))

    def send(self, stanza: str, attributes: str = "") -> str:
        """Send something, and return what comes back."""
        self._request += 1
        status, _, told = self._server.post(
            f'<body xmlns="http://jabber.org/protocol/httpbind" rid="{self._request}" sid="{self._sid}" '
            f'to="{self._host}" {attributes}>{stanza}</body>'.replace(' sid=""', "")
        )
        assert status == 200
        return told

    def enter(self) -> None:
        """Log in as nobody in particular."""
        told = self.send(f'<auth xmlns="{SASL}" mechanism="ANONYMOUS"/>')
        assert "<success" in told, told
        self.send("", XMPP_VERSION + 'xmpp:restart="true"')
        told = self.send(
            '<iq xmlns="jabber:client" id="b" type="set"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>'
        )
        assert "<jid>" in told, told


def _sockets(pid: int) -> Iterator[tuple[str, int]]:
    links = [str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir()]
    mine = {found[1] for found in (re.fullmatch(r"socket:\[(\d+)\]", link) for link in links) if found}
    loopbacks = {"0100007F": "127.0.0.1", "0" * 24 + "01000000": "::1"}
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            address, _, port = fields[1].partition(":")
            if fields[3] == "0A" and fields[9] in mine:
                yield loopbacks.get(address, address), int(port, 16)


@contextmanager
def started(texts: Mapping[str, str], release: str, modules: Sequence[str]) -> Iterator[Server]:
    """Start Prosody with the files of a web server; `modules` of Jitsi are there, and only load."""
    root = tree(release)
    with directory() as here:
        ports = {XMPP: free_port(), HTTP: free_port()}
        _lay_out(here, texts, ports, modules)
        text = (root / "usr/bin/prosody").read_text().replace("/usr/lib/prosody", str(root / "usr/lib/prosody"))
        (here / "prosody").write_text(text)
        process = subprocess.Popen(
            [program("lua5.4", "lua5.4"), here / "prosody", "-F", "--config", here / "etc/prosody.cfg.lua"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=here,
            text=True,
        )
        try:
            yield Server(process, ports, here / "log/prosody.log", _told(process))
        finally:
            process.terminate()
            process.communicate(timeout=10)


def _lay_out(here: Path, texts: Mapping[str, str], ports: Mapping[int, int], modules: Sequence[str]) -> None:
    for name in ("etc/certs", "etc/conf.d", "log", "run", "data", "plugins"):
        (here / name).mkdir(parents=True)
    (here / "etc/prosody.cfg.lua").write_text(f'run_as_root = true\ndata_path = "{here}/data"\n')
    for path, text in texts.items():
        name = Path(path).name
        place = here / "etc" / (name if name == "prosody.cfg.lua" else f"conf.d/{name}")
        with place.open("a", encoding="utf-8") as file:
            file.write(_rewritten(text, here, ports))
    for host in set(re.findall(r'certs/([\w.-]+)\.key"', "".join(texts.values()))):
        for kind, made in _certificate().items():
            (here / f"etc/certs/{host}.{kind}").write_bytes(made)
    for module in modules:
        (here / f"plugins/mod_{module}.lua").write_text(STUB + AUTHENTICATION * module.startswith("auth_"))


STUB = """
local function tell(...) io.stdout:write(table.concat({...}, "\\t"), "\\n") io.stdout:flush() end
tell("loaded", module.host, module.name)
if module.name == "client_proxy" then module:hook_global("server-started", function () tell("started") end) end
"""
AUTHENTICATION = """
local sasl, uuid = require "util.sasl", require "util.uuid"
module:provides("auth", { get_sasl_handler = function()
    return sasl.new(module.host, { anonymous = function() return uuid.generate(), true end })
end })
"""


def _rewritten(text: str, here: Path, ports: Mapping[int, int]) -> str:
    for old, new in {
        "/usr/share/jitsi-meet/prosody-plugins/": f"{here}/plugins/",
        "/etc/prosody/": f"{here}/etc/",
        "/var/log/prosody/": f"{here}/log/",
        "/run/prosody/": f"{here}/run/",
        "c2s_ports = { 5222 }": f"c2s_ports = {{ {ports[XMPP]} }}",
        "http_ports = { 5280 }": f"http_ports = {{ {ports[HTTP]} }}",
        '"*"': '"127.0.0.1"',
        '"::"': '"::1"',
    }.items():
        text = text.replace(old, new)
    return text


@cache
def _certificate() -> Mapping[str, bytes]:
    """Make one key and certificate for all servers of a run. Prosody does not look at the name in it."""
    with directory() as here:
        run(
            *(program("openssl", "openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-subj", "/CN=meet.example.org", "-keyout", here / "key", "-out", here / "crt"),
        )
        return {kind: (here / kind).read_bytes() for kind in ("key", "crt")}


def _told(process: subprocess.Popen[str]) -> list[str]:
    """Return what it says until it serves."""
    told = []
    assert process.stdout
    for line in process.stdout:
        if line == "started\n":
            return told
        told.append(line.rstrip("\n"))
    raise AssertionError("\n".join(told))
