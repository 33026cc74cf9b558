"""Nobody is mailed, whatever becomes of a run; and who asks for mail gets it sent once."""

from __future__ import annotations

from signal import SIGKILL

import pytest

from tests.caldav.proxy import Passed
from tests.survival.organisation import apply, plan, undo
from tests.survival.talk.cloud import Cloud
from tests.survival.talk.organisation import GUEST

pytestmark = pytest.mark.slow


def asks_a_guest(passed: Passed) -> bool:
    return passed.method == "POST" and passed.path.endswith("/participants")


def test_nobody_is_mailed_in_the_life_of_a_migration(cloud: Cloud) -> None:
    with cloud.copy("base") as site:
        cloud.program.done(plan(site, *cloud.exports()))
        for at in (15, 40):
            assert cloud.killed(apply(site), at, "after").code == -SIGKILL
        for command in (apply(site), plan(site, *cloud.exports()), apply(site), undo(site)):
            cloud.program.done(command)
        assert cloud.server.mails == []


def test_the_same_server_mails_when_it_is_asked_to(cloud: Cloud) -> None:
    with cloud.copy("applied") as site:
        cloud.program.done([*apply(site), "--notify"])
        assert [mail.to for mail in cloud.server.mails] == [GUEST.email] * 2


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("guest", [1, 2])
def test_a_guest_is_mailed_once_though_the_run_was_killed(cloud: Cloud, guest: int, when: str) -> None:
    with cloud.copy("applied") as site:
        first = len(cloud.proxy.passed)
        cloud.program.done([*apply(site), "--notify"])
        asked = [passed.number - first for passed in cloud.proxy.passed[first:] if asks_a_guest(passed)]
    with cloud.copy("applied") as site:
        assert cloud.killed([*apply(site), "--notify"], asked[guest - 1], when).code == -SIGKILL
        cloud.program.done([*apply(site), "--notify"])
        assert [mail.to for mail in cloud.server.mails] == [GUEST.email] * 2
