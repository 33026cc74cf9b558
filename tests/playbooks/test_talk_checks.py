"""What is found wrong with a server of Talk, by the module that asks its parts as they ask each other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.caldav.serving import Handler, serving
from tests.clouds import SECRETS, variant
from tests.playbooks.modules import run_once
from tests.playbooks.talk_backend import (
    CLOUD,
    Authority,
    authority,
    behind,
    clock,
    debians_backend,
    found,
    handed_on,
    signaling,
    web,
)
from tests.ports import free_port
from tests.readers import directory
from tests.relays import PORT, TLS_PORT, coturn

TURN = {
    "domain": "localhost",
    "port": PORT,
    "tls_port": TLS_PORT,
    "secret": SECRETS["turn_secret"],
    "behind_nat": False,
}
DATA = Path(__file__).parents[1] / "data/nextcloud"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def trusted() -> Iterator:
    with authority() as made, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(made.certificate))
        yield made


@pytest.fixture(scope="module")
def backend() -> Iterator[dict[str, int]]:
    with debians_backend() as ports:
        yield ports


@pytest.fixture(scope="module")
def port(trusted, backend) -> Iterator[int]:
    with web(trusted.issue(), handed_on(backend["8080"])) as found:
        yield found


def test_a_backend_that_works_has_nothing_wrong(port):
    assert found({"signaling": signaling(port)}) == ([], [])


# --- The backend, as Nextcloud asks it --------------------------------------------------------------------------------


def test_debians_own_signaling_server_is_too_old(port):
    features = {"required": ["audio-video-permissions", "federation", "switchto"], "optional": []}
    (problem,), _ = found({"signaling": signaling(port, features=features)})
    assert problem == "the signaling server, release unreleased, is too old for Talk: it lacks federation, switchto"


def test_what_talk_can_do_without_is_told_and_what_nobody_has_is_not(port):
    features = {"required": [], "optional": ["chat-relay", "changed-users"]}
    problems, (remark,) = found({"signaling": signaling(port, features=features)})
    assert problems == []
    assert remark.endswith("lacks what Talk can do without: chat-relay")


def test_a_web_server_that_hands_on_no_upgrade_is_found(trusted, backend):
    with web(trusted.issue(), handed_on(backend["8080"], upgrade=False)) as port:
        (problem,), _ = found({"signaling": signaling(port)})
    assert problem == f"no websocket opens at https://localhost:{port}/standalone-signaling/spreed: it answers 400"


def test_another_secret_and_another_address_of_nextcloud_are_found(port):
    words = "the signaling server refuses what Nextcloud signs: it knows another secret, or not "
    assert found({"signaling": signaling(port, secret="another")})[0] == [f"{words}{CLOUD}/"]
    other = "https://other.example.org"
    assert found({"signaling": signaling(port), "nextcloud": other})[0] == [f"{words}{other}/"]


def test_a_page_of_somebody_else_is_no_signaling_server(trusted):
    with web(trusted.issue(), "location / { return 200 hello; }") as port:
        (problem,), _ = found({"signaling": signaling(port)})
    assert "/api/v1/welcome answers 200, and is not the page of a signaling server" in problem


def test_a_backend_that_is_not_there_is_found():
    (problem,), _ = found({"signaling": signaling(free_port())})
    assert problem.endswith("/standalone-signaling/: nobody listens there")


def test_a_certificate_of_an_unknown_authority_is_found(backend):
    with authority() as other, web(other.issue(), handed_on(backend["8080"])) as port:
        (problem,), _ = found({"signaling": signaling(port)})
    assert "its certificate is not accepted: " in problem


@pytest.mark.parametrize(
    ("seconds", "problems", "remarks"),
    [
        (0, [], []),
        (-20, [], ["the clock of the signaling server is 20 seconds behind this host's"]),
        (
            60,
            [
                "the clock of the signaling server is 60 seconds ahead of this host's, "
                "and from 45 on nobody gets into calls"
            ],
            [],
        ),
    ],
)
def test_clocks_apart_are_told_and_far_apart_they_fail(backend, trusted, seconds, problems, remarks):
    with clock(trusted, backend["8080"], seconds) as skewed:
        assert found({"signaling": signaling(skewed)}) == (problems, remarks)


# --- Nextcloud, as the signaling server asks it -----------------------------------------------------------------------


@dataclass
class Cloud:
    """What Nextcloud answered when it was recorded, with changes."""

    trusted: Authority
    backend: dict[str, int]
    pages: dict[str, dict] = field(default_factory=dict)

    def found(self, **status: object) -> tuple[list[str], list[str]]:
        self.pages["/status.php"].update(status)
        shown = json.dumps(self.pages)
        with serving(self.respond) as stub, web(self.trusted.issue(), f"location / {{ {behind(stub)} }}") as port:
            # Links are of its own address.
            self.shown = json.loads(shown.replace("http://127.0.0.1:8980", f"https://localhost:{port}"))
            self.url = f"https://localhost:{port}"
            return found({"nextcloud": self.url, "janus": f"ws://127.0.0.1:{self.backend['8188']}"})

    def respond(self, handler: Handler) -> None:
        page = self.shown.get(handler.path)
        handler.reply(200 if page else 404, {"Content-Type": "application/json"}, json.dumps(page).encode())


@pytest.fixture
def cloud(trusted, backend) -> Cloud:
    recorded = json.loads((DATA / "01-auth-users.json").read_text())[:2]
    return Cloud(
        trusted, backend, {one["request"]["path"].partition("?")[0]: one["response"]["body"] for one in recorded}
    )


def capabilities(cloud: Cloud) -> dict:
    return cloud.pages["/ocs/v2.php/cloud/capabilities"]["ocs"]["data"]["capabilities"]


def test_a_nextcloud_that_works_and_its_janus_have_nothing_wrong(cloud):
    assert cloud.found() == ([], [])


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ({"installed": False}, "is not installed yet"),
        ({"maintenance": True}, "is in maintenance mode"),
        ({"needsDbUpgrade": True}, "waits for an upgrade of its database"),
        ({"error": "Trusted domain error.", "code": 15}, "for its own address"),
    ],
)
def test_a_nextcloud_that_does_not_work_is_found(cloud, status, words):
    (problem,), _ = cloud.found(**status)
    assert problem.endswith(words)


def test_a_nextcloud_without_talk_or_without_its_key_is_found(cloud):
    capabilities(cloud)["spreed"]["config"]["signaling"] = {}
    assert cloud.found()[1] == [f"Talk at {cloud.url} shows no key, so the signaling server cannot tell who joins"]
    del capabilities(cloud)["spreed"]
    assert cloud.found()[0] == [f"Nextcloud at {cloud.url} has no Talk, or it is not enabled"]


def test_links_of_another_address_are_found(cloud):
    capabilities(cloud)["theming"]["logo"] = "http://cloud.example.org/core/img/logo/logo.svg?v=0"
    assert "links that begin with http://cloud.example.org, and its address is https://" in cloud.found()[0][0]


def test_who_answers_in_place_of_nextcloud_is_found(trusted):
    with web(trusted.issue(), "location / { return 200 hello; }") as port:
        problems, _ = found({"nextcloud": f"https://localhost:{port}", "janus": f"ws://127.0.0.1:{free_port()}"})
    assert f"https://localhost:{port}/status.php answers 200, and is not the page of Nextcloud" in problems


# --- Janus ------------------------------------------------------------------------------------------------------------


def test_a_janus_that_is_away_and_a_stranger_in_its_place_are_found(cloud, backend):
    cloud.backend = {"8188": free_port()}
    assert cloud.found()[0][0].endswith("so calls have no sound and no picture: nobody listens there")
    # The signaling server itself: no websocket there.
    cloud.backend = {"8188": backend["8080"]}
    assert "is somebody else than Janus: it answers 404" in cloud.found()[0][0]


# --- TURN -------------------------------------------------------------------------------------------------------------


# All have the same ports, so each runs for one test.
@pytest.fixture
def turn(trusted) -> Iterator[dict[str, object]]:
    with coturn(variant("minimal").text("/etc/turnserver.conf"), trusted.issue()):
        yield TURN


def test_a_turn_server_that_works_has_nothing_wrong_but_an_old_certificate(turn):
    problems, (remark,) = found({"turn": turn})
    assert problems == []
    assert remark.endswith("by TLS, ends in 2 days, and was not renewed")


def test_another_secret_of_turn_is_found_both_ways(turn):
    problems, _ = found({"turn": {**turn, "secret": "another"}})
    assert [one.partition(" gives ")[2] for one in problems] == [
        "no relay to whom Talk sends: it knows another secret"
    ] * 2


def test_a_turn_server_that_is_away_is_found_both_ways(turn):
    problems, _ = found({"turn": {**turn, "port": free_port(), "tls_port": free_port()}})
    assert [one.partition(" does ")[2] for one in problems] == ["not answer: nobody listens there"] * 2


def test_behind_nat_silence_is_only_remarked(turn):
    away = {**turn, "port": free_port(), "tls_port": free_port(), "behind_nat": True}
    problems, remarks = found({"turn": away})
    assert (problems, len(remarks)) == ([], 2)
    assert len(found({"turn": {**turn, "secret": "another", "behind_nat": True}})[0]) == 2


def test_a_certificate_of_turn_that_nobody_knows_is_found():
    with (
        authority() as other,
        pytest.MonkeyPatch.context() as patch,
        coturn(variant("minimal").text("/etc/turnserver.conf"), other.issue()),
    ):
        patch.delenv("SSL_CERT_FILE", raising=False)
        (problem,), _ = found({"turn": TURN})
    assert "its certificate is not accepted" in problem


def test_a_turn_server_for_everybody_is_found(trusted):
    text = re.sub(
        r"(?m)^(use-auth-secret|static-auth-secret=.*|lt-cred-mech)$",
        "",
        variant("minimal").text("/etc/turnserver.conf"),
    )
    with coturn(f"{text}\nno-auth\n", trusted.issue()):
        problems, _ = found({"turn": TURN})
    assert problems[0].endswith("relays for everybody, whatever the password")


# --- All together -----------------------------------------------------------------------------------------------------


def test_all_that_is_wrong_is_told_together_and_no_secret_is(turn, port):
    asked = {
        "signaling": signaling(port, secret="wrong-one"),
        "turn": {**turn, "secret": "wrong-two"},
        "janus": "ws://x",
    }
    with directory() as here:
        (here / "checks.json").write_text(json.dumps({"nextcloud": f"https://localhost:{free_port()}", **asked}))
        told = run_once("talk_checks", {"file": str(here / "checks.json")})
    assert len(json.loads(told)["problems"]) == 5
    assert json.loads(told)["msg"].count("\n") == 4
    assert "wrong-" not in told


def test_a_check_of_a_host_that_has_nothing_yet_finds_nothing():
    with directory() as here:
        told = json.loads(run_once("talk_checks", {"file": str(here / "none"), "_ansible_check_mode": True}))
        assert told["problems"] == []
        assert json.loads(run_once("talk_checks", {"file": str(here / "none")}))["failed"] is True
