"""The formats' own programs, reading values back. Each call starts its program once, for many values."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from socket import AF_UNIX, socket
from typing import Any

import pytest

LUA = """
local values = assert(loadfile(arg[1], "t", {}))()
for _, value in ipairs(values) do
    local hex = tostring(value):gsub(".", function(c) return ("%02x"):format(c:byte()) end)
    print(math.type(value) or type(value), hex)
end
"""
NODE = """
const input = JSON.parse(require("fs").readFileSync(0, "utf8"));
const found = input.json ? JSON.parse(input.text) : require("vm").runInNewContext(input.text, Object.create(null));
console.log(JSON.stringify(found));
"""
RUBY = """
require "hocon"; require "json"
STDIN.set_encoding("UTF-8")
puts JSON.generate(JSON.parse(STDIN.read).map { |text| Hocon.parse(text) })
"""


def program(name: str, package: str) -> str:
    """Find a program; without it the test is skipped, or in CI failed."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if not found:
        give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        give_up(f"{name} is not there: apt install {package}")
    return str(found)


@contextmanager
def directory() -> Iterator[Path]:
    """Make a directory whose path is short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="read") as made:
        yield Path(made)


def run(*command: object, text: str = "", **more) -> str:
    done = subprocess.run(
        [str(part) for part in command], input=text.encode(), capture_output=True, check=False, timeout=60, **more
    )
    assert done.returncode == 0, (done.stderr + done.stdout).decode("utf-8", "replace")
    return done.stdout.decode()


def by_lua(written: Sequence[str]) -> list[str | int | bool]:
    lua = program("lua5.4", "lua5.4")
    with directory() as here:
        (here / "values.lua").write_text("return {\n" + "".join(f"{text},\n" for text in written) + "}\n", "utf-8")
        (here / "print.lua").write_text(LUA)
        lines = run(lua, here / "print.lua", here / "values.lua").splitlines()
    read = {"string": str, "integer": int, "boolean": "true".__eq__}
    return [read[kind](bytes.fromhex(data).decode()) for kind, _, data in (line.partition("\t") for line in lines)]


def by_node(text: str, *, as_json: bool = False) -> object:
    """Run JavaScript where nothing but the language is, or parse JSON, and return what comes of it."""
    node = program("node", "nodejs")
    return json.loads(run(node, "-e", NODE, text=json.dumps({"text": text, "json": as_json})))


def by_ruby_hocon(text: str) -> object:
    return hocon_documents([text])[0]


def hocon_documents(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Parse whole files as Jitsi's packages do."""
    ruby = program("ruby", "ruby-hocon")
    program("hocon", "ruby-hocon")
    return json.loads(run(ruby, "-e", RUBY, text=json.dumps(list(texts))))


def by_nginx(written: Sequence[str]) -> list[str]:
    """Serve each value as the body of a location and ask for it."""
    places = "".join(f"location = /{n} {{ return 200 {text}; }}\n" for n, text in enumerate(written))
    return served_by_nginx(places, len(written), {})


def served_by_nginx(server: str, count: int, files: Mapping[str, str]) -> list[str]:
    """Serve files with what stands in the block `server`, ask for /0, /1 and so on, and return the bodies."""
    nginx = program("nginx", "nginx-light")
    with directory() as here:
        for name, text in files.items():
            (here / name).write_text(text, "utf-8")
        temporary = "".join(
            f"{kind}_temp_path {here};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (here / "nginx.conf").write_text(
            f"daemon off;\nmaster_process off;\npid {here}/pid;\nerror_log stderr;\nevents {{}}\n"
            f"http {{\naccess_log off;\n{temporary}server {{\n"
            f"listen unix:{here}/socket;\nroot {here};\n{server}}}\n}}\n",
            "utf-8",
        )
        run(nginx, "-t", "-e", "stderr", "-p", here, "-c", here / "nginx.conf")
        (here / "socket").unlink(missing_ok=True)
        running = subprocess.Popen(
            [nginx, "-e", "stderr", "-p", here, "-c", here / "nginx.conf"], stderr=subprocess.PIPE
        )
        try:
            return _bodies(here / "socket", count, running)
        finally:
            running.terminate()
            running.communicate()


def _bodies(path: Path, count: int, server: subprocess.Popen[bytes]) -> list[str]:
    bodies = []
    for number in range(count):
        with socket(AF_UNIX) as line:
            line.settimeout(10)
            while line.connect_ex(str(path)):
                assert server.poll() is None, server.stderr.read()
            connection = HTTPConnection("localhost")
            connection.sock = line
            connection.request("GET", f"/{number}")
            response = connection.getresponse()
            assert response.status == 200
            bodies.append(response.read().decode())
    return bodies


def by_shell(name: str, text: str) -> dict[str, str]:
    """Source a file of NAME=value and list what it exports."""
    shell = program(name, name)
    with directory() as here:
        (here / "values").write_text(text, "utf-8")
        out = run(shell, "-c", 'set -a; . "$0/values"; exec /usr/bin/env -0', here, env={"LC_ALL": "C.UTF-8"})
    return dict(entry.split("=", 1) for entry in out.split("\0") if entry.startswith("K"))


def by_systemd_environment(written: Sequence[str]) -> list[str]:
    """Read values as an EnvironmentFile: os-release is read by the same code, and a tmpfiles line shows its fields."""
    tmpfiles = program("systemd-tmpfiles", "systemd")
    fields = {"ID": "o", "VERSION_ID": "w", "VARIANT_ID": "W", "BUILD_ID": "B"}
    found = []
    for start in range(0, len(written), len(fields)):
        with directory() as here:
            chunk = list(zip(fields.items(), written[start : start + len(fields)], strict=False))
            (here / "etc").mkdir()
            (here / "etc/os-release").write_text("".join(f"{key}={text}\n" for (key, _), text in chunk), "utf-8")
            lines = "".join(f"f /{key} - - - - <%{specifier}>\n" for (key, specifier), _ in chunk)
            (here / "files.conf").write_text(lines)
            run(tmpfiles, "--create", f"--root={here}", here / "files.conf")
            found += [(here / key).read_text("utf-8")[1:-1] for (key, _), _ in chunk]
    return found


def by_systemd(units: Sequence[str]) -> list[list[tuple[str, str]]]:
    """Load units and return for each what systemd says it holds, as (name, value)."""
    analyze = program("systemd-analyze", "systemd")
    with directory() as here:
        for number, unit in enumerate(units):
            (here / f"u{number}.service").write_text(unit, "utf-8")
        told = run(
            analyze,
            "verify",
            "--man=no",
            "--recursive-errors=no",
            *sorted(here.glob("*.service")),
            env={"SYSTEMD_LOG_LEVEL": "debug", "LC_ALL": "C.UTF-8", "SYSTEMD_UNIT_PATH": f"{here}:"},
        )
    parts = re.split(r"^\t-> Unit u(\d+)\.service:\n", told, flags=re.MULTILINE)
    dumps = dict(zip(parts[1::2], parts[2::2], strict=True))
    return [
        re.findall(r"^\t+(Description|Environment|Command Line): (.*)$", dumps[str(number)], re.MULTILINE)
        for number in range(len(units))
    ]


def by_turnserver(realm: str, redirect: str) -> tuple[str, str]:
    """Start coturn with two values and with options that end it once it has told them."""
    turnserver = program("turnserver", "coturn")
    with directory() as here:
        (here / "turn.conf").write_text(
            f"log-file=stdout\nuserdb={here}/db\npidfile={here}/pid\nrealm={realm}\nacme-redirect={redirect}\n"
            "no-udp-relay\nno-tcp-relay\n"
        )
        done = subprocess.run([turnserver, "-c", here / "turn.conf"], capture_output=True, check=False, timeout=60)
    told = (done.stdout + done.stderr).decode()
    assert "Bad configuration" not in told
    (realm,) = re.findall(r"^\d+: : Default realm: (.*)$", told, re.MULTILINE)
    (redirect,) = re.findall(r"^\d+: : ACME redirect URL: (.*)$", told, re.MULTILINE)
    return realm, redirect


def by_debconf(lines: Sequence[str]) -> dict[str, str]:
    """Put answers into a database of our own and show it."""
    setter, shower = program("debconf-set-selections", "debconf"), program("debconf-show", "debconf")
    with directory() as here:
        stanzas = (f"Name: {name}\nDriver: File\nFilename: {here}/{name}.dat\n" for name in ("config", "templates"))
        (here / "debconf.conf").write_text("Config: config\nTemplates: templates\n\n" + "\n".join(stanzas))
        environment = {**os.environ, "DEBCONF_SYSTEMRC": str(here / "debconf.conf"), "LC_ALL": "C.UTF-8"}
        (here / "answers").write_text("".join(f"{line}\n" for line in lines), "utf-8")
        run(setter, here / "answers", env=environment)
        shown = run(shower, "product", env=environment)
    return dict(re.findall(r"^\* (\S+): ?(.*)$", shown, re.MULTILINE))


def by_sysctl(text: str) -> str:
    """Let sysctl say what it would set."""
    sysctl = program("sysctl", "procps")
    with directory() as here:
        (here / "sysctl.conf").write_text(text)
        return run(sysctl, "--dry-run", "--load", here / "sysctl.conf")
