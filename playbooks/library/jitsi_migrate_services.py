#!/usr/bin/python
"""Make services run as they should, in their order."""

from __future__ import annotations

DOCUMENTATION = r"""
module: jitsi_migrate_services
short_description: Start, restart and reload services in their order, and wait until they serve
description:
  - Units are unmasked, enabled and started, each when the one before it serves.
  - One that runs is restarted or reloaded if O(restart) or O(reload) name it. One that was just started knows all.
  - One that is older than its program or than what it read is restarted unasked, also if who changed that broke off.
  - systemd reads its unit files again first, where one of these units needs it.
options:
  units:
    description: The units, in the order in which they start.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The name, without C(.service).
        type: str
        required: true
      listens:
        description: The ports on which the unit itself must listen, such as V(5222/tcp).
        type: list
        elements: str
        default: []
      url:
        description: An address on this server that answers with a success when the unit works.
        type: str
      not_yet:
        description: A regular expression. The unit does not work yet while a line of the answer matches.
        type: str
      log:
        description: Where the unit writes what does not reach the journal, to be quoted when it fails.
        type: path
      packages:
        description: The packages that it runs. O(restart) may name them for it.
        type: list
        elements: str
        default: []
      reads:
        description: Files that it reads only when it starts. They need not exist.
        type: list
        elements: path
        default: []
      complaint:
        description:
          - A regular expression. A unit that logged a line that matches since it started has failed, though it runs. It
            is restarted once, as what it lacked may be there by now.
        type: str
  restart:
    description: Units or packages of units to restart. Others mean nothing here.
    type: list
    elements: str
    default: []
  reload:
    description: Units to reload. Names that are not among O(units) mean nothing here.
    type: list
    elements: str
    default: []
  stopped:
    description: Units that are to run no more, nor at the next boot. They need not exist.
    type: list
    elements: str
    default: []
  timeout:
    description: How many seconds each unit has until it serves.
    type: int
    default: 60
attributes:
  check_mode:
    support: full
    description: The units need not exist. Nothing is waited for.
  diff_mode:
    support: full
author: the jitsi-migrate project
"""

EXAMPLES = r"""
- name: Start Jicofo, and restart it if its files changed
  jitsi_migrate_services:
    units:
      - name: jicofo
        url: http://127.0.0.1:8888/about/health
    restart: "{{ bundle_placed.restart }}"

- name: Stop a bridge that is to be one no more
  jitsi_migrate_services:
    stopped: [jitsi-videobridge2]
"""

RETURN = r"""
steps:
  description: What was done, by unit. Units that needed nothing are left out.
  type: dict
  returned: always
  sample: {"prosody": ["unmask", "start"], "nginx": ["reload"]}
"""

import time
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.jitsi_migrate_refused import Refused, refusing
from ansible.module_utils.jitsi_migrate_units import (
    Moment,
    Standing,
    Unit,
    carry_out,
    complaints,
    ending,
    standings,
    steps,
    systemctl,
    take,
)

ARGUMENTS: dict[str, dict[str, Any]] = {
    "units": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "listens": {"type": "list", "elements": "str", "default": []},
            "url": {"type": "str"},
            "log": {"type": "path"},
            "packages": {"type": "list", "elements": "str", "default": []},
            "reads": {"type": "list", "elements": "path", "default": []},
            "complaint": {"type": "str"},
            "not_yet": {"type": "str"},
        },
    },
    "restart": {"type": "list", "elements": "str", "default": []},
    "reload": {"type": "list", "elements": "str", "default": []},
    "stopped": {"type": "list", "elements": "str", "default": []},
    "timeout": {"type": "int", "default": 60},
}


def main() -> None:
    """Answer Ansible."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    units = [Unit(**unit) for unit in module.params["units"]]
    leaving = [Unit(name) for name in module.params["stopped"]]
    found = standings(units)
    plan = {unit.name: doing(module, unit, found[unit.name]) for unit in units}
    plan |= {name: ending(standing) for name, standing in standings(leaving).items()}
    stale = any(standing.stale for standing in found.values())
    if not module.check_mode:
        with refusing(module):
            refuse_unknown(found)
            if stale:
                systemctl("daemon-reload")
            for unit in units:
                carry_out(unit, plan[unit.name], module.params["timeout"])
            for unit in leaving:
                take(unit, plan[unit.name], Moment(time.time()))
    done = {name: words for name, words in plan.items() if words}
    diff = {"prepared": "".join(f"{name}: {', '.join(words)}\n" for name, words in done.items())}
    module.exit_json(changed=bool(done) or stale, steps=done, diff=diff)


def doing(module: AnsibleModule, unit: Unit, standing: Standing) -> list[str]:
    """Return what is to do with a unit."""
    # What lacked a part when it started may find it now.
    named = not {unit.name, *unit.packages}.isdisjoint(module.params["restart"])
    restart = named or (standing.running and bool(complaints(unit)))
    found: list[str] = steps(standing, restart=restart, reload=unit.name in module.params["reload"])
    return found


def refuse_unknown(found: dict[str, Standing]) -> None:
    """Raise Refused if the server lacks units."""
    absent = [name for name, standing in found.items() if not standing.known]
    if absent:
        raise Refused(f"the server has no service {', no '.join(absent)}: install the packages first")


if __name__ == "__main__":
    main()
