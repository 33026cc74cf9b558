"""The roles that put releases in their places, run by Ansible itself."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.playbooks.modules import PLAYBOOKS

PLAY = """
- hosts: localhost
  gather_facts: false
  vars:
    ansible_connection: local
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
  tasks:
    - ansible.builtin.include_role: {name: "{{ role }}", tasks_from: fetched}
"""
VERSION = "<?php\n$OC_VersionString = '34.0.2';\n"
INFO = "<info><version>%s</version></info>"
NOTHING = {"address": "", "file": "", "sha256": "", "signature": "", "key": "", "key_address": "", "fingerprint": ""}
NO_IMAGE = {"repository": "", "digest": ""}


def pack(path: Path, files: dict[str, str]) -> None:
    with tarfile.open(path, "w:gz") as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))


def play(directory: Path, role: str, variables: dict[str, object], *options: str) -> str:
    for name in ("library", "module_utils", "roles"):
        if not (directory / name).exists():
            (directory / name).symlink_to(PLAYBOOKS / name)
    (directory / "play.yml").write_text(PLAY)
    (directory / "inventory.ini").write_text("localhost\n")
    program = Path(sys.executable).with_name("ansible-playbook")
    given = json.dumps({"role": role, **variables})
    done = subprocess.run(
        [program, "-i", "inventory.ini", "play.yml", "--extra-vars", given, *options],
        cwd=directory,
        env={**os.environ, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "ANSIBLE_HOME": str(directory / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def counts(said: str) -> tuple[int, int]:
    found = {name: int(count) for name, count in re.findall(r"(\w+)=(\d+)", said.rpartition("PLAY RECAP")[2])}
    assert found, said
    return found["changed"], found["failed"]


@pytest.fixture
def cloud(tmp_path: Path) -> dict[str, object]:
    """Archives in a site directory, and what the role is told of them."""
    pack(tmp_path / "nextcloud.tar.gz", {"nextcloud/version.php": VERSION, "nextcloud/config/x.php": "<?php"})
    for name, app, release in (("talk", "spreed", "24.0.4"), ("calendar", "calendar", "6.5.4")):
        pack(tmp_path / f"{name}.tar.gz", {f"{app}/appinfo/info.xml": INFO % release})
    releases = {"nextcloud": "34.0.2", "talk": "24.0.4", "calendar": "6.5.4"}
    return {
        "nextcloud_directory": str(tmp_path / "server/cloud"),
        "nextcloud_record": str(tmp_path / "server/releases.json"),
        "nextcloud_archives": {
            name: {**NOTHING, "release": release, "file": f"{name}.tar.gz"} for name, release in releases.items()
        },
    }


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_archives_of_the_site_directory_are_brought_once_and_unpacked(tmp_path: Path, cloud: dict[str, object]) -> None:
    server = tmp_path / "server"
    server.mkdir()
    assert counts(play(tmp_path, "nextcloud", cloud, "--check", "--diff")) == (3, 0)
    assert list(server.iterdir()) == []
    # What is copied there first is counted too.
    assert counts(play(tmp_path, "nextcloud", cloud)) == (6, 0)
    assert (server / "cloud/config").owner() == "www-data"
    assert {(server / "cloud" / name).owner() for name in ("version.php", "apps/spreed", "apps/calendar")} == {"root"}
    assert (server / "cloud/apps/spreed/appinfo/info.xml").read_text() == INFO % "24.0.4"
    assert sorted(path.name for path in server.iterdir()) == ["cloud", "releases.json"]
    assert counts(play(tmp_path, "nextcloud", cloud)) == (0, 0)


@pytest.mark.slow
def test_on_a_host_that_has_nothing_yet_the_signaling_server_is_told_and_not_made(tmp_path: Path) -> None:
    (tmp_path / "program").write_text("#!/bin/sh\n")
    told = {"file": "program", "release": "2.1.1", "sha256": hashlib.sha256(b"#!/bin/sh\n").hexdigest()}
    variables = {
        "talk_signaling_archives": {"signaling": {**NOTHING, **NO_IMAGE, **told}},
        "talk_signaling_record": str(tmp_path / "server/releases.json"),
        "__talk_signaling_program": str(tmp_path / "server/signaling"),
        "__talk_signaling_user": "signaling-of-the-tests",
    }
    said = play(tmp_path, "talk_signaling", variables, "--check")
    assert counts(said) == (3, 0), said
    assert not (tmp_path / "server").exists()
