"""Who takes Ansible itself gets the same servers: our command adds nothing to what the playbooks do."""

from __future__ import annotations

import pytest

from tests.hosts.deployed import Deployed, wait_until_idle
from tests.hosts.picture import differences, pictures, unlike

pytestmark = [pytest.mark.hosts, pytest.mark.exhaustive, pytest.mark.slow, pytest.mark.timeout(600)]


def test_the_playbooks_alone_make_the_same_servers(deployed_to_change: Deployed):
    bed, hosts = deployed_to_change.bed, deployed_to_change.bed.hosts
    ours = pictures(bed)
    for host in hosts.values():
        host.renew()
    bare = pictures(bed)
    for playbook in ("jitsi_meet_deploy.yml", "jitsi_meet_accounts.yml"):
        deployed_to_change.site.play(playbook).succeeded()
    for host in hosts.values():
        # They start anew, as those that our command deployed have done.
        host.keep("plain")
    wait_until_idle(bed)
    plain = pictures(bed)
    assert unlike(ours, plain) == []
    # What a deployment is made of is in the picture.
    assert len(differences(bare, plain)) > 100
