#!/usr/bin/python
"""See that Nextcloud, its high-performance backend and TURN work together."""

from __future__ import annotations

DOCUMENTATION = r"""
module: jitsi_migrate_talk_checks
short_description: See that Nextcloud, its high-performance backend and TURN work together
description:
  - Asks as the parts ask each other, from where they do, with their names, certificates and secrets.
  - Everything is asked at the same time, and all that is wrong is told together.
  - Nothing is changed. A relay that is asked for is given back.
options:
  file:
    description:
      - A file on the host that tells what to ask there, JSON. With C(signaling) that server is asked as Nextcloud does;
        with C(janus) Janus is asked, and C(nextcloud) as the signaling server does; with C(turn) relays are asked for.
    type: path
    default: /var/lib/jitsi-migrate/talk-checks.json
  occ:
    description: The words by which Nextcloud's program is called, which tells how it is set up. Empty, it is not asked.
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    support: full
    description: The file need not exist.
  diff_mode:
    support: none
author: the jitsi-migrate project
"""

EXAMPLES = r"""
- name: See that calls can be held
  jitsi_migrate_talk_checks:
    occ: [runuser, -u, www-data, --, php, /var/www/nextcloud/occ]
"""

RETURN = r"""
problems:
  description: What keeps people from calls. There are none unless the module fails.
  type: list
  elements: str
  returned: always
remarks:
  description: What should be known.
  type: list
  elements: str
  returned: always
"""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.jitsi_migrate_findings import Finding
from ansible.module_utils.jitsi_migrate_refused import Refused, refusing
from ansible.module_utils.jitsi_migrate_setup_checks import setup_checks
from ansible.module_utils.jitsi_migrate_talk_backend import backend
from ansible.module_utils.jitsi_migrate_talk_janus import janus
from ansible.module_utils.jitsi_migrate_talk_nextcloud import nextcloud
from ansible.module_utils.jitsi_migrate_talk_relays import relays

ARGUMENTS: dict[str, dict[str, Any]] = {
    "file": {"type": "path", "default": "/var/lib/jitsi-migrate/talk-checks.json"},
    "occ": {"type": "list", "elements": "str", "default": []},
}
Check = Callable[[], Iterator[Finding]]


def main() -> None:
    """Answer Ansible."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    path = Path(module.params["file"])
    if module.check_mode and not path.exists():
        module.exit_json(changed=False, problems=[], remarks=[])
    with refusing(module):
        found = made(checks(path, module.params["occ"]))
    problems = [one.message for one in found if one.fails]
    remarks = [one.message for one in found if not one.fails]
    for remark in remarks:
        module.warn(remark)
    if problems:
        module.fail_json(msg="\n".join(problems), problems=problems, remarks=remarks)
    module.exit_json(changed=False, problems=[], remarks=remarks)


def checks(path: Path, occ: list[str]) -> list[Check]:
    """Return what is to be asked on this host."""
    try:
        asked = json.loads(path.read_text("utf-8"))
        found: list[Check] = [partial(relays, asked["turn"])] if asked["turn"] else []
        if "signaling" in asked:
            found.append(partial(backend, asked["nextcloud"], asked["signaling"]))
        if "janus" in asked:
            found += [partial(janus, asked["janus"]), partial(nextcloud, asked["nextcloud"])]
    except (ValueError, KeyError, TypeError):
        raise Refused(f"{path} is not what render makes: deploy again") from None
    return [*found, partial(setup_checks, occ)] if occ else found


def made(every: list[Check]) -> list[Finding]:
    """Make all checks at the same time, and return what they found, in their order."""
    with ThreadPoolExecutor(max(1, len(every))) as pool:
        return [one for found in pool.map(lambda check: list(check()), every) for one in found]


if __name__ == "__main__":
    main()
