"""What was seen while our command deployed fresh servers."""

from __future__ import annotations

import pytest

from tests.hosts.deployed import Deployed
from tests.hosts.processes import HERE, watched

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(600)]


def test_the_second_deployment_changes_nothing(deployed: Deployed):
    assert deployed.first["changed"] and not deployed.second["changed"]


def test_nobody_stray_is_called_from_the_first_package_until_all_is_idle(deployed: Deployed):
    assert deployed.packets == ()


def test_no_secret_is_in_a_list_of_processes(deployed: Deployed):
    secrets = deployed.site.secrets()
    assert len(secrets) > 5
    shown = [line for lines in deployed.processes.values() for line in lines]
    assert [line for line in shown if any(secret in line for secret in secrets)] == []


def test_a_program_that_runs_for_a_moment_is_seen_where_it_runs(deployed: Deployed):
    moment = "python3 -c moment = 1"
    assert any("ansible-playbook" in line for line in deployed.processes[HERE])
    with watched(deployed.bed.place, deployed.bed.hosts) as processes:
        deployed.meet.run("python3 -c 'moment = 1'")
    assert [name for name, lines in processes.items() if moment in lines] == [deployed.meet.name]
