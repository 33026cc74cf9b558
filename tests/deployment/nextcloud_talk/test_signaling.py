"""server.conf, nats-server.conf and Janus's files: the programs take them, find each other, and are open to nobody."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import subprocess
from collections.abc import Iterator
from configparser import ConfigParser
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from socket import create_server

import pytest

from migrate.shared.resources import data_rows
from tests.cloud_readers import Ports, by_janus, janus_server, moved, nats_server, signaling_server
from tests.clouds import SECRETS, VARIANTS, variant
from tests.ports import free_port
from tests.readers import directory, program, run

SERVER, NATS = "/etc/signaling/server.conf", "/etc/nats-server.conf"
JANUS = "/etc/janus/"
ALL = pytest.mark.parametrize("name", VARIANTS)
URL = "https://cloud.example.org"


def options(text: str) -> ConfigParser:
    found = ConfigParser(delimiters=("=",), comment_prefixes=("#", ";"), interpolation=None)
    found.optionxform = str
    found.read_string(text)
    return found


def keys_of(release: str) -> set[tuple[str, str]]:
    """Return what a release reads: what the newest one reads that is in the table and not newer."""
    columns = ("0.4.1", "1.2.4", "2.0.0", "2.0.4", "2.1.1")
    wanted = [int(part) for part in release.split(".")]
    column = max(place for place, one in enumerate(columns) if [int(part) for part in one.split(".")] <= wanted)
    rows = data_rows("nextcloud/signaling-keys.tsv")
    return {(section, key) for section, key, *marks in rows if marks[column] == "y"}


@ALL
def test_the_signaling_server_reads_every_key_that_is_written(name: str) -> None:
    deployed = variant(name)
    found = options(deployed.text(SERVER))
    written = {
        ("<backend>" if section == "nextcloud" else section, key)
        for section in found.sections()
        for key in found[section]
    }
    assert written <= keys_of(deployed.topology.settings.releases.signaling)


@ALL
def test_the_keys_of_sessions_have_lengths_that_it_takes(name: str) -> None:
    sessions = options(variant(name).text(SERVER))["sessions"]
    assert (len(sessions["hashkey"]), len(sessions["blockkey"])) == (64, 32)
    assert not sessions["hashkey"].startswith(sessions["blockkey"])
    assert SECRETS["session_secret"] not in variant(name).text(SERVER)


def test_an_older_signaling_server_has_one_address_of_nextcloud() -> None:
    assert options(variant("older-signaling").text(SERVER))["nextcloud"]["url"] == URL
    assert "urls" not in options(variant("older-signaling").text(SERVER))["nextcloud"]
    assert options(variant("minimal").text(SERVER))["nextcloud"]["urls"] == URL


@ALL
def test_janus_reads_every_key_that_is_written_and_as_what_it_is(name: str) -> None:
    known = {tuple(row[:3]): row[3] for row in data_rows("nextcloud/janus-keys.tsv")}
    kinds = {"boolean": r"true|false", "int": r"\d+", "string": r'".*"', "list": r"\[.*"}
    texts = variant(name).texts(variant(name).topology.signaling[0].name)
    for path in (path for path in texts if path.startswith(JANUS)):
        found = by_janus(texts[path])
        for section, values in found.items():
            for key in values:
                kind = known[(Path(path).name, section, key)]
                assert re.search(rf"^ +{key} = (?:{kinds[kind]})$", texts[path], re.MULTILINE), key


def test_nothing_that_talk_does_not_use_is_loaded() -> None:
    """Every part of Debian's Janus is disabled by its name or named here."""
    used = {"libjanus_videoroom.so", "libjanus_websockets.so", "libjanus_wsevh.so"}
    program("janus", "janus")
    (folder,) = Path("/usr/lib").glob("*/janus")
    there = {path.name for path in folder.glob("*/*.so")}
    found = by_janus(variant("minimal").text(f"{JANUS}janus.jcfg"))
    disabled = {one for section in found.values() for one in section.get("disable", "").split(",") if one}
    assert there - disabled == used
    assert disabled <= there


@pytest.mark.parametrize(("name", "mapping"), [("minimal", None), ("behind-nat", "203.0.113.5"), ("apart", None)])
def test_janus_knows_its_address_behind_nat(name: str, mapping: str | None) -> None:
    assert by_janus(variant(name).text(f"{JANUS}janus.jcfg"))["nat"].get("nat_1_1_mapping") == mapping


def test_janus_and_the_signaling_server_have_the_same_key_for_turn_and_only_where_it_is_used() -> None:
    server, janus = (variant("everything").text(path) for path in (SERVER, f"{JANUS}janus.jcfg"))
    assert options(server)["turn"]["apikey"] == by_janus(janus)["nat"]["turn_rest_api_key"] == SECRETS["turn_api_key"]
    assert options(server)["turn"]["secret"] == SECRETS["turn_secret"]
    assert "turn" not in options(variant("minimal").text(SERVER))
    assert "turn" not in by_janus(variant("minimal").text(f"{JANUS}janus.jcfg"))["nat"]


@ALL
def test_nats_takes_its_file_and_refuses_another(name: str) -> None:
    nats = program("nats-server", "nats-server")
    text = variant(name).text(NATS)
    with directory() as here:
        (here / "nats-server.conf").write_text(text)
        run(nats, "-t", "-c", here / "nats-server.conf")
        (here / "nats-server.conf").write_text(f"{text}\nprot: 4222\n")
        assert subprocess.run(
            [nats, "-t", "-c", here / "nats-server.conf"], capture_output=True, check=False
        ).returncode


# --- All three together -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def backend() -> Iterator[tuple[Ports, str, list[str]]]:
    """The high-performance backend of Debian, with what is rendered for a release that has one address."""
    deployed = variant("older-signaling")
    texts = deployed.texts("cloud.example.org")
    ports = {port: free_port() for port in ("8080", "4222", "8188")}
    with (
        nats_server(moved(texts[NATS], ports)),
        janus_server(texts, ports) as said,
        signaling_server(moved(texts[SERVER], ports)) as log,
    ):
        yield ports, said, log


def ask(ports: Ports, method: str, path: str, body: str = "", **headers: str) -> tuple[int, str]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(HTTPConnection("127.0.0.1", int(ports["8080"]), timeout=10)) as connection:
        connection.request(method, path, body, named)
        response = connection.getresponse()
        return response.status, response.read().decode()


def signed(body: str, secret: str, url: str = f"{URL}/") -> dict[str, str]:
    random = "0123456789abcdef" * 4
    checksum = hmac.new(secret.encode(), (random + body).encode(), hashlib.sha256).hexdigest()
    return {
        "Spreed_Signaling_Random": random,
        "Spreed_Signaling_Checksum": checksum,
        "Spreed_Signaling_Backend": url,
        "Content_Type": "application/json",
    }


@pytest.mark.slow
def test_the_signaling_server_finds_nats_and_janus_and_knows_nextcloud(backend) -> None:
    told = "".join(backend[2])
    assert f"Backend nextcloud added for {URL}/" in told
    assert re.search(r"Connected to Janus|Using janus MCU", told), told
    assert "WARNING" not in told
    assert not [secret for secret in SECRETS.values() if secret in told]
    assert json.loads(ask(backend[0], "GET", "/api/v1/welcome")[1])["nextcloud-spreed-signaling"] == "Welcome"


@pytest.mark.slow
def test_a_request_is_good_with_the_secret_of_nextcloud_and_from_its_address_only(backend) -> None:
    body = '{"type": "message", "message": {"data": {}}}'
    secret = SECRETS["backend_secret"]
    assert ask(backend[0], "POST", "/api/v1/room/x", body, **signed(body, secret))[0] == 200
    assert ask(backend[0], "POST", "/api/v1/room/x", body, **signed(body, "another"))[0] == 403
    assert (
        ask(backend[0], "POST", "/api/v1/room/x", body, **signed(body, secret, "https://other.example.org/"))[0] == 403
    )


@pytest.mark.slow
def test_janus_listens_on_loopback_only_and_loads_nothing_else(backend) -> None:
    ports, said, _ = backend
    assert listening(int(ports["8188"])) == {"0100007F"}
    assert listening(int(ports["8080"])) == {"0100007F"}
    loaded = set(re.findall(r"Loading (?:transport )?plugin '(.*)'", said))
    assert loaded == {"libjanus_videoroom.so", "libjanus_websockets.so"}
    assert "[ERR]" not in said


@pytest.mark.slow
def test_janus_tells_a_signaling_server_that_understands_it_of_connections() -> None:
    texts = variant("minimal").texts("cloud.example.org")
    with create_server(("127.0.0.1", 0)) as there:
        ports = {"8080": there.getsockname()[1], "4222": 0, "8188": free_port()}
        there.settimeout(10)
        with janus_server(texts, ports) as said:
            line, _ = there.accept()
            with line:
                asked = line.recv(4096).decode()
    assert asked.startswith("GET /spreed HTTP/1.1\r\n")
    assert re.search(r"(?mi)^sec-websocket-protocol: janus-events\r$", asked), asked
    assert "libjanus_wsevh.so" in said
    assert "[ERR]" not in said


@pytest.mark.slow
def test_janus_takes_its_ports_its_public_address_and_the_way_to_turn() -> None:
    ports = {"8080": free_port(), "4222": 0, "8188": free_port()}
    with janus_server(variant("everything").texts("cloud.example.org"), ports) as said:
        assert f"TURN REST API backend: http://127.0.0.1:{ports['8080']}/turn/credentials" in said
        assert "RTP port range: 21000 -- 22000" in said
    with janus_server(variant("behind-nat").texts("cloud.example.org"), ports) as said:
        assert "203.0.113.5" in said
        assert "IPv6 support disabled" in said


def listening(port: int) -> set[str]:
    """Return the addresses, as the kernel writes them, where something listens at a port."""
    lines = (
        line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
    )
    return {line[1].partition(":")[0] for line in lines if line[3] == "0A" and line[1].endswith(f":{port:04X}")}
