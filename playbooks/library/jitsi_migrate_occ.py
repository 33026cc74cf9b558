#!/usr/bin/python
"""Run commands of Nextcloud's own program."""

from __future__ import annotations

DOCUMENTATION = r"""
module: jitsi_migrate_occ
short_description: Run commands of Nextcloud's own program, several at the same time
description:
  - A command that fails is no failure of the module, so that those of other accounts are run all the same.
  - What commands print may be secret, as new app passwords are. Use it with C(no_log).
  - It must run as the user whom the program belongs to.
options:
  occ:
    description: The words by which the program is called, up to the command.
    type: list
    elements: str
    required: true
  jobs:
    description: Lists of commands, each a list of words. Those of one job are run in their order, to the first failure.
    type: list
    elements: list
    required: true
  inputs:
    description:
      - For each job, what its commands read on standard input, in base64. Without it there is nothing to read.
      - No file is made of it, so that nothing is left behind, and a program in a container gets it too.
    type: list
    elements: str
    default: []
  workers:
    description: How many jobs are run at the same time.
    type: int
    default: 4
  patience:
    description: Seconds that one command may take.
    type: int
    default: 120
  begins_within:
    description: Seconds after which no job begins any more. Who asked may be gone.
    type: int
    default: 300
attributes:
  check_mode:
    support: none
  diff_mode:
    support: none
author: the jitsi-migrate project
"""

EXAMPLES = r"""
- name: List the calendars of a user
  jitsi_migrate_occ:
    occ: [php, /var/www/nextcloud/occ]
    jobs:
      - - [dav:list-calendars, anna]
  become: true
  become_user: www-data
  register: listed
  no_log: true
"""

RETURN = r"""
jobs:
  description: For each job, how those of its commands ended that were run. C(code) is 127 if there is no such program.
  returned: always
  type: list
  elements: list
  sample:
    - - {code: 0, output: "[]\n", errors: ""}
"""

from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from time import monotonic
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.jitsi_migrate_programs import tried
from ansible.module_utils.jitsi_migrate_refused import Refused, refusing

ARGUMENTS: dict[str, dict[str, Any]] = {
    "occ": {"type": "list", "elements": "str", "required": True},
    "jobs": {"type": "list", "elements": "list", "required": True},
    "inputs": {"type": "list", "elements": "str", "default": []},
    "workers": {"type": "int", "default": 4},
    "patience": {"type": "int", "default": 120},
    "begins_within": {"type": "int", "default": 300},
}
# As a shell tells them.
TOO_LONG, NOT_THERE = 124, 127


def main() -> None:
    """Answer Ansible."""
    module = AnsibleModule(argument_spec=ARGUMENTS)
    with refusing(module):
        jobs = answer(module.params)
    # Whether anything is another than before, the program does not tell.
    module.exit_json(changed=True, jobs=jobs)


def answer(params: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Run all jobs and tell how their commands ended."""
    end = monotonic() + params["begins_within"]
    texts = [b64decode(text).decode() for text in params["inputs"]] or repeat("")

    def do(commands: list[list[str]], text: str) -> list[dict[str, Any]]:
        done: list[dict[str, Any]] = []
        for command in commands if monotonic() < end else ():
            done.append(ran([*params["occ"], *map(str, command)], text, params["patience"]))
            if done[-1]["code"]:
                break
        return done

    with ThreadPoolExecutor(params["workers"]) as workers:
        return list(workers.map(do, params["jobs"], texts))


def ran(command: list[str], text: str, patience: float) -> dict[str, Any]:
    """Run one command and tell how it ended."""
    try:
        done = tried(*command, text=text, patience=patience)
    except Refused as refusal:
        return {"code": TOO_LONG, "output": "", "errors": str(refusal)}
    except OSError as error:
        return {"code": NOT_THERE, "output": "", "errors": f"{command[0]}: {error.strerror or error}"}
    return {"code": done.returncode, "output": done.stdout, "errors": done.stderr}


if __name__ == "__main__":
    main()
