"""Nextcloud Talk, deployed to a fresh server: people reach it, what is closed is closed, and no secret is told."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from http.client import HTTPResponse
from time import time

import pytest

from tests.hosts.acme import root
from tests.hosts.host import Host
from tests.hosts.network import connected, inside
from tests.hosts.openings import EVERYWHERE, WITHIN, listening, scanned
from tests.hosts.picture import differences
from tests.hosts.processes import HERE
from tests.hosts.secrecy import LOGGED, READ_BY_ALL, among, keys, texts
from tests.hosts.signaling_line import internal, opened
from tests.hosts.talk import CLOUD, Talk
from tests.hosts.waiting import until
from tests.turn import Client, Refused, credentials

pytestmark = [pytest.mark.hosts, pytest.mark.talk, pytest.mark.slow, pytest.mark.timeout(600)]

UNITS = (
    "coturn", "janus", "mariadb", "nats-server", "nftables", "nginx", "php8.2-fpm", "redis-server", "signaling",
    "nextcloud-cron.timer",
)  # fmt: skip
OWN_USERS = {
    "coturn": "turnserver",
    "janus": "janus",
    "mariadb": "mysql",
    "nats-server": "nats",
    "redis-server": "redis",
    "signaling": "signaling",
}
LISTENING = {
    "22/tcp": EVERYWHERE,  # sshd
    "80/tcp": EVERYWHERE,  # nginx
    "443/tcp": EVERYWHERE,  # nginx
    "3478/udp": EVERYWHERE,  # coturn
    "5349/tcp": EVERYWHERE,  # coturn
    "4222/tcp": WITHIN,  # NATS
    "8080/tcp": WITHIN,  # the signaling server
    "8188/tcp": WITHIN,  # Janus
}
LET_IN = [22, 80, 443, 5349]
# Where calls have media.
MEDIA = 20000
ECHO = f"""
import socket
with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as way:
    way.bind(("::", {MEDIA}))
    while True:
        data, peer = way.recvfrom(2048)
        way.sendto(data, peer)
"""


@pytest.fixture(scope="module")
def trusted(talk: Talk) -> ssl.SSLContext:
    """Return what people's browsers trust."""
    return ssl.create_default_context(cadata=root(talk.bed))


@pytest.fixture
def echo(talk: Talk) -> Iterator[None]:
    """Give back what comes where calls have media."""
    talk.cloud.run("cat >/run/echo.py; systemd-run --quiet --collect --unit=echo python3 /run/echo.py", text=ECHO)
    until(lambda: f"{MEDIA}/udp" in listening(talk.cloud), "nobody gives anything back")
    yield
    talk.cloud.run("systemctl stop echo && rm /run/echo.py")


def secrets(talk: Talk) -> set[str]:
    """Return all that nobody else may read."""
    found = keys([talk.cloud])
    assert found
    return talk.site.secrets() | found


def test_a_second_deployment_changes_nothing_and_restarts_nothing(talk: Talk):
    assert not talk.second["changed"]
    assert [host["counts"]["changed"] for host in talk.second["hosts"]] == [0]
    before, after = talk.pictures
    assert differences(before, after) == []
    running = {process.split(".service")[0] for process in after[CLOUD]["process"]}
    assert {unit for unit in UNITS if "." not in unit} - {"nftables"} <= running | {"php8.2-fpm"}


def test_a_first_deployment_has_few_steps(talk: Talk):
    """Each costs its time on each run."""
    assert all(host["counts"]["ok"] + host["counts"]["changed"] <= 70 for host in talk.first["hosts"])


def test_services_run_and_start_with_the_server(talk: Talk):
    assert talk.cloud.run(f"systemctl is-enabled {' '.join(UNITS)}").split() == ["enabled"] * len(UNITS)
    assert talk.cloud.run(f"systemctl is-active {' '.join(UNITS)}").split() == ["active"] * len(UNITS)
    assert talk.cloud.run("systemctl --failed --no-legend --plain") == ""


def test_who_reads_what_strangers_send_is_not_root(talk: Talk):
    users = "stat --format=%U /proc/$(systemctl show --value --property=MainPID {})"
    running = {name: talk.cloud.run(users.format(name)).strip() for name in OWN_USERS}
    assert running == OWN_USERS


@pytest.mark.parametrize("version", [4, 6])
def test_nextcloud_answers_and_is_installed(talk: Talk, trusted: ssl.SSLContext, version: int):
    with connected(talk.bed.place, CLOUD, address(talk.cloud, version), trusted) as way:
        way.sendall(f"GET /status.php HTTP/1.1\r\nHost: {CLOUD}\r\nConnection: close\r\n\r\n".encode())
        answer = HTTPResponse(way)
        answer.begin()
        status = json.load(answer)
    assert (status["installed"], status["maintenance"], status["needsDbUpgrade"]) == (True, False, False)
    assert status["versionstring"] == "34.0.2"


def test_calls_have_a_signaling_server_with_janus_behind_it(talk: Talk, trusted: ssl.SSLContext):
    login = internal(talk.site.secret()["internal_secret"], f"https://{CLOUD}/")
    with connected(talk.bed.place, CLOUD, talk.cloud.v4, trusted) as way, opened(way, CLOUD) as line:
        assert line.hear()["type"] == "welcome"
        hello = line.say("hello", login)
        assert hello["type"] == "hello", hello
        assert "mcu" in hello["hello"]["server"]["features"]
    with connected(talk.bed.place, CLOUD, talk.cloud.v4, trusted) as way, opened(way, CLOUD) as line:
        line.hear()
        refused = line.say("hello", internal("guessed", f"https://{CLOUD}/"))
        assert refused["error"]["code"] == "invalid_token"


@pytest.mark.usefixtures("echo")
@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("version", [4, 6])
def test_a_relay_leads_to_the_host_of_calls_and_nowhere_else(
    talk: Talk, trusted: ssl.SSLContext, version: int, tls: bool
):
    name, password = credentials(talk.site.secret()["turn_secret"], int(time()) + 600)
    here = address(talk.cloud, version)
    way = {"tls": trusted, "hostname": CLOUD} if tls else {}
    with inside(talk.bed.place), Client((here, 5349 if tls else 3478), name, password, **way) as browser:
        browser.allocate(version)
        browser.permit(here)
        assert browser.exchange(here, MEDIA, b"a picture") == b"a picture"
        with pytest.raises(Refused, match="403"):
            browser.permit("127.0.0.1" if version == 4 else "fc00::1")


def test_programs_listen_where_planned_and_nowhere_else(talk: Talk):
    assert listening(talk.cloud) == LISTENING


def test_from_outside_nothing_else_is_open_and_nothing_is_told_of_it(talk: Talk):
    found = scanned(talk.bed, talk.cloud.v4, talk.cloud.v6)
    assert list(found.values()) == [{"open": LET_IN, "closed": []}] * 2


def test_files_have_the_owners_and_modes_of_the_manifest(talk: Talk):
    files = json.loads((talk.site.path / f"build/{CLOUD}/manifest.json").read_text())["files"]
    wanted = {file["path"]: f"{file['owner']}:{file['group']} {file['mode']}" for file in files}
    found = talk.cloud.run("xargs -d '\\n' stat --format '%n %U:%G 0%a'", text="\n".join(wanted)).splitlines()
    assert dict(line.split(" ", 1) for line in found) == wanted


def test_nobody_else_is_called_from_the_first_package_until_all_is_idle(talk: Talk):
    assert talk.packets == ()


def test_no_secret_is_in_a_process_list(talk: Talk):
    shown = {line for lines in talk.processes.values() for line in lines}
    told = secrets(talk)
    assert {line for line in shown if any(secret in line for secret in told)} == set()
    # What lives for a moment was seen, everywhere.
    assert any("maintenance:install" in line for line in talk.processes[CLOUD])
    assert any("migrate.cli" in line for line in talk.processes[HERE])


def test_no_secret_is_in_what_everybody_reads_or_in_logs(talk: Talk):
    told = secrets(talk)
    assert among(told, talk.cloud, READ_BY_ALL) == ""
    assert among(told, talk.cloud, LOGGED) == ""
    assert "Invoked with" in among({"Invoked with"}, talk.cloud, LOGGED)


def test_no_secret_is_in_the_records_of_runs_or_in_what_was_said(talk: Talk):
    told = secrets(talk)
    runs = dict(texts(talk.site.path / "runs"))
    said = {"the first run": str(talk.first), "the second run": str(talk.second)}
    assert [name for name, text in {**runs, **said}.items() if any(secret in text for secret in told)] == []
    assert len(runs) >= 4


def address(host: Host, version: int) -> str:
    return host.v4 if version == 4 else host.v6
