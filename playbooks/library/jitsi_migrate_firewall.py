#!/usr/bin/python
"""Make the rules in force those of the bundle, in a way that shuts nobody out."""

from __future__ import annotations

DOCUMENTATION = r"""
module: jitsi_migrate_firewall
short_description: Make the rules in force those of the bundle
description:
  - Compares the rules in force with those that a file means, whatever changed either of them, and loads the file.
  - Only the table C(inet jitsi_migrate) is looked at and replaced, in one step. Those of others stay as they are.
  - Rules that were loaded are put back unless a new connection confirms them in time. So is the file they came from.
  - As soon as the rules are confirmed, a copy of them is what the service loads at boot, and it is enabled.
options:
  state:
    description:
      - V(loaded) puts the rules in force. Its C(unconfirmed) tells that V(confirmed) has to follow by a new connection.
      - V(absent) removes the table, and leaves the service as it was before.
    type: str
    choices: [loaded, confirmed, absent]
    default: loaded
  rules:
    description: The text of the file. Required for V(loaded).
    type: str
  file:
    description: Where the rules stand on the server.
    type: path
    default: /etc/nftables.conf
  alone:
    description: Whether tables of others that decide what comes in are removed, once the rules are confirmed.
    type: bool
    default: false
  patience:
    description: Seconds after which the rules of before come back, unless the new ones are confirmed.
    type: int
    default: 60
attributes:
  check_mode:
    support: full
    description: Where there is no nftables yet, the rules are shown as the file has them.
  diff_mode:
    support: full
author: the jitsi-migrate project
"""

EXAMPLES = r"""
- name: Load the rules
  jitsi_migrate_firewall:
    rules: "{{ lookup('ansible.builtin.file', 'nftables.conf', rstrip=false) }}"
  register: loaded

- name: Come in anew
  ansible.builtin.meta: reset_connection

- name: Confirm the rules
  jitsi_migrate_firewall:
    state: confirmed
  when: loaded.unconfirmed
"""

RETURN = r"""
unconfirmed:
  description: Whether the rules of before come back unless these are confirmed.
  type: bool
  returned: always
"""

from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.jitsi_migrate_nftables import SERVICE, TABLE, Firewall, Places
from ansible.module_utils.jitsi_migrate_refused import Refused, refusing

RUN, STATE = Path("/run/jitsi-migrate-firewall"), Path("/var/lib/jitsi-migrate/firewall")
ARGUMENTS: dict[str, dict[str, Any]] = {
    "state": {"type": "str", "choices": ["loaded", "confirmed", "absent"], "default": "loaded"},
    "rules": {"type": "str"},
    "file": {"type": "path", "default": "/etc/nftables.conf"},
    "alone": {"type": "bool", "default": False},
    "patience": {"type": "int", "default": 60},
}
Result = dict[str, Any]


def main() -> None:
    """Answer Ansible."""
    module = AnsibleModule(ARGUMENTS, required_if=[("state", "loaded", ["rules"])], supports_check_mode=True)
    firewall = Firewall(Places(Path(module.params["file"]), RUN, STATE))
    answer = {"loaded": loaded, "confirmed": confirmed, "absent": absent}[module.params["state"]]
    with refusing(module):
        result = answer(firewall, module)
    module.exit_json(**{"unconfirmed": False, **result})


def loaded(firewall: Firewall, module: AnsibleModule) -> Result:
    """Put the rules in force, unless they are."""
    rules, patience = module.params["rules"], module.params["patience"]
    if not firewall.installed:
        if not module.check_mode:
            raise Refused("nftables is not installed: run the play from its start, which installs it")
        return told("", rules, [], f"{SERVICE} is not enabled")
    live, meant = firewall.live(), firewall.meant(rules)
    lacks_at_boot = firewall.lacks_at_boot(rules)
    others = firewall.others() if module.params["alone"] else []
    result = told(live, meant, others, lacks_at_boot)
    # Killed before they were confirmed, the rules may be in force and about to be put back.
    unconfirmed = live != meant or firewall.places.before.exists() or bool(others)
    if module.check_mode:
        return result
    if unconfirmed:
        firewall.load(rules, patience)
    elif lacks_at_boot:
        firewall.load_at_boot(rules)
    return {**result, "unconfirmed": unconfirmed}


def confirmed(firewall: Firewall, module: AnsibleModule) -> Result:
    """Let the rules stay that let this in."""
    if module.check_mode:
        return {"changed": False}
    if not firewall.disarm():
        raise Refused(
            f"the firewall's rules were put back as they were before: in {module.params['patience']} seconds no new"
            " connection came in. Run it again, with a greater firewall_patience if this host is slow"
        )
    firewall.confirm()
    if module.params["alone"]:
        firewall.remove_others()
    return {"changed": False}


def absent(firewall: Firewall, module: AnsibleModule) -> Result:
    """Leave no rule of ours."""
    live = firewall.live() if firewall.installed else ""
    changed = bool(live) or firewall.places.state.exists()
    if changed and not module.check_mode:
        firewall.disarm()
        if live:
            firewall.remove()
        firewall.forget()
    return {"changed": changed, "diff": [shown(live, "")] if live else []}


def told(live: str, meant: str, others: list[str], lacks_at_boot: str) -> Result:
    """Return what differs."""
    diff = [shown(live, meant)] if live != meant else []
    diff += [{"prepared": f"table {table}, which others made, is removed\n"} for table in others]
    if lacks_at_boot:
        diff.append({"prepared": f"{lacks_at_boot}: the rules are not loaded at boot\n"})
    return {"changed": bool(diff), "diff": diff}


def shown(live: str, meant: str) -> dict[str, str]:
    """Return two lists of rules as a diff."""
    return {"before_header": f"table {TABLE}", "after_header": f"table {TABLE}", "before": live, "after": meant}


if __name__ == "__main__":
    main()
