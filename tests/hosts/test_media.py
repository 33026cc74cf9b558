"""Sound and picture through the deployed TURN server, between browsers that find each other by the deployed Prosody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.hosts.calls import Person, call
from tests.hosts.deployed import LOGINS, Deployed
from tests.hosts.waiting import until

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(600)]

FRAMES = 10


@contextmanager
def two_people(deployed: Deployed) -> Iterator[tuple[Person, Person]]:
    """Let a guest, who only reaches relays, meet a host."""
    login = {"login": LOGINS[0], "password": deployed.site.logins()[LOGINS[0]]}
    with call(deployed.bed, deployed.meet) as room:
        guest = room.enter(service="bosh", policy="relay")
        # The host is where the bridge else is: relays lead to no other address here.
        yield guest, room.enter(at=deployed.bridge, service="websocket", policy="all", **login)


def test_a_host_by_websocket_and_a_guest_by_bosh_see_each_other_through_a_relay(deployed: Deployed):
    with two_people(deployed) as (guest, host):
        until(lambda: guest.seen(FRAMES) and host.seen(FRAMES), (guest, host))
        assert (guest.seen(FRAMES), host.seen(FRAMES)) == (["relay", "host"], ["host", "relay"])


def test_without_the_turn_server_they_do_not(deployed: Deployed):
    deployed.meet.run("systemctl stop coturn")
    try:
        with two_people(deployed) as (guest, host):
            until(lambda: guest.gathered and {"joined": True} in host.told, (guest, host))
            assert {one["ice"] for one in guest.told if "ice" in one} == {"new"}
            assert not host.seen(1)
    finally:
        deployed.meet.run("systemctl start coturn")
