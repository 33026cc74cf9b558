#!/usr/bin/python
"""Make the database of Nextcloud, and the user of it."""

from __future__ import annotations

DOCUMENTATION = r"""
module: jitsi_migrate_database
short_description: Make a database in MariaDB, and its user
description:
  - The user may do everything in the database and nothing elsewhere, and comes from this host only.
  - No password is told to any program, only what MariaDB keeps of it.
options:
  file:
    description: A file on the host that names them, JSON, with C(database) of C(name), C(user) and C(password).
    type: path
    default: /var/lib/jitsi-migrate/nextcloud-accounts.json
attributes:
  check_mode:
    support: full
    description: The file, and MariaDB, need not be there.
  diff_mode:
    support: full
author: the jitsi-migrate project
"""

EXAMPLES = r"""
- name: Make the database
  jitsi_migrate_database:
"""

RETURN = r"""
"""

from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.jitsi_migrate_mariadb import lacking, provide
from ansible.module_utils.jitsi_migrate_nextcloud import accounts_of
from ansible.module_utils.jitsi_migrate_refused import Refused, refusing

ARGUMENTS: dict[str, dict[str, Any]] = {
    "file": {"type": "path", "default": "/var/lib/jitsi-migrate/nextcloud-accounts.json"},
}


def main() -> None:
    """Answer Ansible."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    with refusing(module):
        changes = answer(Path(module.params["file"]), check=module.check_mode)
    module.exit_json(changed=bool(changes), diff={"prepared": "".join(f"{one}\n" for one in changes)})


def answer(path: Path, *, check: bool) -> list[str]:
    """Make the database as the file says; return what was, or would be, changed."""
    if check and not path.exists():
        return ["database: made"]
    database = accounts_of(path).database
    try:
        changes: list[str] = lacking(database)
    except Refused:
        if check:
            return ["database: made"]
        raise
    if changes and not check:
        provide(database)
    return changes


if __name__ == "__main__":
    main()
