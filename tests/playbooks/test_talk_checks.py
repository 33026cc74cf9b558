"""What is found wrong with a server of Talk, by the module that asks its parts as they ask each other."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.playbooks.modules import run_once
from tests.playbooks.talk_backend import CLOUD, authority, clock, debians_backend, handed_on, signaling, web
from tests.ports import free_port
from tests.readers import directory

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


def found(asked: dict[str, object], occ: tuple[str, ...] = ()) -> tuple[list[str], list[str]]:
    with directory() as here:
        (here / "checks.json").write_text(json.dumps({"nextcloud": CLOUD, "turn": None, **asked}))
        said = run_once("talk_checks", {"file": str(here / "checks.json"), "occ": list(occ)})
    assert "{" in said, said
    told = json.loads(said)
    assert told.get("failed", False) is bool(told["problems"]), told
    return told["problems"], told["remarks"]


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
