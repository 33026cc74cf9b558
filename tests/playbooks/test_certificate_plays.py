"""What plays of Nextcloud Talk do with certificates, by Ansible on this machine, which they change in nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from migrate.config import fixed
from migrate.core.playbook import Event, HostResult, Invocation, State
from migrate.deployment.failures import explain
from migrate.deployment.inventory import read_inventory
from migrate.deployment.nextcloud_talk.product import NextcloudTalk
from migrate.deployment.nextcloud_talk.settings import NextcloudTalkSecrets, NextcloudTalkSettings
from migrate.deployment.runner import AnsibleRunner
from migrate.services.certificates import Certificates, certificates_of
from migrate.services.playbooks import run_playbooks
from migrate.shared.masking import Masking
from tests.clouds import APART, DOMAIN, ONE_HOST, SECRETS
from tests.playbooks.modules import PLAYBOOKS

HERE = "ansible_connection=local ansible_become=false ansible_python_interpreter=/usr/bin/python3"
INTERNAL = DOMAIN + 'certificate.source = "internal"\n'
OF_THEIR_OWN = DOMAIN + 'signaling.domain = "signaling.example.org"\nturn.domain = "turn.example.org"\n'
AUTHORITY = "/var/lib/jitsi-migrate/authority/ca.crt"
TRUSTED = "/usr/local/share/ca-certificates/jitsi-migrate-authority.crt"
pytestmark = pytest.mark.slow


def invocation(site: Path, action: str, page: str, groups: str) -> Invocation:
    """Return that of a play of a product, with what render would have written for it."""
    settings = NextcloudTalkSettings.model_validate(fixed(tomllib.loads(page)))
    inventory = read_inventory(groups, "inventory.ini")
    product = NextcloudTalk.open(settings, NextcloudTalkSecrets.model_validate(SECRETS), inventory, site)
    (site / "vars.yml").write_text(product.variables().text)
    (site / "inventory.ini").write_text(f"{groups}\n[all:vars]\n{HERE.replace(' ', chr(10))}\n")
    playbook = PLAYBOOKS / f"nextcloud_talk_{action}.yml"
    return Invocation(playbook, site / "inventory.ini", site / "vars.yml")


def read(site: Path, page: str, groups: str) -> Certificates:
    asked = run_playbooks(AnsibleRunner(Masking({})), [invocation(site, "certificates", page, groups)], explain)
    return certificates_of(asked, 30)


def looked_at(found: Certificates) -> list[tuple[str, str, str]]:
    return [(one.host, one.role, one.path) for one in found.seen]


def test_an_authority_and_the_trust_in_it_are_looked_at_where_there_is_one(tmp_path: Path) -> None:
    found = read(tmp_path, INTERNAL, ONE_HOST)
    assert not found.failed
    assert looked_at(found) == [
        ("cloud.example.org", "web", "/etc/nextcloud-talk/cloud.example.org.crt"),
        ("cloud.example.org", "turn", "/etc/coturn/certs/cloud.example.org.crt"),
        ("cloud.example.org", "authority", AUTHORITY),
        ("cloud.example.org", "trusted", TRUSTED),
    ]
    assert found.failing == found.seen


def test_each_host_is_asked_for_what_it_shows(tmp_path: Path) -> None:
    found = read(tmp_path, OF_THEIR_OWN, APART)
    assert sorted(looked_at(found)) == [
        ("cloud.example.org", "web", "/etc/nextcloud-talk/cloud.example.org.crt"),
        ("signaling.example.org", "web", "/etc/nextcloud-talk/signaling.example.org.crt"),
        ("turn.example.org", "turn", "/etc/coturn/certs/turn.example.org.crt"),
    ]


def trusting(site: Path, page: str) -> Sequence[State]:
    """Return how the step of a deployment by which a host trusts an authority would end there."""
    wanted = invocation(site, "deploy", page, ONE_HOST)
    (play,) = yaml.safe_load(wanted.playbook.read_text("utf-8"))
    (step,) = (task for task in play["tasks"] if task["name"] == "Trust the authority of the host")
    (site / "play.yml").write_text(yaml.safe_dump([{"hosts": "nextcloud", "gather_facts": False, "tasks": [step]}]))
    for name in ("library", "module_utils", "roles"):
        (site / name).symlink_to(PLAYBOOKS / name)
    events: list[Event] = []
    ended = AnsibleRunner(Masking({})).run(replace(wanted, playbook=site / "play.yml", check=True), events.append)
    assert ended.code == 0, events
    done = (event for event in events if isinstance(event, HostResult))
    return [one.state for one in done if one.module == "jitsi_migrate_trust"]


@pytest.mark.parametrize(("page", "states"), [(INTERNAL, [State.CHANGED]), (DOMAIN, [])])
def test_a_host_trusts_an_authority_of_its_own_and_no_other(tmp_path: Path, page: str, states: list[State]) -> None:
    assert trusting(tmp_path, page) == states
