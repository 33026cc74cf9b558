"""Nobody is called who is not in the settings, and no secret is told: from the first package until all is idle."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hosts.deployed import Deployed
from tests.hosts.network import astray
from tests.hosts.processes import HERE
from tests.hosts.secrecy import LOGGED, READ_BY_ALL, among, keys, texts
from tests.hosts.servers import BRIDGE, MEET
from tests.hosts.waiting import until

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(400)]

# What programs take by no other way than as arguments, which everybody on a host may read: nothing.
IN_ARGUMENTS: set[str] = set()
STRANGER = "203.0.113.1"


def secrets(deployed: Deployed) -> set[str]:
    """Return all that nobody else may read; of private keys, the second line of each."""
    found = keys(deployed.bed.hosts.values())
    assert len(found) >= 5
    return deployed.site.secrets() | found


def test_nobody_else_is_called_from_the_first_package_until_all_is_idle(deployed: Deployed):
    assert deployed.packets == ()


def test_a_service_that_calls_a_stranger_is_seen(deployed_to_change: Deployed):
    bridge = deployed_to_change.bridge
    told = f'ice4j.harvest.mapping.stun.addresses = ["{STRANGER}:443"]'
    with astray(deployed_to_change.bed.place) as packets:
        bridge.run("cat >>/etc/jitsi/videobridge/jvb.conf; systemctl restart jitsi-videobridge2", text=f"\n{told}\n")
        until(lambda: STRANGER in bridge.run("cat /var/log/jitsi/jvb.log"), "nobody was called")
    assert any(f"{STRANGER}.443" in packet for packet in packets)


def test_no_secret_is_in_a_process_list(deployed: Deployed):
    shown = {line for lines in deployed.processes.values() for line in lines}
    told = secrets(deployed)
    assert {line for line in shown if any(secret in line for secret in told)} == IN_ARGUMENTS
    # What lives for a moment was seen, everywhere.
    assert any("prosodyctl register focus" in line for line in deployed.processes[MEET])
    assert any("debconf" in line for line in deployed.processes[BRIDGE])
    assert any("migrate.cli" in line for line in deployed.processes[HERE])


def test_no_secret_is_in_what_everybody_reads(deployed: Deployed):
    told = secrets(deployed)
    for host in deployed.bed.hosts.values():
        assert among(told, host, READ_BY_ALL) == ""
    planted = f"cat >/etc/told && chmod 644 /etc/told && printf %s '{min(told)}' | ({READ_BY_ALL}); rm /etc/told"
    assert among(told, deployed.bridge, planted) == "/etc/told\n"


def test_no_secret_is_in_the_logs_of_servers(deployed: Deployed):
    told = secrets(deployed)
    for host in deployed.bed.hosts.values():
        assert among(told, host, LOGGED) == ""
    # With what modules were told, which Ansible writes to the journal, and what services write to files of their own.
    control = among({"Invoked with", "logged in as"}, deployed.meet, LOGGED)
    assert "answers=NOT_LOGGING_PARAMETER" in control
    assert f"logged in as focus@auth.{MEET}" in control


def test_no_secret_is_in_the_records_of_runs_or_in_what_was_said(deployed: Deployed):
    told = secrets(deployed)
    runs = dict(texts(deployed.site.path / "runs"))
    said = {"the first run": str(deployed.first), "the second run": str(deployed.second)}
    assert [name for name, text in {**runs, **said}.items() if any(secret in text for secret in told)] == []
    assert {Path(name).name for name in runs} == {"log.txt", "log.jsonl"}
    # Where secrets are meant to be they are found.
    assert [name for name, text in texts(deployed.site.path) if deployed.site.logins()["anna"] in text] == [
        str(deployed.site.path / "logins.csv")
    ]


def test_the_records_of_runs_are_for_their_owner(deployed: Deployed):
    runs = deployed.site.path / "runs"
    assert {path.stat().st_mode & 0o077 for path in (runs, *runs.rglob("*"))} == {0}


def test_nothing_of_a_run_stays_on_servers(deployed: Deployed):
    for host in deployed.bed.hosts.values():
        left = "find / -xdev '(' -name '*ansible*' -o -name '*jitsi_migrate_*' ')' -not -path '/proc/*'"
        assert host.run(left) == ""
