#!/usr/bin/python
"""Make Prosody's accounts what they should be."""

from __future__ import annotations

DOCUMENTATION = r"""
module: jitsi_migrate_accounts
short_description: Make, change and remove accounts of Prosody
description:
  - Passwords that accounts have are compared with what Prosody has stored, so that only what differs is touched.
  - Prosody learns new passwords over the socket of its console, and so they are in no process list.
  - Prosody must be running if there is anything to do. Whoever is logged in with an older password is logged out.
options:
  file:
    description:
      - A file on the server of accounts and who may see them, JSON. Passwords are made those of the file.
    type: path
  logins:
    description:
      - Content of C(logins.csv), with the columns C(login), C(password) and C(pending).
      - Only missing accounts are made; a password that somebody changed is left alone unless C(pending) is V(reset).
        Where it is V(remove) the account is removed.
    type: str
  host:
    description: The host of O(logins).
    type: str
  data:
    description: Where Prosody keeps its data.
    type: path
    default: /var/lib/prosody
  program:
    description: The program by which rosters are written.
    type: str
    default: prosodyctl
attributes:
  check_mode:
    support: full
    description: The file and Prosody need not exist.
  diff_mode:
    support: full
author: the jitsi-migrate project
"""

EXAMPLES = r"""
- name: Make the accounts of Jicofo and the bridges
  jitsi_migrate_accounts:
    file: /var/lib/jitsi-migrate/jitsi-meet-accounts.json

- name: Make the accounts of people
  jitsi_migrate_accounts:
    logins: "{{ lookup('ansible.builtin.file', inventory_dir ~ '/logins.csv') }}"
    host: meet.example.org
"""

RETURN = r"""
created:
  description: Accounts that were made.
  type: list
  elements: str
  returned: always
changed_passwords:
  description: Accounts that got another password.
  type: list
  elements: str
  returned: always
removed:
  description: Accounts that were removed.
  type: list
  elements: str
  returned: always
subscribed:
  description: Accounts whose roster was written.
  type: list
  elements: str
  returned: always
rosters:
  description: Files of the rosters that O(file) speaks of. Who logs in reads his own then.
  type: list
  elements: str
  returned: always
others:
  description: Accounts of the host that O(logins) does not name.
  type: list
  elements: str
  returned: always
"""

import csv
import io
import json
from pathlib import Path
from typing import Any, NamedTuple

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.jitsi_migrate_prosody import (
    Address,
    Console,
    address,
    has_password,
    is_subscribed,
    place,
    stored,
    subscribe,
    users,
)
from ansible.module_utils.jitsi_migrate_refused import Refused, refusing

ARGUMENTS: dict[str, dict[str, Any]] = {
    "file": {"type": "path"},
    "logins": {"type": "str", "no_log": True},
    "host": {"type": "str"},
    "data": {"type": "path", "default": "/var/lib/prosody"},
    "program": {"type": "str", "default": "prosodyctl"},
}


class Wanted(NamedTuple):
    """Accounts as they should be. Only those of `settled` keep a password that differs."""

    passwords: dict[Address, str]
    settled: frozenset[Address] = frozenset()
    removed: tuple[Address, ...] = ()
    subscriptions: tuple[tuple[Address, str], ...] = ()


class Plan(NamedTuple):
    """What is to do."""

    created: list[Address]
    changed_passwords: list[Address]
    removed: list[Address]
    subscribed: list[tuple[Address, str]]
    others: list[Address]

    def told(self) -> dict[str, list[str]]:
        """Return it for Ansible."""
        subscribed = [str(account) for account, _ in self.subscribed]
        named = {name: [str(one) for one in getattr(self, name)] for name in self._fields if name != "subscribed"}
        return {**named, "subscribed": subscribed}

    @property
    def pending(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.created or self.changed_passwords or self.removed or self.subscribed)


def main() -> None:
    """Answer Ansible."""
    module = AnsibleModule(
        argument_spec=ARGUMENTS,
        required_one_of=[("file", "logins")],
        mutually_exclusive=[("file", "logins")],
        required_together=[("logins", "host")],
        supports_check_mode=True,
    )
    with refusing(module):
        result = answer(module)
    module.exit_json(**result)


def answer(module: AnsibleModule) -> dict[str, Any]:
    """Do what is asked for and return the result."""
    data = Path(module.params["data"])
    wanted = of_logins(module) if module.params["logins"] is not None else of_file(module)
    plan = plan_for(wanted, data, module.params["host"])
    if plan.pending and not module.check_mode:
        carry_out(plan, wanted, data, module.params["program"])
    told = plan.told()
    diff = "".join(f"{name}: {one}\n" for name in told if name != "others" for one in told[name])
    rosters = [str(place(data, account, "roster")) for account, _ in wanted.subscriptions]
    return {"changed": plan.pending, "diff": {"prepared": diff}, **told, "rosters": rosters}


def of_file(module: AnsibleModule) -> Wanted:
    """Read the accounts that a file on the server names."""
    path = Path(module.params["file"])
    if module.check_mode and not path.exists():
        return Wanted({})
    try:
        found = json.loads(path.read_text("utf-8"))
        passwords = {address(name): password for name, password in found["accounts"].items()}
        seen = tuple((address(name), contact) for name, contact in found["seen_by"].items())
    except (ValueError, KeyError, AttributeError):
        raise Refused(f"{path} is not what render makes: deploy again") from None
    return Wanted(passwords, subscriptions=seen)


def of_logins(module: AnsibleModule) -> Wanted:
    """Read the accounts of people."""
    host = module.params["host"]
    rows = list(csv.DictReader(io.StringIO(module.params["logins"], newline="")))
    if any(not row.get("login") or not row.get("password") for row in rows):
        raise Refused("logins.csv has a line without login or password: run jitsi-migrate accounts")
    # No login begins with an apostrophe: it is there for spreadsheet programs.
    named = {Address(row["login"].lstrip("'"), host): row for row in rows}
    removed = tuple(account for account, row in named.items() if row["pending"] == "remove")
    return Wanted(
        {account: row["password"] for account, row in named.items() if account not in removed},
        frozenset(account for account, row in named.items() if row["pending"] != "reset"),
        removed,
    )


def plan_for(wanted: Wanted, data: Path, host: str | None) -> Plan:
    """Compare what should be with what Prosody has stored."""
    found = {account: stored(data, account, "accounts") for account in wanted.passwords}
    differing = [
        account
        for account, password in wanted.passwords.items()
        if account not in wanted.settled and found[account] and not has_password(found[account] or "", password)
    ]
    known = {Address(user, host) for user in users(data, host)} if host else set()
    return Plan(
        [account for account, text in found.items() if not text],
        differing,
        [account for account in wanted.removed if account in known],
        [
            (account, contact)
            for account, contact in wanted.subscriptions
            if not is_subscribed(stored(data, account, "roster"), contact)
        ],
        sorted(known - wanted.passwords.keys() - set(wanted.removed)),
    )


def carry_out(plan: Plan, wanted: Wanted, data: Path, program: str) -> None:
    """Make the accounts so. Raises Refused if one cannot be, with those before it done."""
    if plan.created or plan.changed_passwords or plan.removed:
        console = Console(data / "prosody.sock")
        for account in plan.created:
            tell(console, "user:create", account, wanted.passwords[account])
        for account in plan.changed_passwords:
            tell(console, "user:password", account, wanted.passwords[account])
        for account in plan.removed:
            tell(console, "user:delete", account)
    for account, contact in plan.subscribed:
        subscribe(program, str(account), contact)
        if not is_subscribed(stored(data, account, "roster"), contact):
            raise Refused(f"the roster of {account} still lacks {contact}: {LOST}")


def tell(console: Console, command: str, account: Address, *words: str) -> None:
    """Have Prosody change an account."""
    try:
        console.ask(command, str(account), *words)
    except Refused as refusal:
        lost = f": {LOST}" if "No such host" in str(refusal) else ""
        raise Refused(f"the account {account}: {refusal}{lost}") from None


LOST = (
    "Prosody does not know the host. Its file /etc/prosody/prosody.cfg.lua must end in the line "
    'Include "conf.d/*.cfg.lua", and Prosody be restarted: deploy again'
)

if __name__ == "__main__":
    main()
