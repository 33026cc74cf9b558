"""Who takes Ansible itself gets the same servers: our command adds nothing to what the playbooks do."""

from __future__ import annotations

import pytest

from tests.hosts.deployed import Deployed, wait_until_idle
from tests.hosts.picture import differences, picture

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(600)]


def test_the_playbooks_alone_make_the_same_servers(deployed_to_change: Deployed):
    hosts = deployed_to_change.bed.hosts
    ours = {name: picture(host) for name, host in hosts.items()}
    for host in hosts.values():
        host.renew()
    bare = {name: picture(host) for name, host in hosts.items()}
    for playbook in ("jitsi_meet_deploy.yml", "jitsi_meet_accounts.yml"):
        deployed_to_change.site.play(playbook).succeeded()
    wait_until_idle(deployed_to_change.bed)
    plain = {name: picture(host) for name, host in hosts.items()}
    assert {name: differences(ours[name], plain[name]) for name in hosts} == {name: [] for name in hosts}
    # What a deployment is made of is in the picture.
    assert all(len(differences(bare[name], plain[name])) > 100 for name in hosts)
