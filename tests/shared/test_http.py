"""Requests to servers that are busy, hang or are interrupted."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import pytest
from pydantic import SecretStr

from migrate.core.errors import TargetError
from migrate.shared.http import Client, Limits, Login, LoginRefused, retry_after
from migrate.shared.side_by_side import side_by_side
from migrate.shared.throttle import Throttle
from tests.caldav.serving import Handler, serving

NOW = datetime(2027, 1, 1, tzinfo=UTC)
LOGIN = Login("ana", SecretStr("plum"))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120), ("Fri, 01 Jan 2027 00:01:00 GMT", 60), ("Fri, 01 Jan 2021 00:00:00 GMT", 0), ("", 0), ("soon", 0)],
)
def test_a_server_asks_for_patience_in_seconds_or_with_a_date(value: str, seconds: float) -> None:
    assert retry_after(value, NOW) == seconds


def test_a_busy_server_gets_half_the_requests_once_for_all_that_were_under_way() -> None:
    now = [0.0]
    throttle = Throttle(8, lambda: now[0])
    throttle.refused(1)
    throttle.refused(1)
    assert throttle.limit == 4
    now[0] = 2.0
    throttle.refused(1)
    assert throttle.limit == 2


def test_a_server_that_answers_gets_slowly_more_again() -> None:
    throttle = Throttle(4)
    throttle.refused(0)
    for _ in range(15):
        throttle.succeeded()
    assert throttle.limit == 2
    for _ in range(200):
        throttle.succeeded()
    assert throttle.limit == 4


def test_one_fault_is_tried_again_and_one_of_ours_is_not() -> None:
    answers = iter((502, 403))

    def respond(handler: Handler) -> None:
        handler.reply(next(answers), {}, b"")

    with serving(respond) as port:
        assert Client(Limits()).request("GET", f"http://127.0.0.1:{port}/", LOGIN).status == 403


def test_who_asks_for_more_patience_than_there_is_is_not_waited_for() -> None:
    with serving(lambda handler: handler.reply(429, {"Retry-After": "3600"}, b"")) as port:
        began = monotonic()
        with pytest.raises(Exception, match="answers 429"):
            Client(Limits(patience=60)).request("GET", f"http://127.0.0.1:{port}/", LOGIN)
        assert monotonic() - began < 5


def test_redirects_in_a_circle_end() -> None:
    with (
        serving(lambda handler: handler.reply(301, {"Location": "/"}, b"")) as port,
        pytest.raises(TargetError, match="redirects"),
    ):
        Client(Limits()).request("GET", f"http://127.0.0.1:{port}/", LOGIN)


def test_an_interrupt_ends_waiting_at_once() -> None:
    def hang(handler: Handler) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        handler.connection.recv(1)

    with serving(hang) as port:
        client = Client(Limits(timeout=20))
        began = monotonic()
        with pytest.raises(KeyboardInterrupt):
            side_by_side([lambda _: client.request("GET", f"http://127.0.0.1:{port}/", LOGIN)], 4, client.stop)
        assert monotonic() - began < 2


def test_a_bug_in_a_task_is_not_taken_for_a_result() -> None:
    with pytest.raises(ZeroDivisionError):
        side_by_side([lambda _: 1 / 0], 1, lambda: None)


def test_what_must_not_be_done_twice_is_asked_again_only_if_it_was_not_done() -> None:
    answers = iter((503, 429, 502))

    def respond(handler: Handler) -> None:
        handler.reply(next(answers), {}, b"")

    with serving(respond) as port:
        assert Client(Limits()).once("POST", f"http://127.0.0.1:{port}/", LOGIN).status == 502
    assert not list(answers)


@pytest.mark.parametrize("status", [200, 400, 500, 502, 504])
def test_what_must_not_be_done_twice_is_asked_once_if_it_may_be_done(status: int) -> None:
    asked = []

    def respond(handler: Handler) -> None:
        asked.append(handler.path)
        handler.reply(status, {}, b"")

    with serving(respond) as port:
        assert Client(Limits()).once("POST", f"http://127.0.0.1:{port}/", LOGIN).status == status
    assert asked == ["/"]


def test_an_answer_that_is_lost_is_told_to_who_must_not_ask_twice() -> None:
    with serving(lambda handler: handler.reset()) as port:
        answer = Client(Limits()).once("POST", f"http://127.0.0.1:{port}/", LOGIN)
    assert answer.status == 0 and "connection failed" in answer.fault


def test_no_password_goes_where_none_is_to_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = []

    def respond(handler: Handler) -> None:
        shown.append(handler.headers.get("Authorization"))
        handler.reply(401 if len(shown) == 1 else 200, {}, b"")

    (tmp_path / "netrc").write_text("default login ana password plum\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with serving(respond) as port:
        client = Client(Limits())
        assert client.request("GET", f"http://127.0.0.1:{port}/", None).status == 401
        assert client.request("GET", f"http://127.0.0.1:{port}/", LOGIN).status == 200
    assert shown[0] is None and shown[1]


def test_a_password_that_is_refused_is_not_shown_again() -> None:
    asked = []

    def respond(handler: Handler) -> None:
        asked.append(handler.path)
        handler.reply(401, {"WWW-Authenticate": "Basic"}, b"")

    with serving(respond) as port:
        client = Client(Limits())
        for _ in range(2):
            with pytest.raises(LoginRefused, match="refuses the password of 'ana'"):
                client.request("GET", f"http://127.0.0.1:{port}/", LOGIN)
    assert asked == ["/"]
