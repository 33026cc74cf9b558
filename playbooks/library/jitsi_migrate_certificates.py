#!/usr/bin/python
"""Tell how long certificates last."""

from __future__ import annotations

DOCUMENTATION = r"""
module: jitsi_migrate_certificates
short_description: Tell how long certificates last
description:
  - Reads certificates in their files and, on this host, from the services that show them. Nothing is changed.
options:
  certificates:
    description: The certificates to look at.
    type: list
    elements: dict
    required: true
    suboptions:
      role:
        description: What it is for.
        type: str
        required: true
      path:
        description: Its file.
        type: path
        required: true
      port:
        description: The port of this host at which a service shows it.
        type: int
      name:
        description: The name to ask that service for.
        type: str
      starttls:
        description: The protocol in which that service is asked for TLS first, if it is.
        type: str
        choices: [xmpp]
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
author: the jitsi-migrate project
"""

EXAMPLES = r"""
- name: Read the certificate of the web server
  jitsi_migrate_certificates:
    certificates:
      - role: web
        path: /etc/jitsi/meet/meet.example.org.crt
        port: 443
        name: meet.example.org
"""

RETURN = r"""
certificates:
  description: What was asked for, in its order.
  type: list
  elements: dict
  returned: always
  contains:
    role:
      description: What it is for.
      type: str
    path:
      description: Its file.
      type: str
    names:
      description: The names that it is for.
      type: list
      elements: str
    days:
      description:
        - Whole days left, of the file or of what is shown if that ends earlier. None if there is no certificate.
      type: int
    ends:
      description: When that is, in UTC.
      type: str
    problem:
      description: What is wrong, a sentence; empty if nothing is.
      type: str
"""

import time
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.jitsi_migrate_openssl import Certificate, read, read_file, shown
from ansible.module_utils.jitsi_migrate_refused import Refused

CERTIFICATE: dict[str, dict[str, Any]] = {
    "role": {"type": "str", "required": True},
    "path": {"type": "path", "required": True},
    "port": {"type": "int"},
    "name": {"type": "str"},
    "starttls": {"type": "str", "choices": ["xmpp"]},
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "certificates": {
        "type": "list",
        "elements": "dict",
        "options": CERTIFICATE,
        "required": True,
        "required_together": [["port", "name"]],
    },
}


def main() -> None:
    """Answer Ansible."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    module.exit_json(changed=False, certificates=[told(wanted) for wanted in module.params["certificates"]])


def told(wanted: dict[str, Any]) -> dict[str, Any]:
    """Return what is known of one certificate."""
    known = {"role": wanted["role"], "path": wanted["path"]}
    try:
        found = read_file(wanted["path"])
    except Refused as error:
        return {**known, "names": [], "days": None, "ends": "", "problem": f"{error}."}
    served, problem = served_by(wanted, found)
    first = min(found, served, key=lambda certificate: certificate.ends)
    ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(first.ends))
    return {**known, "names": list(found.names), "days": first.days, "ends": ends, "problem": problem}


def served_by(wanted: dict[str, Any], found: Certificate) -> tuple[Certificate, str]:
    """Return what the service shows, and what is wrong with that."""
    port = wanted["port"]
    if not port:
        return found, ""
    try:
        served = read(shown(port, wanted["name"], wanted["starttls"]))
    except Refused:
        return found, f"Nobody shows it at port {port}: look whether the service runs."
    if served.fingerprint != found.fingerprint:
        return served, f"Another one is shown at port {port}: restart the service there."
    return found, ""


if __name__ == "__main__":
    main()
