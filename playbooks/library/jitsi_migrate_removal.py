#!/usr/bin/python
"""Take a deployment away from a server, around the removal of its bundle and its firewall's rules."""

from __future__ import annotations

DOCUMENTATION = r"""
module: jitsi_migrate_removal
short_description: Take a deployment away from a server
description:
  - Removes what records say this project brought, and nothing else. Interrupted, the same again completes it.
  - nginx and Prosody stay, and go on, where somebody else has set up something for them to serve.
  - V(begun) comes before the files of the bundle go, V(ended) after them and the firewall's rules.
options:
  state:
    description:
      - V(begun) stops the services of what was installed, and keeps their data in an archive.
      - V(ended) removes packages, what tells apt of them, files, directories that are empty then, and the records.
    type: str
    choices: [begun, ended]
    required: true
  archived:
    description: What the archive keeps, of what is there.
    type: list
    elements: path
    default: [/etc/jitsi, /etc/letsencrypt, /etc/nginx, /etc/prosody, /var/lib/prosody]
  files:
    description: Files that were made on the server itself.
    type: list
    elements: path
    default: []
  lineages:
    description: Names of certbot's certificates that go, too.
    type: list
    elements: str
    default: []
  reload:
    description: Services whose files went, and that may be there still.
    type: list
    elements: str
    default: []
  directory:
    description: Where the records are.
    type: path
    default: /var/lib/jitsi-migrate
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
author: the jitsi-migrate project
"""

EXAMPLES = r"""
- name: Stop what was deployed
  jitsi_migrate_removal:
    state: begun

- name: Remove the files of the bundle
  jitsi_migrate_bundle:
    state: absent
  register: removed

- name: Remove what was installed
  jitsi_migrate_removal:
    state: ended
    reload: "{{ removed.reload }}"
"""

RETURN = r"""
units:
  description: The units that were stopped. Of V(begun).
  type: list
  elements: str
  returned: when state is begun
archive:
  description: The file that keeps the data; empty if there is none. Of V(begun).
  type: str
  returned: when state is begun
packages:
  description: The packages that were removed.
  type: list
  elements: str
  returned: when state is ended
needed:
  description: Packages that stay, for others that came later need them, or for the files of C(foreign).
  type: list
  elements: str
  returned: when state is ended
foreign:
  description: Files of others that nginx and Prosody serve, which therefore stay.
  type: list
  elements: path
  returned: when state is ended
"""

import os
import shutil
import time
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.jitsi_migrate_files import archive
from ansible.module_utils.jitsi_migrate_installed import packages
from ansible.module_utils.jitsi_migrate_installed import read_record as read_packages
from ansible.module_utils.jitsi_migrate_locks import wait_for_locks
from ansible.module_utils.jitsi_migrate_owner import ADOPTED
from ansible.module_utils.jitsi_migrate_policy import Policy
from ansible.module_utils.jitsi_migrate_programs import tried
from ansible.module_utils.jitsi_migrate_record import read_record
from ansible.module_utils.jitsi_migrate_refused import refusing
from ansible.module_utils.jitsi_migrate_removing import (
    bring_back,
    note,
    noted,
    prune,
    purge,
    release,
    removable,
    running,
    shared,
    stop,
    units,
)

ARCHIVED = ["/etc/jitsi", "/etc/letsencrypt", "/etc/nginx", "/etc/prosody", "/var/lib/prosody"]
ARGUMENTS: dict[str, dict[str, Any]] = {
    "state": {"type": "str", "choices": ["begun", "ended"], "required": True},
    "archived": {"type": "list", "elements": "path", "default": ARCHIVED},
    "files": {"type": "list", "elements": "path", "default": []},
    "lineages": {"type": "list", "elements": "str", "default": []},
    "reload": {"type": "list", "elements": "str", "default": []},
    "directory": {"type": "path", "default": "/var/lib/jitsi-migrate"},
}
RECORDS = ("manifest.json", "packages.json", "removal.json")
AUTHORITIES = Path("/usr/local/share/ca-certificates")
PATIENCE = 300
Result = dict[str, Any]


def main() -> None:
    """Answer Ansible."""
    module = AnsibleModule(ARGUMENTS, supports_check_mode=True)
    answer = {"begun": begun, "ended": ended}[module.params["state"]]
    with refusing(module):
        result = answer(Path(module.params["directory"]), module.params, check=module.check_mode)
    module.exit_json(**result)


def begun(directory: Path, wanted: Result, *, check: bool) -> Result:
    """Stop the services, and keep the data."""
    placed, installed = read_record(directory / "manifest.json"), read_packages(directory / "packages.json").installed
    there = bool(placed.paths or installed)
    ours = our_files(directory, wanted)
    stopping = running(units(installed, placed.paths, shared(ours)))
    kept = directory / f"destroyed-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.tar.gz" if there else None
    if not check and there:
        # The records of files go with them.
        note(directory / "removal.json", ours)
        stop(stopping)
        if kept:
            archive(kept, wanted["archived"], {})
    diff = [shown("running", [f"{name}\n" for name in stopping])] if stopping else []
    return {"changed": there, "diff": diff, "units": stopping, "archive": str(kept or "")}


def ended(directory: Path, wanted: Result, *, check: bool) -> Result:
    """Remove what is left of it."""
    installed, ours = read_packages(directory / "packages.json"), our_files(directory, wanted)
    if not check:
        wait_for_locks(PATIENCE)
        Policy(installed.installed).restore()
    brought = packages().keys() & {*installed.installed}
    theirs = {name: files for name, files in shared(ours).items() if name in brought}
    going, needed = removable(installed.installed, theirs)
    made = (*installed.files, *wanted["files"], *(path for name in wanted["lineages"] for path in lineage(name)))
    files = [path for path in made if os.path.lexists(path)]
    records = [str(directory / name) for name in RECORDS if (directory / name).exists()]
    if not check:
        release([name for name, _ in installed.versions])
        bring_back(theirs)
        tell([*wanted["reload"], *theirs])
        # Before certbot, which asks what shall become of certificates that are still there.
        remove(files)
        purge(going)
        prune(str(Path(path).parent) for path in (*ours, *files))
        forget(directory)
    gone = [shown("packages", [f"{name}\n" for name in going])] if going else []
    gone += [shown("files", [f"{path}\n" for path in files])] if files else []
    foreign = [path for paths in theirs.values() for path in paths]
    changed = bool(going or files or records)
    return {"changed": changed, "diff": gone, "packages": going, "needed": needed, "foreign": foreign}


def our_files(directory: Path, wanted: Result) -> set[str]:
    """Return all files that were placed and made, also if their records are gone by now."""
    placed = read_record(directory / "manifest.json").paths
    return {*noted(directory / "removal.json"), *placed, *wanted["files"]}


def lineage(name: str) -> list[str]:
    """Return what certbot has of a certificate."""
    certbot = "/etc/letsencrypt"
    return [f"{certbot}/live/{name}", f"{certbot}/archive/{name}", f"{certbot}/renewal/{name}.conf"]


def tell(services: list[str]) -> None:
    """Let services know that files went; those that are to go themselves do not run any more."""
    tried("systemctl", "daemon-reload")
    for name in services:
        tried("systemctl", "try-reload-or-restart", f"{name}.service")


def remove(files: list[str]) -> None:
    """Remove files, and the trust in authorities among them."""
    for path in map(Path, files):
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    if any(Path(path).parent == AUTHORITIES for path in files):
        tried("update-ca-certificates", "--fresh")


def forget(directory: Path) -> None:
    """Remove all that was kept in mind, but not what was kept for people. What an interrupted run needs goes last."""
    for path in sorted(directory.glob("*"), key=lambda path: (path.name in RECORDS, path.name)):
        if path.name != ADOPTED and ".tar" not in path.suffixes:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    if directory.is_dir() and not any(directory.iterdir()):
        directory.rmdir()


def shown(what: str, lines: list[str]) -> dict[str, str]:
    """Return what goes as a diff."""
    return {"before_header": what, "after_header": what, "before": "".join(lines), "after": ""}


if __name__ == "__main__":
    main()
