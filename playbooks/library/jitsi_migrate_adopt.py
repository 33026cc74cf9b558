#!/usr/bin/python
"""Take a server for a deployment, once, and only if nobody else uses it or its owner says so."""

from __future__ import annotations

DOCUMENTATION = r"""
module: jitsi_migrate_adopt
short_description: Take a server for a deployment
description:
  - Fails where others set up what the deployment would replace, unless O(adopt) is true, and before anything changes.
  - With O(adopt), saves all of it to an archive first, and stops what cannot go on beside the deployment.
  - Marks the server, and after that changes nothing any more. The first run that is interrupted is not a stranger's.
options:
  domain:
    description: The domain of the deployment.
    type: str
    required: true
  paths:
    description: The files that the deployment places.
    type: list
    elements: path
    default: []
  firewall:
    description: Whether the deployment brings a firewall, and another one is in its way.
    type: bool
    default: true
  adopt:
    description: Whether to take over what others set up.
    type: bool
    default: false
  directory:
    description: Where the mark and the archives are.
    type: path
    default: /var/lib/jitsi-migrate
attributes:
  check_mode:
    support: full
    description: Tells what would be saved and stopped.
  diff_mode:
    support: full
    description: Shows what would be saved and stopped.
author: the jitsi-migrate project
"""

EXAMPLES = r"""
- name: Take the server, unless others use it
  jitsi_migrate_adopt:
    domain: meet.example.org
    paths: [/etc/nftables.conf]
"""

RETURN = r"""
foreign:
  description: What others set up, each with its C(kind) and C(words).
  type: list
  elements: dict
  returned: always
saved:
  description: The archive, if one was made.
  type: str
  returned: always
stopped:
  description: The units that were stopped, and are not started with the server any more.
  type: list
  elements: str
  returned: always
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.jitsi_migrate_foreign import Found, foreign
from ansible.module_utils.jitsi_migrate_installed import QUERY, packages_of
from ansible.module_utils.jitsi_migrate_owner import owner, save, take
from ansible.module_utils.jitsi_migrate_programs import said, tried
from ansible.module_utils.jitsi_migrate_refused import Refused, refusing

ARGUMENTS: dict[str, dict[str, Any]] = {
    "domain": {"type": "str", "required": True},
    "paths": {"type": "list", "elements": "path", "default": []},
    "firewall": {"type": "bool", "default": True},
    "adopt": {"type": "bool", "default": False},
    "directory": {"type": "path", "default": "/var/lib/jitsi-migrate"},
}


def main() -> None:
    """Answer Ansible."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    with refusing(module):
        answer(module)


def answer(module: AnsibleModule) -> None:
    """Take the server, or say why not."""
    given = module.params
    directory, domain = Path(given["directory"]), given["domain"]
    before = owner(directory)
    if before == domain:
        module.exit_json(changed=False, foreign=[], saved="", stopped=[])
    found = in_the_way(before, given["paths"], firewall=given["firewall"])
    told = [{"kind": one.kind, "words": one.words} for one in found]
    if found and not given["adopt"]:
        module.fail_json(msg=refusal(found), foreign=told, saved="", stopped=[])
    units = [unit for one in found for unit in one.units]
    saved = ""
    if not module.check_mode:
        if found:
            saved = str(save(directory, [*places(found), *given["paths"]], beside()))
        stop(units)
        take(directory, domain)
    diff = {"before": "", "after": difference(found, units, domain)}
    module.exit_json(changed=True, foreign=told, saved=saved, stopped=units, diff=diff)


def in_the_way(before: str | None, paths: Sequence[str], *, firewall: bool) -> list[Found]:
    """Return what is not ours on a server that was taken for `before`."""
    if before is None:
        found: list[Found] = foreign(paths, firewall=firewall)
        return found
    return of_another(before) if before else []


def of_another(domain: str) -> list[Found]:
    """Return what is in the way on the server of another deployment."""
    keeps = ("/etc/jitsi", "/etc/nginx", "/etc/prosody", "/var/lib/prosody", "/etc/turnserver.conf")
    return [Found("deployment", f"the deployment of {domain}", keeps)]


def refusal(found: Sequence[Found]) -> str:
    """Say what is there and what to do."""
    return (
        f"others set this up already: {'; '.join(one.words for one in found)}. Nothing was changed. Take another host, "
        "or take this one over: --adopt (with ansible-playbook: -e jitsi_meet_adopt=true) saves all of it first"
    )


def places(found: Sequence[Found]) -> list[str]:
    """Return what to save."""
    return [place for one in found for place in one.keeps]


def beside() -> dict[str, str]:
    """Return what else tells how the server was."""
    return {
        "packages.txt": "".join(f"{name} {one.version}\n" for name, one in sorted(packages_of(said(*QUERY)).items())),
        "ruleset.nft": said("nft", "list", "ruleset"),
        "units.txt": said("systemctl", "list-unit-files", "--state=enabled", "--no-legend", "--no-pager"),
    }


def stop(units: Sequence[str]) -> None:
    """Stop units, and have them not start again."""
    if units:
        done = tried("systemctl", "disable", "--now", *units)
        if done.returncode:
            raise Refused(f"cannot stop {', '.join(units)}: {done.stderr.strip()}")


def difference(found: Sequence[Found], units: Sequence[str], domain: str) -> str:
    """Tell what changes, for a person."""
    lines = [f"saved: {one.words}" for one in found] + [f"stopped: {unit}" for unit in units]
    return "".join(f"{line}\n" for line in [*lines, f"taken for {domain}"])


if __name__ == "__main__":
    main()
