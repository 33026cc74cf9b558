"""A deployment that finds nothing to do does nothing, and a check of fresh servers tells all and does nothing."""

from __future__ import annotations

import pytest

from tests.hosts.bed import Bed
from tests.hosts.deployed import Deployed
from tests.hosts.picture import differences, pictures
from tests.hosts.servers import BRIDGE, GROUPS, MEET
from tests.hosts.site import make_site

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(600)]

WANTED = {MEET: {"prosody", "nginx", "jicofo", "coturn"}, BRIDGE: {"jitsi-videobridge2"}}


def test_a_second_deployment_changes_nothing_and_restarts_nothing(deployed: Deployed):
    assert not deployed.second["changed"]
    assert [host["counts"]["changed"] for host in deployed.second["hosts"]] == [0, 0]
    before, after = deployed.pictures
    assert differences(before, after) == []
    for name, units in WANTED.items():
        assert units <= {process.split(".service")[0] for process in after[name]["process"]}


def test_a_first_deployment_has_few_steps(deployed: Deployed):
    """Each costs its time on each run."""
    assert all(host["counts"]["ok"] + host["counts"]["changed"] <= 40 for host in deployed.first["hosts"])


def test_a_check_of_fresh_servers_tells_all_that_would_be_done_and_does_nothing(servers: Bed, tmp_path):
    site = make_site(servers, tmp_path / "site", GROUPS)
    before = pictures(servers)
    shown = site.run("deploy", "--check", "--diff")
    assert differences(before, pictures(servers)) == []
    for words in (
        "+jicofo ",
        "+++ /etc/jitsi/jicofo/jicofo.conf",
        "+table inet",
        "nginx: enable, start",
        "bridge2: enable, start",
    ):
        assert words in shown
