"""What a host tells is understood, and our own words on a port are answered to nobody else."""

from __future__ import annotations

import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import ansible.module_utils
import pytest

from tests.playbooks.modules import PLAYBOOKS

ansible.module_utils.__path__.append(str(PLAYBOOKS / "module_utils"))
from ansible.module_utils import jitsi_migrate_apt as apt  # noqa: E402
from ansible.module_utils import jitsi_migrate_echo as echo  # noqa: E402
from ansible.module_utils import jitsi_migrate_fetching as fetching  # noqa: E402
from ansible.module_utils import jitsi_migrate_foreign as foreign  # noqa: E402
from ansible.module_utils import jitsi_migrate_host as host  # noqa: E402

NONCE = "0123456789abcdef"


def free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def asked(port: int, words: bytes) -> bytes:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.settimeout(0.5)
        one.sendto(words, ("127.0.0.1", port))
        return one.recv(2000)


@pytest.fixture
def answering():
    ports = {"udp": free_port(socket.SOCK_DGRAM), "tcp": free_port(socket.SOCK_STREAM)}
    bound = echo.bind([{"protocol": protocol, "port": port} for protocol, port in ports.items()])
    serving = threading.Thread(target=echo.serve, args=(bound.sockets, NONCE, 3))
    serving.start()
    yield ports
    serving.join(5)
    for one in bound.sockets:
        one.close()


@pytest.mark.slow
def test_who_says_the_nonce_learns_where_it_arrived_and_nobody_else_learns_anything(answering):
    told = echo.understood(asked(answering["udp"], echo.question(NONCE)), NONCE)
    assert (told["arrived"], told["seen"]) == ("127.0.0.1", "127.0.0.1")
    assert abs(told["clock"] - time.time()) < 1
    with pytest.raises(TimeoutError):
        asked(answering["udp"], b"something else".ljust(200))
    # A sender that is not who it says it is must not win by it.
    assert len(asked(answering["udp"], NONCE.encode())) == len(NONCE)
    with socket.create_connection(("127.0.0.1", answering["tcp"])) as one:
        assert echo.understood(one.recv(1000), NONCE)["arrived"] == "127.0.0.1"


def test_a_port_that_somebody_has_is_let_alone():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = {"protocol": "tcp", "port": other.getsockname()[1]}
        bound = echo.bind([port])
    assert (bound.sockets, bound.open, bound.taken) == ([], [], [port])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            'tcp   LISTEN 0 128 [::]:22 [::]:* users:(("sshd",pid=1,fd=3))',
            {"protocol": "tcp", "address": "::", "port": 22, "program": "sshd"},
        ),
        (
            "udp   UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:*",
            {"protocol": "udp", "address": "127.0.0.53", "port": 53, "program": ""},
        ),
    ],
)
def test_a_line_of_ss_is_understood(line, expected):
    found = host.listener(line)
    assert {name: found[name] for name in expected} == expected


def ruleset(family, table, policy="accept", *, rule=False, of="input"):
    chain = {"family": family, "table": table, "name": "input", "hook": "input", "policy": policy}
    rules = [{"rule": {"family": family, "table": table, "chain": of}}] * rule
    return json.dumps({"nftables": [{"metainfo": {}}, {"chain": chain}, *rules]})


def test_tables_that_decide_what_comes_in_are_told_from_ours_and_from_idle_ones():
    assert foreign.filtering(ruleset("ip", "filter", "drop")) == ["ip filter"]
    assert foreign.filtering(ruleset("ip", "filter", rule=True)) == ["ip filter"]
    assert foreign.filtering(ruleset("ip", "filter")) == []
    # As Docker has it, which forwards, and leaves alone what comes in.
    assert foreign.filtering(ruleset("ip", "filter", rule=True, of="DOCKER-USER")) == []
    assert foreign.filtering(ruleset("inet", "jitsi_migrate", "drop", rule=True)) == []
    assert foreign.filtering(ruleset("inet", "f2b-table", rule=True)) == []
    assert foreign.filtering("") == []


def test_files_as_their_package_brought_them_are_nobodys():
    told = " /etc/nftables.conf 0123 \n /etc/other.conf 4567 obsolete\n"
    assert foreign.conffiles(told, ["/etc/nftables.conf"]) == {"/etc/nftables.conf": "0123"}


def test_what_apt_would_remove_is_read_from_its_simulation():
    told = "Inst nginx (1.22.1-9 Debian:12 [amd64])\nRemv exim4 [4.96-15]\nConf nginx (1.22.1-9)\n"
    assert apt.REMOVED.findall(told) == ["exim4"]


class Guarded(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_error(401)

    def log_message(self, *_):
        pass


def test_a_registry_that_wants_a_token_first_is_there():
    with HTTPServer(("127.0.0.1", 0), Guarded) as server:
        threading.Thread(target=server.serve_forever).start()
        page = {"address": f"http://127.0.0.1:{server.server_port}/v2/"}
        told = [found["problem"] for found in fetching.answers([{**page, "guarded": True}, page])]
        server.shutdown()
    assert told == ["", "it answers 401 Unauthorized"]


def test_a_server_that_nobody_is_refuses_with_a_reason():
    port = free_port(socket.SOCK_STREAM)
    (found,) = fetching.answers([{"address": f"https://127.0.0.1:{port}/", "ca_bundle": "", "apt": False}])
    assert found["problem"] == "Connection refused"
    (found,) = fetching.answers([{"address": f"https://127.0.0.1:{port}/", "ca_bundle": "/none", "apt": False}])
    assert found["problem"] == "/none: No such file or directory"
