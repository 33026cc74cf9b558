"""The benchmark of deploying gives its peer every file that the bundle has."""

from __future__ import annotations

import json
from pathlib import Path

from bench import deploying
from tests.cli.program import run
from tests.hosts.site import Site
from tests.servers import server


def test_the_peer_has_a_task_for_each_file_and_link(tmp_path: Path) -> None:
    path = server(tmp_path / "site")
    assert run("--site", path, "render").code == 0
    (play,) = deploying.one_by_one(Site(None, path))
    manifest = json.loads((path / "build/meet.example.org/manifest.json").read_text())
    placed = [task["ansible.builtin.copy"]["dest"] for task in play["tasks"] if "ansible.builtin.copy" in task]
    linked = [task["ansible.builtin.file"]["path"] for task in play["tasks"] if "ansible.builtin.file" in task]
    assert sorted(placed) == sorted(entry["path"] for entry in manifest["files"])
    assert sorted(linked) == sorted(entry["path"] for entry in manifest["links"])
    used = {role["name"] for task in play["tasks"] for key, role in task.items() if key.endswith("_role")}
    assert used == {"certificate", "common", "coturn", "firewall", "jitsi", "videobridge"}
