#!/usr/bin/python
"""Install Nextcloud, and enable its apps."""

from __future__ import annotations

DOCUMENTATION = r"""
module: jitsi_migrate_nextcloud_installation
short_description: Install Nextcloud, and enable its apps
description:
  - The program, its database and the directory of people's files are there. Run it before the web server starts, or
    whoever comes first can install it for themselves.
  - No password that stays is an argument of a program, where every user of the host could read it. Nextcloud is
    installed by two that are good for that moment only.
  - What its makers signed is compared with what was unpacked, once for each release, before an app is enabled.
  - Interrupted, the same again completes it. What a broken installation left in the database is taken away.
options:
  php:
    description: The program of PHP.
    type: str
    required: true
  directory:
    description: Where Nextcloud is.
    type: path
    required: true
  data:
    description: Where people's files are.
    type: path
    required: true
  host:
    description: How Nextcloud reaches MariaDB.
    type: str
    default: localhost:/run/mysqld/mysqld.sock
  apps:
    description: What shall be enabled.
    type: list
    elements: str
    default: []
  file:
    description: A file on the host that names the database and the first account, JSON.
    type: path
    default: /var/lib/jitsi-migrate/nextcloud-accounts.json
  record:
    description: The file on the host that keeps how far it got.
    type: path
    default: /var/lib/jitsi-migrate/nextcloud.json
attributes:
  check_mode:
    support: full
    description: Neither the program nor PHP need be there.
  diff_mode:
    support: full
author: the jitsi-migrate project
"""

EXAMPLES = r"""
- name: Install Nextcloud with Talk
  jitsi_migrate_nextcloud_installation:
    php: php8.2
    directory: /var/www/nextcloud
    data: /var/lib/nextcloud/data
    apps: [spreed, calendar]
"""

RETURN = r"""
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.jitsi_migrate_files import put
from ansible.module_utils.jitsi_migrate_mariadb import admit, empty, tables
from ansible.module_utils.jitsi_migrate_nextcloud import Accounts, Occ, accounts_of, looked_at, passing, state_of
from ansible.module_utils.jitsi_migrate_refused import Refused, refusing

ARGUMENTS: dict[str, dict[str, Any]] = {
    "php": {"type": "str", "required": True},
    "directory": {"type": "path", "required": True},
    "data": {"type": "path", "required": True},
    "host": {"type": "str", "default": "localhost:/run/mysqld/mysqld.sock"},
    "apps": {"type": "list", "elements": "str", "default": []},
    "file": {"type": "path", "default": "/var/lib/jitsi-migrate/nextcloud-accounts.json"},
    "record": {"type": "path", "default": "/var/lib/jitsi-migrate/nextcloud.json"},
}
FORMAT, VERSION = "jitsi-migrate/nextcloud", 1
CORE = "nextcloud"


class Progress(NamedTuple):
    """How far it got: an installation was `begun`, the first account is `named`, what was `compared` at which release.

    A person may change the password of the first account, so it is set once only.
    """

    begun: bool
    named: bool
    compared: dict[str, str]


class Installation(NamedTuple):
    """What is installed where."""

    occ: Occ
    data: str
    host: str
    apps: list[str]
    accounts: Accounts
    record: Path


def main() -> None:
    """Answer Ansible."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    with refusing(module):
        changes = answer(dict(module.params), check=module.check_mode)
    module.exit_json(changed=bool(changes), diff={"prepared": "".join(f"{one}\n" for one in changes)})


def answer(params: dict[str, Any], *, check: bool) -> list[str]:
    """Install and enable what is not; return what was, or would be, changed."""
    occ = Occ(params["php"], params["directory"])
    if check and not (Path(params["file"]).exists() and Path(occ.directory, "occ").exists()):
        return ["Nextcloud: installed", *(f"{app}: enabled" for app in params["apps"])]
    wanted = Installation(
        occ, params["data"], params["host"], params["apps"], accounts_of(Path(params["file"])), Path(params["record"])
    )
    state = looked_at(occ) if check else state_of(occ)
    if state is None:
        return []
    if state.maintenance:
        raise Refused("Nextcloud is in maintenance mode: somebody works on it. Its end is occ maintenance:mode --off")
    if state.needs_upgrade:
        raise Refused("Nextcloud waits for an upgrade of its database: occ upgrade")
    changes = [] if state.installed else ["Nextcloud: installed"]
    if check and changes:
        return [*changes, *(f"{app}: enabled" for app in wanted.apps)]
    if changes:
        install(wanted)
    return [*changes, *_name_admin(wanted, check=check), *_enable(wanted, check=check)]


def install(wanted: Installation) -> None:
    """Have Nextcloud make its tables and its first account."""
    _clear(wanted)
    _note(wanted, read_record(wanted.record)._replace(begun=True, named=False))
    database, guest = wanted.accounts.database, passing()
    # Nextcloud reads the password that stays in a file, and is given the other one.
    admit(database, guest)
    try:
        wanted.occ.run(
            "maintenance:install",
            "--database=mysql",
            f"--database-host={wanted.host}",
            f"--database-name={database.name}",
            f"--database-user={database.user}",
            f"--database-pass={guest}",
            f"--admin-user={wanted.accounts.admin.name}",
            f"--admin-pass={passing()}",
            f"--data-dir={wanted.data}",
        )
    finally:
        admit(database)
    if not state_of(wanted.occ).installed:
        raise Refused("occ maintenance:install ended well, and Nextcloud is not installed")


def _clear(wanted: Installation) -> None:
    """Take away what an installation that broke off left in the database. Raises Refused if it is of others."""
    database, progress = wanted.accounts.database, read_record(wanted.record)
    found = tables(database)
    # Its first account has its password: it was finished, and people have used it since.
    if found and progress.named:
        raise Refused(
            f"Nextcloud was installed before, in the database {database.name}, and {wanted.occ.directory} does not "
            "know it: its config/config.php is missing, or nextcloud_talk.directory is another. Bring back the file, "
            "or the setting, and deploy again"
        )
    if found and not progress.begun:
        raise Refused(
            f"the database {database.name} has {found} tables, and {wanted.occ.directory} is not installed: whose are "
            "they? Put them away, or drop the database, and deploy again"
        )
    if found:
        empty(database)


def _name_admin(wanted: Installation, *, check: bool) -> list[str]:
    """Give the first account the password that was made for it, once."""
    progress, admin = read_record(wanted.record), wanted.accounts.admin
    if progress.named or not progress.begun:
        return []
    if not check:
        words = ("user:resetpassword", "--password-from-env", admin.name)
        wanted.occ.run(*words, environment={"OC_PASS": admin.password, "NC_PASS": admin.password})
        _note(wanted, progress._replace(named=True))
    return [f"{admin.name}: its password"]


def _enable(wanted: Installation, *, check: bool) -> list[str]:
    """Enable apps, each after it was compared with what its makers signed."""
    listed = wanted.occ.told("app:list")
    enabled, disabled = (dict(listed.get(kind) or {}) for kind in ("enabled", "disabled"))
    missing = [app for app in wanted.apps if app not in enabled]
    if check:
        return [f"{app}: enabled" for app in missing]
    releases = {CORE: wanted.occ.told("status")["versionstring"], **disabled, **enabled}
    for name in (CORE, *wanted.apps):
        _compare(wanted, name, str(releases.get(name, "")))
    for app in missing:
        wanted.occ.run("app:enable", app)
    return [f"{app}: enabled" for app in missing]


def _compare(wanted: Installation, name: str, release: str) -> None:
    progress = read_record(wanted.record)
    if release and progress.compared.get(name) == release:
        return
    if odd := _difference(wanted.occ, name):
        raise Refused(f"{name} {release} is not what its makers signed, so it is not used: {odd}")
    _note(wanted, progress._replace(compared={**progress.compared, name: release}))


def _difference(occ: Occ, name: str) -> str:
    """Return what is not as its makers signed it, in words; nothing if all is."""
    command = ["integrity:check-core"]
    if name != CORE:
        place = Path(occ.directory, "apps", name)
        # Nextcloud is content with an app without one, and some releases look for it in another place unless told.
        if not Path(place, "appinfo/signature.json").is_file():
            return "it has no signature"
        command = ["integrity:check-app", name, f"--path={place}"]
    done = occ.tried(*command, "--output=json")
    return (_odd(done.output) or done.said) if done.code else ""


def _odd(printed: str) -> str:
    """Return the names of the first files that are not as they should be."""
    try:
        found = json.loads(printed)
        names = [f"{kind.lower()} {file}" for kind, files in found.items() for file in files]
    except (ValueError, AttributeError, TypeError):
        return ""
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def read_record(path: Path) -> Progress:
    """Return how far it got: nowhere where there is no record."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Progress(begun=False, named=False, compared={})
    except ValueError:
        raise Refused(f"{path}: cannot be read. Remove it; the first account then keeps its password") from None
    if (data.get("format"), data.get("version")) != (FORMAT, VERSION):
        raise Refused(f"{path}: was written by another version of jitsi-migrate")
    return Progress(**{name: data[name] for name in Progress._fields})


def _note(wanted: Installation, progress: Progress) -> None:
    data = {"format": FORMAT, "version": VERSION, **progress._asdict()}
    put(wanted.record, (json.dumps(data) + "\n").encode(), 0o600)


if __name__ == "__main__":
    main()
