#!/usr/bin/python
"""Have certbot get a certificate, when there is a reason to."""

from __future__ import annotations

DOCUMENTATION = r"""
module: jitsi_migrate_acme
short_description: Have certbot get a certificate
description:
  - Runs certbot unless its certificate is there, for the same names and of the same ACME server, and lasts. Then
    nothing is asked of the network.
  - What certbot's deploy hook does is not repeated.
options:
  names:
    description: The names of the certificate. Certbot calls it by the first.
    type: list
    elements: str
    required: true
  server:
    description: The ACME server.
    type: str
    required: true
  config:
    description: The file of options that certbot reads.
    type: path
    default: /etc/letsencrypt/jitsi-migrate.ini
  ca_bundle:
    description: Certificates by which certbot trusts the ACME server, and no others.
    type: path
  days:
    description: Ask for another certificate if it has fewer days left, and less than a third of its time.
    type: int
    default: 30
  directory:
    description: Where certbot keeps certificates.
    type: path
    default: /etc/letsencrypt
attributes:
  check_mode:
    support: full
    description: Certbot need not be installed. It is not run.
  diff_mode:
    support: none
author: the jitsi-migrate project
"""

EXAMPLES = r"""
- name: Get the certificate
  jitsi_migrate_acme:
    names: [meet.example.org]
    server: https://acme.example.org/directory
"""

RETURN = r"""
reason:
  description: Why certbot was run; empty where it was not.
  type: str
  returned: always
"""

import os
import re
import time
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.jitsi_migrate_certbot import reason
from ansible.module_utils.jitsi_migrate_openssl import DAY, Certificate, read_file
from ansible.module_utils.jitsi_migrate_refused import Refused

NONE = "there is none"
ARGUMENTS: dict[str, dict[str, Any]] = {
    "names": {"type": "list", "elements": "str", "required": True},
    "server": {"type": "str", "required": True},
    "config": {"type": "path", "default": "/etc/letsencrypt/jitsi-migrate.ini"},
    "ca_bundle": {"type": "path"},
    "days": {"type": "int", "default": 30},
    "directory": {"type": "path", "default": "/etc/letsencrypt"},
}


def main() -> None:
    """Answer Ansible."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    why = why_now(module.params)
    if why and not module.check_mode:
        run(module, forced=why != NONE)
    module.exit_json(changed=bool(why), reason=why)


def why_now(params: dict[str, Any]) -> str:
    """Return why another certificate is needed, or nothing."""
    directory, name = Path(params["directory"]), params["names"][0]
    try:
        found = read_file(str(directory / "live" / name / "cert.pem"))
    except Refused:
        return NONE
    if set(found.names) != set(params["names"]):
        return "it is for other names"
    if server_of(directory / "renewal" / f"{name}.conf") != params["server"]:
        return "it is of another ACME server"
    return f"it has {found.days} days left" if found.ends - time.time() < patience(found, params["days"]) else ""


def patience(found: Certificate, days: int) -> float:
    """Return the seconds that a certificate must last: some are only for days."""
    seconds: float = min(days * DAY, (found.ends - found.begins) / 3)
    return seconds


def server_of(path: Path) -> str:
    """Return the ACME server that certbot renews a certificate by."""
    try:
        found = re.search(r"^server *= *(\S+)", path.read_text("utf-8"), re.MULTILINE)
    except OSError:
        return ""
    return found[1] if found else ""


def run(module: AnsibleModule, *, forced: bool) -> None:
    """Run certbot, or fail with what it could not do."""
    directory = module.params["directory"]
    command = ["certbot", "certonly", "--config", module.params["config"], "--config-dir", directory]
    # Otherwise it could keep what it has.
    command += ["--force-renewal"] if forced else []
    bundle = module.params["ca_bundle"]
    if bundle and not os.access(bundle, os.R_OK):
        module.fail_json(msg=f"{bundle}: the server has no such file. Put it there, or change certificate.ca_bundle")
    environment = {"REQUESTS_CA_BUNDLE": bundle} if bundle else {}
    status, said, complained = module.run_command(command, environ_update=environment)
    if status:
        module.fail_json(msg=reason(f"{said}\n{complained}"), rc=status)


if __name__ == "__main__":
    main()
