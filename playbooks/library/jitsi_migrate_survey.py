#!/usr/bin/python
"""Tell what a host is like, before anything is deployed there."""

from __future__ import annotations

DOCUMENTATION = r"""
module: jitsi_migrate_survey
short_description: Tell what a host is like
description: Changes nothing, writes nothing, and asks no servers but those that are named.
options:
  packages:
    description: The packages that will be installed.
    type: list
    elements: str
    default: []
  pages:
    description: C(address), C(ca_bundle), C(apt) and C(guarded) of pages that the host must be able to get.
    type: list
    elements: dict
    default: []
  files:
    description: Files that must be there.
    type: list
    elements: path
    default: []
  paths:
    description: Files that will be placed.
    type: list
    elements: path
    default: []
  firewall:
    description: Whether a firewall will be placed.
    type: bool
    default: true
  directory:
    description: Where the mark of a deployment is.
    type: path
    default: /var/lib/jitsi-migrate
attributes:
  check_mode:
    support: full
    description: Does the same, as nothing is changed.
  diff_mode:
    support: none
author: the jitsi-migrate project
"""

EXAMPLES = r"""
- name: Look at the host
  jitsi_migrate_survey:
    packages: [nginx]
"""

RETURN = r"""
host:
  description: >-
    What there is: C(clock), in seconds since 1970, C(system), C(size), C(synchronised), C(addresses), C(listening),
    C(apt), C(pages), C(missing) files, C(owner), the domain that it was taken for, and C(foreign), what others set up.
  type: dict
  returned: always
"""

import time
from pathlib import Path
from typing import Any

from ansible.module_utils import jitsi_migrate_host as host
from ansible.module_utils import jitsi_migrate_simulation as simulation
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.jitsi_migrate_fetching import answers
from ansible.module_utils.jitsi_migrate_foreign import foreign
from ansible.module_utils.jitsi_migrate_owner import owner

ARGUMENTS: dict[str, dict[str, Any]] = {
    "packages": {"type": "list", "elements": "str", "default": []},
    "pages": {"type": "list", "elements": "dict", "default": []},
    "files": {"type": "list", "elements": "path", "default": []},
    "paths": {"type": "list", "elements": "path", "default": []},
    "firewall": {"type": "bool", "default": True},
    "directory": {"type": "path", "default": "/var/lib/jitsi-migrate"},
}


def main() -> None:
    """Answer Ansible."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    module.exit_json(changed=False, host=look(module.params))


def look(given: dict[str, Any]) -> dict[str, Any]:
    """Return all that is known of the host."""
    taken = owner(Path(given["directory"]))
    found = foreign(given["paths"], firewall=given["firewall"]) if taken is None else []
    return {
        "clock": time.time(),
        "system": host.system(),
        "size": host.size(),
        "synchronised": host.synchronised(),
        "addresses": host.addresses(),
        "listening": host.listening(),
        "apt": simulation.state(given["packages"]),
        "pages": answers(given["pages"]),
        "missing": [path for path in given["files"] if not Path(path).is_file()],
        "owner": taken,
        "foreign": [{"kind": one.kind, "words": one.words} for one in found],
    }


if __name__ == "__main__":
    main()
