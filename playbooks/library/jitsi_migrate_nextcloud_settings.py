#!/usr/bin/python
"""Give Nextcloud's apps their settings."""

from __future__ import annotations

DOCUMENTATION = r"""
module: jitsi_migrate_nextcloud_settings
short_description: Give Nextcloud's apps their settings
description:
  - Settings are read first, and those that differ are set, together. Others than those of O(file) stay as they are.
  - They go by standard input, for some are secret. What is told of them is their names.
options:
  php:
    description: The program of PHP.
    type: str
    required: true
  directory:
    description: Where Nextcloud is.
    type: path
    required: true
  file:
    description: A file on the host that C(occ config:import) understands, with C(apps) only.
    type: path
    default: /var/lib/jitsi-migrate/nextcloud-apps.json
attributes:
  check_mode:
    support: full
    description: Nextcloud need not be installed.
  diff_mode:
    support: full
    description: Settings are told by their names only.
author: the jitsi-migrate project
"""

EXAMPLES = r"""
- name: Tell Talk of its servers
  jitsi_migrate_nextcloud_settings:
    php: php8.2
    directory: /var/www/nextcloud
"""

RETURN = r"""
"""

import json
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.jitsi_migrate_files import beside, write
from ansible.module_utils.jitsi_migrate_nextcloud import Done, Occ, looked_at
from ansible.module_utils.jitsi_migrate_refused import Refused, refusing

ARGUMENTS: dict[str, dict[str, Any]] = {
    "php": {"type": "str", "required": True},
    "directory": {"type": "path", "required": True},
    "file": {"type": "path", "default": "/var/lib/jitsi-migrate/nextcloud-apps.json"},
}
Settings = dict[str, dict[str, Any]]
"""Values by app and key."""

# In what Nextcloud says of a value that it keeps as another type.
_CONFLICT = "conflict between new type"
# A setting that is a yes or a no is kept as one of these, by the age of the app that keeps it.
_YES, _NO = ("1", "yes", "true"), ("0", "no", "false", "")


def main() -> None:
    """Answer Ansible."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    with refusing(module):
        occ = Occ(module.params["php"], module.params["directory"])
        changes = answer(occ, Path(module.params["file"]), check=module.check_mode)
    module.exit_json(changed=bool(changes), diff={"prepared": "".join(f"{one}\n" for one in changes)})


def answer(occ: Occ, path: Path, *, check: bool) -> list[str]:
    """Set what differs; return the names of what was, or would be, set."""
    if check and not path.exists():
        return ["settings of Talk"]
    wanted = wanted_of(path)
    if check:
        if not Path(occ.directory, "occ").exists():
            return named(wanted)
        state = looked_at(occ)
        if state is None or not state.installed:
            return named(wanted) if state else []
    differing = differences(occ, wanted)
    if differing and not check:
        bring(occ, path, differing)
        if left := named(differences(occ, wanted)):
            raise Refused(f"occ config:import ended well, and these are as before: {', '.join(left)}")
    return named(differing)


def wanted_of(path: Path) -> Settings:
    """Read the settings that a file on the server tells."""
    try:
        found: Settings = json.loads(path.read_text("utf-8"))["apps"]
        return {app: dict(values) for app, values in found.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refused(f"{path} is not what render makes: deploy again") from None


def differences(occ: Occ, wanted: Settings) -> Settings:
    """Return the settings that are not as they should be."""
    differing: Settings = {}
    for app, values in wanted.items():
        listed = occ.told("config:list", app, "--private").get("apps") or {}
        found = listed.get(app) or {}
        different = {key: value for key, value in values.items() if not same(found.get(key), value)}
        if different:
            differing[app] = different
    return differing


def same(found: Any, wanted: Any) -> bool:
    """Tell whether two values mean the same, however they are kept: as what they are, as text, or as JSON in text."""
    if isinstance(found, bool):
        return wanted in (_YES if found else _NO)
    return found is not None and _plain(found) == _plain(wanted)


def bring(occ: Occ, path: Path, settings: Settings) -> None:
    """Set settings, also those that are kept as something else than text."""
    done = imported(occ, path, settings)
    if _CONFLICT in done.said:
        # What was kept as a list once, by a person or by another release, stays one until it is taken away.
        imported(occ, path, {app: dict.fromkeys(values) for app, values in settings.items()})
        done = imported(occ, path, settings)
    if done.code:
        raise Refused(f"occ config:import: {done.said}")


def imported(occ: Occ, path: Path, settings: Settings) -> Done:
    """Have occ take settings over, by a file that is root's alone; None takes one away."""
    place = beside(path)
    write(place, json.dumps({"apps": settings}).encode(), 0o600)
    try:
        return occ.tried("config:import", given=place)
    finally:
        place.unlink()


def named(settings: Settings) -> list[str]:
    """Return the names of settings."""
    return [f"{app}.{key}" for app, values in settings.items() for key in values]


def _plain(value: Any) -> Any:
    """Return what a value is beyond the text that it is kept as."""
    if isinstance(value, str):
        try:
            found = json.loads(value)
        except ValueError:
            return value
        return found if isinstance(found, (dict, list)) else value
    return value if isinstance(value, (dict, list)) else str(value)


if __name__ == "__main__":
    main()
