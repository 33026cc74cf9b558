"""The proxy passes on what nothing happens to, and each fault is what its name says."""

from __future__ import annotations

import socket
from contextlib import suppress
from http.client import HTTPConnection, IncompleteRead, RemoteDisconnected
from threading import Thread
from urllib.parse import urlsplit

import pytest

from tests.caldav import proxy as proxies
from tests.caldav.nextcloud import nextcloud
from tests.caldav.proxy import Fault, Proxy, planned, proxied, refused, seeded
from tests.caldav.server import Answer, authorization
from tests.caldav.test_servers import event


@pytest.fixture
def proxy():
    with nextcloud() as server, proxied(server) as proxy:
        yield proxy


def put(proxy: Proxy, name: str = "a", timeout: float = 5) -> Answer:
    url = urlsplit(proxy.server.collections[0])
    line = HTTPConnection(url.netloc, timeout=timeout)
    try:
        headers = {"Authorization": authorization(proxy.server.user, proxy.server.password)}
        line.request("PUT", f"{url.path}{name}.ics", event(name), headers)
        response = line.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        line.close()


def kept(proxy: Proxy) -> bool:
    return bool(proxy.upstream.resources(proxy.upstream.collections[0]))


def test_what_nothing_happens_to_is_passed_on(proxy: Proxy) -> None:
    direct = proxy.upstream.request("PUT", f"{proxy.upstream.collections[0]}a.ics", event("a"))
    proxy.upstream.request("DELETE", f"{proxy.upstream.collections[0]}a.ics")
    through = put(proxy, "a2")
    assert (through.status, through.body) == (direct.status, direct.body)
    assert through.headers["ETag"]
    assert [(one.number, one.method, one.status, one.upstream) for one in proxy.passed] == [(1, "PUT", 201, 201)]


def test_a_redirect_leads_back_to_the_proxy(proxy: Proxy) -> None:
    where = proxy.server.request("GET", "/.well-known/caldav").headers["Location"]
    assert urlsplit(where).netloc == urlsplit(proxy.server.url).netloc


def test_a_watcher_stands_before_and_after_the_server(proxy: Proxy) -> None:
    seen = []
    proxy.before = lambda passed: seen.append((passed.number, kept(proxy)))
    proxy.after = lambda passed: seen.append((passed.upstream, kept(proxy)))
    put(proxy)
    assert seen == [(1, False), (201, True)]


@pytest.mark.parametrize(
    ("fault", "status", "retry_after"),
    [(fault, int(fault.name[:3]), None) for fault in (refused(500), refused(502), proxies.FULL)]
    + [(refused(429, seconds=7), 429, "7"), (refused(503, seconds=0, as_date=True), 503, "GMT")],
)
def test_a_refused_request_never_reaches_the_server(proxy: Proxy, fault: Fault, status: int, retry_after: str) -> None:
    proxy.faults = planned({1: fault})
    answer = put(proxy)
    assert answer.status == status
    assert (answer.headers.get("Retry-After") or "").endswith(retry_after or "")
    assert not kept(proxy)
    assert put(proxy).status == 201


@pytest.mark.parametrize("fault", [proxies.RESET_BEFORE, proxies.RESET_AFTER])
def test_a_reset_is_one_on_the_line(proxy: Proxy, fault: Fault) -> None:
    proxy.faults = planned({1: fault})
    with pytest.raises(ConnectionResetError) as caught:
        put(proxy)
    assert not isinstance(caught.value, RemoteDisconnected)
    assert kept(proxy) == fault.reaches
    assert proxy.passed[0].status == 0


@pytest.mark.parametrize("fault", [proxies.HANG_BEFORE, proxies.HANG_AFTER])
def test_a_hang_lasts_until_the_client_gives_up(proxy: Proxy, fault: Fault) -> None:
    proxy.faults = planned({1: fault})
    with pytest.raises(TimeoutError):
        put(proxy, timeout=0.1)
    assert kept(proxy) == fault.reaches


def test_a_hang_does_not_outlive_the_proxy() -> None:
    with nextcloud() as server:
        with proxied(server, faults=planned({1: proxies.HANG_BEFORE})) as proxy:
            url = urlsplit(proxy.server.url)
            line = socket.create_connection((url.hostname, url.port))
            line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")

            def wait() -> None:
                with suppress(ConnectionResetError):
                    line.recv(1)

            ended = Thread(target=wait)
            ended.start()
        ended.join(5)
        assert not ended.is_alive()
        line.close()


def test_an_etag_gets_lost(proxy: Proxy) -> None:
    proxy.faults = planned({1: proxies.NO_ETAG})
    assert {"etag", "oc-etag"}.isdisjoint(name.lower() for name in put(proxy).headers)
    assert put(proxy).headers["ETag"]


def test_a_body_is_cut_short(proxy: Proxy) -> None:
    proxy.faults = planned({1: proxies.TRUNCATED})
    with pytest.raises(IncompleteRead):
        put(proxy)
    assert kept(proxy)


def test_the_same_seed_lets_the_same_requests_fail() -> None:
    def fates(seed: int) -> list[Fault | None]:
        return [seeded(seed)(proxies.Passed(number, "PUT", "/")) for number in range(1, 1001)]

    assert fates(1) == fates(1) != fates(2)
    assert 150 < sum(fault is not None for fault in fates(1)) < 250
    assert set(filter(None, fates(1))) == set(proxies.EVERY)
