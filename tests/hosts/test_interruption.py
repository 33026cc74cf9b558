"""A deployment that is killed, at any point, is completed by the next, which knows nothing of it."""

from __future__ import annotations

import pytest

from tests.hosts.deployed import Deployed, wait_until_idle
from tests.hosts.jitsi import RELEASES
from tests.hosts.picture import Pictures, pictures, unlike
from tests.hosts.servers import BRIDGE, MEET

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(900)]

PLAYBOOK = "jitsi_meet_deploy.yml"
# By then packages, files and accounts are there, each in vain if who made it is not there to tell the services.
UNTOLD = "jitsi : Make the accounts of Jicofo and the bridges"
ROSTER = "/var/lib/prosody/auth%2emeet%2eexample%2eorg/roster/focus.dat"
AUTHORITY = "/usr/local/share/ca-certificates/jitsi-migrate-authority.crt"
NEWER = f"apt-get install -qq -y --allow-change-held-packages jitsi-videobridge2={RELEASES[1]['BRIDGE']}"
BROKEN = {
    MEET: f"rm {ROSTER} && systemctl restart prosody jicofo && sed -i '$d' /etc/turnserver.conf",
    BRIDGE: f"{NEWER} && rm {AUTHORITY} && update-ca-certificates --fresh",
}
# What has to be restarted then.
SERVICES = {MEET: ("jicofo", "coturn"), BRIDGE: ("jitsi-videobridge2",)}
KILLER = r"""
until dpkg-query --show --showformat='${db:Status-Status}\n' | grep -q -e unpacked -e half-; do sleep 0.05; done
pkill -KILL -f ansible; pkill -KILL apt-get; pkill -KILL dpkg
"""


def test_services_learn_of_what_a_run_that_was_killed_has_changed(deployed_to_change: Deployed):
    before = pictures(deployed_to_change.bed)
    running = broken(deployed_to_change)
    killed = deployed_to_change.site.play(PLAYBOOK, until=UNTOLD)
    assert killed.returncode, f"there is no task {UNTOLD}"
    assert running & starts(deployed_to_change)
    deployed_to_change.site.play(PLAYBOOK).succeeded()
    assert not running & starts(deployed_to_change)
    assert unlike(before, pictures(deployed_to_change.bed)) == []


@pytest.mark.exhaustive
@pytest.mark.timeout(7200)
def test_services_learn_of_it_wherever_runs_were_killed(deployed_to_change: Deployed):
    before = pictures(deployed_to_change.bed)
    running = broken(deployed_to_change)
    deployed_to_change.site.play_killed_after_each_task(PLAYBOOK)
    converge(deployed_to_change, before)
    assert not running & starts(deployed_to_change)


@pytest.mark.exhaustive
@pytest.mark.timeout(7200)
def test_fresh_servers_become_the_same_by_runs_that_were_killed_after_each_task_in_turn(deployed_to_change: Deployed):
    before = pictures(deployed_to_change.bed)
    renew(deployed_to_change)
    deployed_to_change.site.play_killed_after_each_task(PLAYBOOK)
    deployed_to_change.site.run("accounts")
    restart(deployed_to_change)
    converge(deployed_to_change, before)


@pytest.mark.exhaustive
def test_fresh_servers_become_the_same_after_all_was_killed_while_packages_were_unpacked(deployed_to_change: Deployed):
    before = pictures(deployed_to_change.bed)
    renew(deployed_to_change)
    for host in deployed_to_change.bed.hosts.values():
        host.run("cat >/run/killer && systemd-run --quiet --unit=killer bash /run/killer", text=KILLER)
    killed = deployed_to_change.site.tried("deploy")
    assert killed.returncode, killed.stdout
    deployed_to_change.site.run("deploy")
    deployed_to_change.site.run("accounts")
    restart(deployed_to_change)
    converge(deployed_to_change, before)


def broken(deployed: Deployed) -> set[str]:
    """Break what is deployed, and return the names of how the services run then."""
    for name, command in BROKEN.items():
        deployed.bed.hosts[name].run(command)
    return starts(deployed)


def starts(deployed: Deployed) -> set[str]:
    """Return a name for each start of a service: systemd gives every one another."""
    ask = "systemctl show --value --property=InvocationID"
    told = [deployed.bed.hosts[name].run(f"{ask} {' '.join(units)}") for name, units in SERVICES.items()]
    return {start for text in told for start in text.split()}


def renew(deployed: Deployed) -> None:
    """Begin anew with fresh servers."""
    for host in deployed.bed.hosts.values():
        host.renew()


def restart(deployed: Deployed) -> None:
    """Start the servers anew, as those that they are compared with have done."""
    for host in deployed.bed.hosts.values():
        host.restart()
    wait_until_idle(deployed.bed)


def converge(deployed: Deployed, before: Pictures) -> None:
    """Assert that one more run makes all as it was, and leaves the next nothing to do."""
    deployed.site.run("deploy")
    assert unlike(before, pictures(deployed.bed)) == []
    assert deployed.site.play(PLAYBOOK).succeeded().changed == []
