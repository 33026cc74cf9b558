"""What people's browsers get of a server that was deployed, from outside and by both families."""

from __future__ import annotations

import re
import shlex

import pytest

from tests.hosts.browser import Browser, browser
from tests.hosts.deployed import Deployed
from tests.hosts.servers import MEET
from tests.readers import by_node

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(400)]

FAMILIES = ("-4", "-6")
PAGE = "A stand-in for Jitsi Meet."
# curl's own numbers.
UNTRUSTED, NO_HANDSHAKE, NO_ANSWER = 60, 35, 52


@pytest.fixture(scope="module")
def people(deployed: Deployed, tmp_path_factory: pytest.TempPathFactory) -> Browser:
    return browser(deployed.bed, tmp_path_factory.mktemp("browser"))


@pytest.mark.parametrize("family", FAMILIES)
def test_the_page_comes_by_name_from_whom_the_authority_knows(people: Browser, family: str):
    for path in ("/", "/SomeRoom", "/tenant/SomeRoom"):
        answer = people.fetch(f"https://{MEET}{path}", family)
        assert (answer.status, PAGE in answer.text) == (200, True)
    # Who trusts another does not see it.
    assert (
        people.tried(f"https://{MEET}/", family, "--cacert", people.bed.authority.certificate).returncode == UNTRUSTED
    )


@pytest.mark.parametrize("family", FAMILIES)
def test_who_asks_for_another_name_or_for_none_gets_no_answer(deployed: Deployed, people: Browser, family: str):
    address = deployed.meet.v4 if family == "-4" else f"[{deployed.meet.v6}]"
    other = ("--resolve", f"other.example.org:443:{address}", "--resolve", f"other.example.org:80:{address}")
    for name in (address, "other.example.org"):
        assert people.tried(f"https://{name}/", "--insecure", *other).returncode == NO_HANDSHAKE
        assert people.tried(f"http://{name}/", *other).returncode == NO_ANSWER


@pytest.mark.parametrize("family", FAMILIES)
def test_without_tls_it_only_tells_the_way(people: Browser, family: str):
    answer = people.fetch(f"http://{MEET}/SomeRoom", family)
    assert (answer.status, answer.headers["location"]) == (301, f"https://{MEET}/SomeRoom")


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/config.js", 200), ("/static/none.html", 404)])
def test_every_answer_has_the_headers_that_were_rendered(deployed: Deployed, people: Browser, path: str, status: int):
    file = deployed.site.path / f"build/{MEET}/files/etc/nginx/sites-available/{MEET}.conf"
    rendered = re.findall(r"^ +add_header (.*);$", file.read_text(), re.MULTILINE)
    wanted = {name.lower(): value for name, value, _always in map(shlex.split, rendered)}
    answer = people.fetch(f"https://{MEET}{path}")
    assert answer.status == status
    assert len(wanted) >= 6
    assert {name: answer.headers.get(name) for name in wanted} == wanted
    assert answer.headers["server"] == "nginx"


def test_the_settings_of_the_application_are_served(people: Browser):
    served = people.fetch(f"https://{MEET}/config.js").text
    config = by_node(f"{served}\nconfig")
    assert config["hosts"]["domain"] == MEET
    assert config["bosh"] == f"https://{MEET}/http-bind"
    assert config["websocket"] == f"wss://{MEET}/xmpp-websocket"


def test_nothing_of_the_services_within_is_served(people: Browser):
    for path in ("/metrics", "/about/health", "/stats", "/colibri/stats", "/conference-request/v1", "/.git/config"):
        answer = people.fetch(f"https://{MEET}{path}")
        assert answer.status == 404 or PAGE in answer.text, path


def test_a_websocket_is_opened_and_prosody_speaks_in_it(deployed: Deployed, people: Browser):
    for address in (deployed.meet.v4, deployed.meet.v6):
        head, words = people.websocket(address)
        first, *lines = head.splitlines()
        assert first == "HTTP/1.1 101 Switching Protocols"
        assert "sec-websocket-protocol: xmpp" in [line.lower() for line in lines]
        assert words.startswith("<open ") and f"from='{MEET}'" in words
