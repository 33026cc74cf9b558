"""Deploying hosts that are in order already, against the same with one task for each file.

The hosts are those of the tests: real systems beside each other on this machine, reached by ssh. So they share its
processors, which is less than hosts of one's own have. Root starts them.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.hosts.bed import bed
from tests.hosts.machine import obstacle
from tests.hosts.site import Play, Site, make_site

ONE = dict.fromkeys(("jitsi_meet", "jitsi_videobridge", "coturn"), ("meet.example.org",))
FIVE = {
    "jitsi_meet": ("meet.example.org",),
    "jitsi_videobridge": tuple(f"bridge-{number}.example.org" for number in (1, 2, 3)),
    "coturn": ("turn.example.org",),
}
# No ACME server is asked, and TURN has a name of its own.
SETTINGS = 'certificate.source = "internal"\nturn.domain = "turn.example.org"\n'
PLAYBOOK = "jitsi_meet_deploy.yml"
PLAYBOOKS = Path(__file__).resolve().parents[1] / "playbooks"

__all__ = ["FIVE", "ONE", "Run", "deployed", "obstacle", "ours", "peer"]


@dataclass(frozen=True)
class Run:
    """One run on hosts that are in order: its seconds, and the most tasks that a host had."""

    seconds: float
    tasks: int

    @property
    def each(self) -> float:
        """The seconds of a task, all hosts together."""
        return self.seconds / self.tasks


@contextmanager
def deployed(folder: Path, groups: Mapping[str, tuple[str, ...]]) -> Iterator[Site]:
    """Start hosts and deploy them."""
    folder.mkdir()
    with bed(folder / "bed", groups) as hosts:
        site = make_site(hosts, folder / "site", groups, SETTINGS)
        site.play(PLAYBOOK).succeeded()
        yield site


def ours(site: Site) -> Run:
    """Deploy again."""
    return timed(site, PLAYBOOKS / PLAYBOOK)


def peer(site: Site) -> Run:
    """Deploy again, with a task for each file in place of the bundle."""
    folder = site.path / "peer"
    folder.mkdir(exist_ok=True)
    for name in ("roles", "library", "module_utils"):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(PLAYBOOKS / name)
    (folder / "peer.yml").write_text(yaml.safe_dump(one_by_one(site), sort_keys=False))
    return timed(site, folder / "peer.yml")


def timed(site: Site, playbook: Path) -> Run:
    """Run a playbook that has nothing to change."""
    began = time.perf_counter()
    done = site.play(str(playbook)).succeeded()
    seconds = time.perf_counter() - began
    assert not done.changed, done.changed
    return Run(seconds, most_tasks(done))


def most_tasks(done: Play) -> int:
    """Return how many tasks the host with the most of them had."""
    return max(Counter(one.host for one in done.outcomes if one.status != "skipped").values())


def one_by_one(site: Site) -> list[dict[str, Any]]:
    """Return our play with tasks for files in place of the role bundle."""
    (play,) = yaml.safe_load((PLAYBOOKS / PLAYBOOK).read_text())
    before, after = split(play.pop("roles"), "bundle")
    tasks = [task for task in play["tasks"] if task.get("ansible.builtin.include_role", {}).get("name") != "bundle"]
    play["tasks"] = [*map(imported, before), *file_tasks(site), *map(imported, after), *tasks]
    return [play]


def split(roles: list[dict[str, Any]], name: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the roles before one and those behind it."""
    place = next(number for number, role in enumerate(roles) if role["role"] == name)
    return roles[:place], roles[place + 1 :]


def imported(role: Mapping[str, Any]) -> dict[str, Any]:
    """Return a role of a play as a task."""
    return {"ansible.builtin.import_role": {"name": role["role"]}, "vars": role["vars"]}


def file_tasks(site: Site) -> Iterator[dict[str, Any]]:
    """Yield a task for each file and each link of all hosts."""
    manifests = [json.loads(path.read_text()) for path in sorted(site.path.glob("build/*/manifest.json"))]
    for kind, task in (("files", copied), ("links", linked)):
        for path in sorted({entry["path"] for manifest in manifests for entry in manifest[kind]}):
            have = {
                manifest["host"]: entry for manifest in manifests for entry in manifest[kind] if entry["path"] == path
            }
            yield {**task(next(iter(have.values()))), "when": f"inventory_hostname in {sorted(have)}"}


def copied(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return a task that copies a file."""
    source = "{{ inventory_dir }}/build/{{ inventory_hostname }}/files" + entry["path"]
    how = {key: entry[key] for key in ("owner", "group", "mode")}
    return {"ansible.builtin.copy": {"src": source, "dest": entry["path"], **how}}


def linked(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return a task that makes a link."""
    return {"ansible.builtin.file": {"path": entry["path"], "src": entry["target"], "state": "link", "force": True}}
