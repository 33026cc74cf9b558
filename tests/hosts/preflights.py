"""The sites that tests of preflight look at hosts for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.hosts.bed import JITSI, Bed

PROGRAM = (sys.executable, "-m", "migrate.cli")
REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Site:
    """A site directory, and the place from which its hosts are reached."""

    path: Path
    bed: Bed

    def look(self, *words: object, within: float = 60) -> subprocess.CompletedProcess[str]:
        """Run preflight, as a person does."""
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "COLUMNS": "200"}
        return self.bed.place.tried(*PROGRAM, "--site", self.path, "preflight", *words, env=environment, within=within)

    def found(self, *words: object, code: int | None = None) -> dict[str, dict[str, list[str]]]:
        """Return what preflight found: host to code to messages, of all that is not well."""
        done = self.look("--json", *words)
        assert code in (None, done.returncode), done.stdout + done.stderr
        return {host["host"]: _bad(host["findings"]) for host in json.loads(done.stdout)["data"]["hosts"]}


def _bad(findings: list[Mapping[str, Any]]) -> dict[str, list[str]]:
    bad: dict[str, list[str]] = {}
    for found in findings:
        if found["verdict"] != "ok":
            bad.setdefault(found["code"], []).append(found["message"])
    return bad


def make_site(bed: Bed, path: Path, settings: str = "", **addition: str) -> Site:
    """Make a site of the bed's hosts, with settings in TOML that come below [jitsi_meet]."""
    bed.place.run(*PROGRAM, "init", "--site", path, "meet.example.org", env={**os.environ, "PYTHONPATH": REPOSITORY})
    file = path / "migrate.toml"
    before, _, _ = file.read_text().partition("[jitsi_meet]")
    bridge = bed.hosts["bridge.example.org"]
    meet = bed.hosts["meet.example.org"]
    hosts = "".join(f'[jitsi_meet.hosts."{host.name}"]\naddresses = ["{host.v4}", "{host.v6}"]\n' for host in (bridge,))
    file.write_text(
        f'{before}[jitsi_meet]\ndomain = "{meet.name}"\nrepositories.jitsi = "{JITSI}"\n'
        f'certificate.source = "internal"\n{settings}\n{hosts}'
    )
    (path / "inventory.ini").write_text(bed.inventory.read_text())
    return Site(path, bed)
