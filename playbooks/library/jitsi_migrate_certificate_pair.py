#!/usr/bin/python
"""See that a certificate and its key are there before services need them."""

from __future__ import annotations

DOCUMENTATION = r"""
module: jitsi_migrate_certificate_pair
short_description: See that a certificate and its key are there
description:
  - Makes a first pair, signed by itself, so that services start until another is put in its place.
  - Or looks at a pair that somebody else put there, and tells all that is wrong with it.
options:
  state:
    description:
      - V(present) makes what is missing, and never replaces a certificate or key that is there.
      - V(checked) changes nothing, and fails if browsers would not accept the pair.
    type: str
    choices: [present, checked]
    default: present
  pairs:
    description: The pairs of this host.
    type: list
    elements: dict
    required: true
    suboptions:
      certificate:
        description: The file of the certificate and its chain.
        type: path
        required: true
      key:
        description: The file of its key.
        type: path
        required: true
      names:
        description: The names that it is for.
        type: list
        elements: str
        required: true
      owner:
        description: The user, and group, of both files and of the directory if that is made.
        type: str
        default: root
      mode:
        description: The rights of the key.
        type: str
        default: "0600"
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
author: the jitsi-migrate project
"""

EXAMPLES = r"""
- name: Make a first certificate
  jitsi_migrate_certificate_pair:
    pairs:
      - certificate: /etc/jitsi/meet/meet.example.org.crt
        key: /etc/jitsi/meet/meet.example.org.key
        names: [meet.example.org]
"""

RETURN = r"""
made:
  description: The files that were made.
  type: list
  elements: str
  returned: always
"""

import os
import time
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.jitsi_migrate_files import gid_of, put, uid_of
from ansible.module_utils.jitsi_migrate_openssl import (
    belong_together,
    blocks,
    covers,
    known_here,
    new_key,
    read,
    signed_by_itself,
)
from ansible.module_utils.jitsi_migrate_refused import Refused, refusing

DAYS = 90
PAIR: dict[str, dict[str, Any]] = {
    "certificate": {"type": "path", "required": True},
    "key": {"type": "path", "required": True, "no_log": False},
    "names": {"type": "list", "elements": "str", "required": True},
    "owner": {"type": "str", "default": "root"},
    "mode": {"type": "str", "default": "0600"},
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "state": {"type": "str", "choices": ["present", "checked"], "default": "present"},
    "pairs": {"type": "list", "elements": "dict", "options": PAIR, "required": True},
}


def main() -> None:
    """Answer Ansible."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    with refusing(module):
        checked(module) if module.params["state"] == "checked" else make(module)


def checked(module: AnsibleModule) -> None:
    """Answer what is wrong with the pairs, or may be."""
    pairs = module.params["pairs"]
    faults = [fault for pair in pairs for fault in faults_of(pair)]
    if faults:
        raise Refused(". ".join(faults))
    for doubt in (doubt for pair in pairs for doubt in doubts_of(pair)):
        module.warn(doubt)
    module.exit_json(changed=False, made=[])


def make(module: AnsibleModule) -> None:
    """Make what is missing, and answer what that was."""
    made = [path for pair in module.params["pairs"] for path in present(pair, check=module.check_mode)]
    module.exit_json(changed=bool(made), made=made)


def present(pair: dict[str, Any], *, check: bool) -> list[str]:
    """Make what is missing of a pair, the key first, and return what was made."""
    certificate, key = Path(pair["certificate"]), Path(pair["key"])
    missing = [str(path) for path in (key, certificate) if not path.exists()]
    if not missing or check:
        return missing
    if certificate.exists():
        raise Refused(f"{certificate}: it is there without its key {key}. Bring back the key, or remove it")
    ids = owner_of(pair["owner"])
    make_directory(key.parent, ids)
    if not key.exists():
        put(key, new_key().encode(), int(pair["mode"], 8), *ids)
    put(certificate, signed_by_itself(str(key), pair["names"], DAYS).encode(), 0o644, *ids)
    return missing


def owner_of(name: str) -> tuple[int, int]:
    """Return the numbers of a user and of the group of the same name."""
    uid, gid = uid_of(name), gid_of(name)
    if uid is None or gid is None:
        raise Refused(f"The server has no user and group {name}: install the packages first")
    return uid, gid


def make_directory(path: Path, ids: tuple[int, int]) -> None:
    """Make a directory; where it is for one user, for that one only."""
    if not path.is_dir():
        path.mkdir(parents=True)
        os.chown(path, *ids)
        path.chmod(0o700 if ids[0] else 0o755)


def faults_of(pair: dict[str, Any]) -> list[str]:
    """Return why browsers would not accept a pair, as sentences without their full stop."""
    path = pair["certificate"]
    try:
        chain = blocks(path)
        told = [read(pem) for pem in chain]
        fitting = belong_together(chain[0], pair["key"])
        strange = [name for name in pair["names"] if not covers(chain[0], name)]
    except Refused as error:
        return [str(error)]
    first, now = told[0], time.time()
    found = {
        f"{path}: {pair['key']} is the key of another certificate": not fitting,
        f"{path}: it is not for {', '.join(strange)} (it is for {', '.join(first.names) or 'no name'})": bool(strange),
        f"{path}: it ended {day(first.ends)}": first.ends < now,
        f"{path}: it begins {day(first.begins)}": first.begins > now,
        f"{path}: its chain is not in order: each must be followed by the one that signed it": any(
            one.issuer != other.subject
            for one, other in zip(told, told[1:])  # noqa: RUF007 - Python 3.9 has neither strict nor pairwise
        ),
    }
    return [fault for fault, true in found.items() if true]


def doubts_of(pair: dict[str, Any]) -> list[str]:
    """Return what may be meant so."""
    chain = blocks(pair["certificate"])
    if known_here(chain):
        return []
    last = read(chain[-1])
    return [
        f"{pair['certificate']}: the server knows no authority that vouches for it. If people's devices do not know "
        f"{last.issuer} either, certificates are missing after the first, or nobody can come in"
    ]


def day(seconds: float) -> str:
    """Return the day of a moment."""
    return time.strftime("on %Y-%m-%d", time.gmtime(seconds))


if __name__ == "__main__":
    main()
