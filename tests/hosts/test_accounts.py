"""Accounts on a server that is deployed: who gets in, who does not, and what a second run changes."""

from __future__ import annotations

import pytest

from tests.hosts.bed import Bed
from tests.hosts.servers import GROUPS
from tests.hosts.site import Site, make_site

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def site(servers: Bed, tmp_path_factory: pytest.TempPathFactory) -> Site:
    made = make_site(servers, tmp_path_factory.mktemp("accounts") / "site", GROUPS)
    made.play("jitsi_meet_deploy.yml").succeeded()
    return made


def test_it(site):
    again = site.play("jitsi_meet_deploy.yml").succeeded()
    assert again.changed == []
