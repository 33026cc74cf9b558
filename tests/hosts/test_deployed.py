"""The deployment that tests share is watched closely, and what a test breaks of it is made whole."""

from __future__ import annotations

import pytest

from tests.hosts.deployed import LOGINS, Deployed
from tests.hosts.processes import HERE, watched

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(600)]


def test_a_program_that_runs_for_a_moment_is_seen_where_it_runs(deployed: Deployed):
    moment = "python3 -c moment = 1"
    assert any("ansible-playbook" in line for line in deployed.processes[HERE])
    with watched(deployed.bed.place, deployed.bed.hosts) as processes:
        deployed.meet.run("python3 -c 'moment = 1'")
    assert [name for name, lines in processes.items() if moment in lines] == [deployed.meet.name]


def test_what_a_test_changes_is_as_it_was_for_the_next(deployed_to_change: Deployed):
    deployed_to_change.meet.run("systemctl -q disable nginx; rm /etc/nginx/nginx.conf; touch /etc/more")
    (deployed_to_change.site.path / "logins.csv").unlink()
    deployed_to_change.renew()
    assert deployed_to_change.site.logins().keys() == {*LOGINS}
    assert deployed_to_change.meet.run("ls /etc/nginx/nginx.conf; systemctl is-active nginx").split()[1] == "active"
    assert deployed_to_change.meet.tried("ls /etc/more").returncode
