#!/usr/bin/python
"""Have a server trust an authority, and no longer trust others."""

from __future__ import annotations

DOCUMENTATION = r"""
module: jitsi_migrate_trust
short_description: Have a server trust an authority
description:
  - Puts the authority's certificate where update-ca-certificates finds it, and has that run until the server's list,
    and Java's where it has one, are newer.
  - Tells which of the services that need it started before it was there, for Java reads its list once.
options:
  name:
    description: What the certificate is called on the server, without C(.crt).
    type: str
    required: true
  content:
    description:
      - The certificate, in the format PEM. Empty if nobody can tell now. Then the one stays that is there, and where
        there is none it is an error, save in check mode.
    type: str
    required: true
  source:
    description: The host that has the authority, as the inventory calls it.
    type: str
    required: true
  replaces:
    description: What the certificates are called, without C(.crt), that the server shall not trust any more.
    type: list
    elements: str
    default: []
  services:
    description: The services that need it.
    type: list
    elements: str
    default: []
  directory:
    description: Where update-ca-certificates looks.
    type: path
    default: /usr/local/share/ca-certificates
  lists:
    description: The lists that it makes. A list that is not there is not expected.
    type: list
    elements: path
    default: [/etc/ssl/certs/ca-certificates.crt, /etc/ssl/certs/java/cacerts]
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
author: the jitsi-migrate project
"""

EXAMPLES = r"""
- name: Trust the authority of the web server
  jitsi_migrate_trust:
    name: jitsi-meet
    content: "{{ authority.content | b64decode }}"
    source: meet.example.org
    services: [jitsi-videobridge2]
"""

RETURN = r"""
restart:
  description: The services to restart.
  type: list
  elements: str
  returned: always
"""

import os
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.jitsi_migrate_files import put
from ansible.module_utils.jitsi_migrate_locks import wait_for_locks
from ansible.module_utils.jitsi_migrate_programs import tried
from ansible.module_utils.jitsi_migrate_refused import Refused, refusing

PATIENCE = 300

ARGUMENTS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "content": {"type": "str", "required": True},
    "source": {"type": "str", "required": True},
    "replaces": {"type": "list", "elements": "str", "default": []},
    "services": {"type": "list", "elements": "str", "default": []},
    "directory": {"type": "path", "default": "/usr/local/share/ca-certificates"},
    "lists": {
        "type": "list",
        "elements": "path",
        "default": ["/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/certs/java/cacerts"],
    },
}


def main() -> None:
    """Answer Ansible."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    params = module.params
    place = Path(params["directory"]) / f"{params['name']}.crt"
    others = [Path(params["directory"]) / f"{name}.crt" for name in params["replaces"]]
    before = content_of(place)
    after = (params["content"].strip() or before.strip()) + "\n"
    if not after.strip():
        missing(module)
    unwanted = [path for path in others if os.path.lexists(path)]
    stale = before != after or unwanted or not listed(place, params["lists"])
    if stale and not module.check_mode:
        with refusing(module):
            update(place, before, after, unwanted, params["lists"])
    diff = {"before_header": str(place), "after_header": str(place), "before": before, "after": after}
    restart = [service for service in params["services"] if started_before(service, place, new=before != after)]
    module.exit_json(changed=bool(stale), diff=[diff] if before != after else [], restart=restart)


def missing(module: AnsibleModule) -> None:
    """Answer where there is no authority yet."""
    source = module.params["source"]
    if module.check_mode:
        module.exit_json(changed=True, restart=[])
    module.fail_json(
        msg=f"{source} has no authority that this host could trust. Deploy {source} first, or both at once"
    )


def content_of(path: Path) -> str:
    """Return what is in a file, nothing where there is none."""
    try:
        return path.read_text("latin-1")
    except FileNotFoundError:
        return ""


def listed(place: Path, lists: list[str]) -> bool:
    """Tell whether the server's lists were made since the certificate was put in its place."""
    found = [Path(path) for path in lists if Path(path).exists()]
    return place.exists() and bool(found) and all(path.stat().st_mtime >= place.stat().st_mtime for path in found)


def update(place: Path, before: str, after: str, unwanted: list[Path], lists: list[str]) -> None:
    """Put the certificate in its place, take others away, and have the lists made."""
    for path in unwanted:
        path.unlink()
    if before != after:
        put(place, after.encode(), 0o644)
    # Java's list is made by dpkg, which others may be using.
    wait_for_locks(PATIENCE)
    # All anew, for otherwise what was taken away stays in.
    done = tried("update-ca-certificates", "--fresh")
    # It succeeds also where it did not make all lists.
    if done.returncode or not listed(place, lists):
        told = (done.stderr or done.stdout).strip()
        raise Refused(f"update-ca-certificates failed: {told}. Deploy again after that")


def started_before(service: str, place: Path, *, new: bool) -> bool:
    """Tell whether a service runs that cannot know of the certificate."""
    shown = ("show", "--timestamp=unix", "--property=ActiveState,ActiveEnterTimestamp")
    done = tried("systemctl", *shown, service)
    known = dict(line.split("=", 1) for line in done.stdout.splitlines())
    if known.get("ActiveState") != "active":
        return False
    return new or int(known["ActiveEnterTimestamp"].lstrip("@")) < int(place.stat().st_mtime)


if __name__ == "__main__":
    main()
