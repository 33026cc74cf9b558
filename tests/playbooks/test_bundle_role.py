"""The role that puts a bundle in place, run by Ansible itself: nothing that it shows holds a secret."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from migrate.core.manifest import data_of, manifest_of
from tests.playbooks.bundles import MASK, SECRET, Server, bundle_of, shows_the_secret
from tests.playbooks.modules import PLAYBOOKS

ROLE = PLAYBOOKS / "roles" / "bundle"
PLAY = """
- hosts: localhost
  gather_facts: false
  vars:
    ansible_connection: local
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
  roles: [bundle]
  tasks:
    - name: Show what is to restart
      ansible.builtin.debug:
        msg: "to restart: {{ bundle_placed.restart | default([]) }}"
    - name: Say that all was restarted
      ansible.builtin.include_role:
        name: bundle
        tasks_from: settled
"""


def write(directory, *content):
    bundle = bundle_of(*content)
    for file in bundle.files:
        path = Path(f"{directory}/files{file.placement.path}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data_of(file))
    (directory / "manifest.json").write_text(json.dumps(manifest_of(bundle)))


def play(directory, *options):
    """Run the role from a folder beside which its parts lie as they do beside a play."""
    for name in ("library", "module_utils", "roles"):
        if not (directory / name).exists():
            (directory / name).symlink_to(PLAYBOOKS / name)
    (directory / "play.yml").write_text(PLAY)
    variables = {"bundle_directory": str(directory / "bundle"), "bundle_record": str(directory / "server/record.json")}
    done = subprocess.run(
        [
            Path(sys.executable).with_name("ansible-playbook"),
            "play.yml",
            "--extra-vars",
            json.dumps(variables),
            *options,
        ],
        cwd=directory,
        env={**os.environ, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "ANSIBLE_HOME": str(directory / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert not shows_the_secret(said)
    return said


def recap(said):
    return {name: int(count) for name, count in re.findall(r"(\w+)=(\d+)", said.rpartition("PLAY RECAP")[2])}


@pytest.mark.slow
def test_ansible_places_a_bundle_once_and_shows_no_secret(tmp_path):
    server = Server(tmp_path / "server", None)
    config = server.file("etc/app.conf", f"password = «{SECRET}»\n", "0640", restart=("app",))
    write(
        tmp_path / "bundle", config, server.file("etc/logo.png", b"\x89PNG\0"), server.link("etc/on.conf", "app.conf")
    )
    checked = play(tmp_path, "--check", "--diff", "-vvv")
    assert (recap(checked)["changed"], recap(checked)["failed"]) == (1, 0), checked
    assert f"+password = {MASK}" in checked
    assert not server.root.exists()
    placed = play(tmp_path, "--diff", "-vvv")
    assert "to restart: ['app']" in placed
    assert server.path("etc/app.conf").read_text() == f"password = {SECRET}\n"
    assert server.path("etc/logo.png").read_bytes() == b"\x89PNG\0"
    again = play(tmp_path)
    assert (recap(again)["changed"], recap(again)["failed"]) == (0, 0), again
    assert "to restart: []" in again


@pytest.mark.slow
def test_ansible_tells_why_a_file_was_refused_and_no_secret(tmp_path):
    server = Server(tmp_path / "server", None)
    refuse = ("sh", "-c", "cat {}; exit 1")
    write(tmp_path / "bundle", server.file("etc/app.conf", f"password = «{SECRET}»\n", validate=refuse))
    said = play(tmp_path, "-vvv", "--diff")
    assert recap(said)["failed"] == 1
    assert f"{server.path('etc/app.conf')}: its validator refuses it" in said
    assert not server.root.exists()


def test_options_are_told_with_their_types_and_defaults():
    specs = yaml.safe_load((ROLE / "meta/argument_specs.yml").read_text())["argument_specs"]
    defaults = yaml.safe_load((ROLE / "defaults/main.yml").read_text())
    told = {}
    for spec in specs.values():
        options = spec["options"].items()
        assert all({"description", "type"} <= option.keys() for _, option in options)
        told |= {name: option["default"] for name, option in options if not option.get("required")}
    assert told == defaults
