#!/usr/bin/python
"""Put the files of a bundle in their places on a server (docs/reference/bundle-format.md)."""

from __future__ import annotations

DOCUMENTATION = r"""
module: jitsi_migrate_bundle
short_description: Put the files and links of a bundle in their places
description:
  - Makes the server's files what a bundle's manifest says, content, owner, group and mode.
  - All files that differ are written beside the old ones and validated before the first of them replaces an old one.
  - Each file is replaced at once and whole. Interrupted, the same again completes it.
  - When all are in place, the checks of those that changed look at the whole. If one refuses it, all is put back.
  - Directories that are missing are made for their owner root, with mode 0755. Those that exist are left as they are.
  - What earlier bundles placed and this one does not have is removed if it still is what was placed, else kept.
options:
  state:
    description:
      - V(compared) tells what differs, V(present) removes the differences.
      - V(absent) removes what earlier bundles placed. No check looks at what is left.
      - V(settled) notes that the services were restarted and reloaded. Until then they are named again by each run,
        also by one that comes after an interruption and changes nothing itself.
    type: str
    choices: [compared, present, absent, settled]
    default: present
  manifest:
    description: The manifest of the bundle. Required for V(compared) and V(present).
    type: dict
  contents:
    description:
      - Path to content, in Base64, of the files that C(contents) of V(compared) names. Others are not looked at.
    type: dict
    default: {}
  record:
    description: The file on the server that keeps what was placed.
    type: path
    default: /var/lib/jitsi-migrate/manifest.json
attributes:
  check_mode:
    support: full
    description: Users, directories and validators need not exist. Neither validators nor checks are run.
  diff_mode:
    support: full
    description: Shows only what is known to be no secret.
author: the jitsi-migrate project
"""

EXAMPLES = r"""
- name: Compare the server's files with the bundle
  jitsi_migrate_bundle:
    state: compared
    manifest: "{{ lookup('ansible.builtin.file', 'manifest.json') | ansible.builtin.from_json }}"
  register: compared

- name: Put the files in place
  jitsi_migrate_bundle:
    manifest: "{{ lookup('ansible.builtin.file', 'manifest.json') | ansible.builtin.from_json }}"
    contents: "{{ lookup('jitsi_migrate_contents', 'files', paths=compared.contents) }}"
"""

RETURN = r"""
differs:
  description: Whether there is anything to do, be it only to keep in mind what was placed. Only of V(compared).
  type: bool
  returned: when state is compared
files:
  description: Path and reasons of what differs, of missing, kind, content, target, owner, group, mode.
  type: dict
  returned: when state is not settled
  sample: {"/etc/jitsi/jicofo/jicofo.conf": ["content", "mode"]}
contents:
  description: The files whose content is needed.
  type: list
  elements: str
  returned: when state is not settled
removed:
  description: What earlier bundles placed and this one does not have.
  type: list
  elements: str
  returned: when state is not settled
kept:
  description: The same, but it is not what was placed any more, and so it stays.
  type: list
  elements: str
  returned: when state is not settled
restart:
  description: Services to restart.
  type: list
  elements: str
  returned: always
reload:
  description: Services to reload.
  type: list
  elements: str
  returned: always
"""

import base64
import binascii
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.jitsi_migrate_before import Before, check, remains
from ansible.module_utils.jitsi_migrate_files import gid_of, uid_of
from ansible.module_utils.jitsi_migrate_placing import Server
from ansible.module_utils.jitsi_migrate_plan import (
    File,
    Placed,
    Plan,
    digest,
    plan_for,
    read_manifest,
)
from ansible.module_utils.jitsi_migrate_record import after, between, read_record
from ansible.module_utils.jitsi_migrate_refused import Refused, refusing
from ansible.module_utils.jitsi_migrate_shown import shown

ARGUMENTS: dict[str, dict[str, Any]] = {
    "state": {"type": "str", "choices": ["compared", "present", "absent", "settled"], "default": "present"},
    "manifest": {"type": "dict"},
    "contents": {"type": "dict", "default": {}, "no_log": True},
    "record": {"type": "path", "default": "/var/lib/jitsi-migrate/manifest.json"},
}


def main() -> None:
    """Answer Ansible."""
    needed = [("state", state, ["manifest"]) for state in ("compared", "present")]
    module = AnsibleModule(argument_spec=ARGUMENTS, required_if=needed, supports_check_mode=True)
    with refusing(module):
        result = answer(module)
    module.exit_json(**result)


def answer(module: AnsibleModule) -> dict[str, Any]:
    """Do what is asked for and return the result."""
    path = Path(module.params["record"])
    record = read_record(path)
    if module.params["state"] == "settled":
        return settled(path, record, check=module.check_mode)
    absent = module.params["state"] == "absent"
    wanted = Placed([], []) if absent else read_manifest(module.params["manifest"])
    plan = plan_for(wanted, record)
    if absent:
        plan = plan._replace(checks=[])
    if module.params["state"] == "compared":
        return {"changed": False, "differs": differs(path, plan, wanted, record), **plan.told()}
    contents = decoded(module.params["contents"], plan)
    refuse_directories(plan)
    diff = [{"prepared": shown(item, contents, record)} for item in plan.differences] if module._diff else []
    if not module.check_mode:
        refuse_nobody(plan)
        carry_out(path, plan, wanted, record, contents)
    return {"changed": bool(plan.differences), "diff": diff, **plan.told()}


def settled(path: Path, record: Placed, *, check: bool) -> dict[str, Any]:
    """Note that all services know of what was placed."""
    if (record.restart or record.reload) and not check:
        Server({}).keep(path, record._replace(restart=(), reload=()))
    return {"changed": False, "restart": [], "reload": []}


def differs(path: Path, plan: Plan, wanted: Placed, record: Placed) -> bool:
    """Tell whether there is anything to do."""
    return bool(
        plan.differences
        or plan.restart
        or plan.reload
        or after(plan, wanted, record) != record
        or remains({*wanted.paths, *record.paths, str(path)}, record)
    )


def carry_out(path: Path, plan: Plan, wanted: Placed, record: Placed, contents: Mapping[str, bytes]) -> None:
    """Make the server so, or leave it as it is."""
    for left in remains({*wanted.paths, *record.paths, str(path)}, record):
        left.unlink()
    done = after(plan, wanted, record)
    server, before = Server(contents), Before(plan, record, path)
    try:
        server.prepare(plan)
        before.keep()
        try:
            if plan.differences:
                # Killed from here on, the next run still knows what is ours, whom to tell, and what to check.
                server.keep(path, between(wanted, record, done, before.unchecked))
            server.place(plan)
            check(plan, wanted)
        except BaseException:
            before.put_back()
            raise
        before.forget()
        if plan.differences or done != record:
            server.keep(path, done)
    except BaseException:
        server.undo()
        raise


def decoded(given: Mapping[str, str], plan: Plan) -> dict[str, bytes]:
    """Return the contents that are needed, each of them the one that the manifest means."""
    lacking = [file.path for file in plan.new_files if file.path not in given]
    if lacking:
        raise Refused(f"contents: these are needed and not given, compare first: {', '.join(lacking)}")
    return {file.path: content(file, given[file.path]) for file in plan.new_files}


def content(file: File, given: str) -> bytes:
    """Return a file's content, if it is the one that the manifest means."""
    try:
        data = base64.b64decode(given, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise Refused(f"{file.path}: its content is not in Base64") from None
    if digest(data) != file.sha256:
        raise Refused(f"{file.path}: its content is not the one of the manifest: render it again")
    return data


def refuse_directories(plan: Plan) -> None:
    """Raise Refused if a file or link would stand where a directory is."""
    for path in (Path(item.path) for item in plan.differences):
        if path.is_dir() and not path.is_symlink():
            raise Refused(f"{path}: there is a directory, which is not replaced")


def refuse_nobody(plan: Plan) -> None:
    """Raise Refused if a file would belong to a user or group that the server does not have."""
    files = [item.wanted for item in plan.differences if isinstance(item.wanted, File)]
    nobody = {f"user {file.owner}" for file in files if uid_of(file.owner) is None}
    nobody |= {f"group {file.group}" for file in files if gid_of(file.group) is None}
    if nobody:
        raise Refused(f"the server has no {', no '.join(sorted(nobody))}: install the packages first")


if __name__ == "__main__":
    main()
