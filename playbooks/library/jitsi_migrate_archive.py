#!/usr/bin/python
"""Put a release that its makers publish as an archive, or as one program, in its place."""

from __future__ import annotations

DOCUMENTATION = r"""
module: jitsi_migrate_archive
short_description: Put a release from an archive in its place
description:
  - A release that is there is left as it is, and so is all that was added to it.
  - Another release of a directory is refused, as programs have ways of their own from one release to the next, and so
    is what this module did not put there. One program is replaced by another.
  - The archive is fetched as apt fetches packages, through its proxies. Nothing is unpacked or run before its checksum
    and its signature were checked, as far as they are asked for.
  - It is unpacked beside its place, and is there as a whole or not at all. Interrupted, the same again completes it.
  - Whatever an archive holds, nothing is written outside of that directory. Devices, hard links, links that lead out of
    it, and more than O(most) are refused. Rights of the archive are not taken over.
options:
  name:
    description: What it is, for people.
    type: str
    required: true
  release:
    description: Which release it must be.
    type: str
    required: true
  path:
    description: Where it shall be.
    type: path
    required: true
  top:
    description: The one directory that the archive holds. Without it, it is one program, compressed by nothing.
    type: str
    default: ""
  telling:
    description: How the release tells which it is.
    type: dict
    required: true
    suboptions:
      pattern:
        description: A regular expression, of which the first group is the release.
        type: str
        required: true
      file:
        description: A file of the release.
        type: str
        default: ""
      arguments:
        description: Without a file, with which arguments the program tells it.
        type: list
        elements: str
        default: []
  setting:
    description: The setting that names the release, for people.
    type: str
    required: true
  address:
    description: Where it is fetched.
    type: str
    default: ""
  brought:
    description: The archive on this server, instead of an address. It is taken away when the release is in its place.
    type: path
  image:
    description: The container image that one program is taken out of, instead of an address. No container is run.
    type: dict
    suboptions:
      repository:
        description: The address of its repository, below C(/v2) of a registry.
        type: str
        required: true
      digest:
        description: Its digest, which all of it is checked by.
        type: str
        required: true
      file:
        description: The program in it.
        type: str
        required: true
  sha256:
    description: The checksum of the archive. One program needs it, or a signature, or comes from an image.
    type: str
    default: ""
  signature:
    description: Where the OpenPGP signature of the archive is fetched.
    type: str
    default: ""
  key:
    description: The keys whose signature counts, in ASCII armor.
    type: str
    default: ""
  key_address:
    description: Where a key is fetched, if none is given.
    type: str
    default: ""
  fingerprint:
    description: The fingerprint of the key that is fetched. Another key is refused.
    type: str
    default: ""
  most:
    description: How many bytes may come out of the archive. Nextcloud is about 1 GB.
    type: int
    default: 6442450944
  owner:
    description: The user, and the group, of what it may write itself. All else belongs to root.
    type: str
    default: root
  writable:
    description:
      - What it may write itself, directories and all that is in them, V(.) for everything. What another release of the
        settings did not let it write is given to it, and nothing is taken from it.
    type: list
    elements: str
    default: []
  record:
    description: The file on the server that keeps what was put in place.
    type: path
    default: /var/lib/jitsi-migrate/releases.json
attributes:
  check_mode:
    support: full
    description: Nothing is fetched.
  diff_mode:
    support: full
author: the jitsi-migrate project
"""

EXAMPLES = r"""
- name: Unpack Nextcloud
  jitsi_migrate_archive:
    name: Nextcloud
    release: 34.0.2
    setting: releases.nextcloud
    path: /var/www/nextcloud
    top: nextcloud
    telling: {file: version.php, pattern: "OC_VersionString = '([^']+)'"}
    address: https://download.nextcloud.com/server/releases/nextcloud-34.0.2.tar.bz2
    signature: https://download.nextcloud.com/server/releases/nextcloud-34.0.2.tar.bz2.asc
    key_address: https://nextcloud.com/nextcloud.asc
    fingerprint: 28806A878AE423A28372792ED75899B9A724937A
    owner: www-data
    writable: [config]
"""

RETURN = r"""
before:
  description: The release that was there, nothing if there was none.
  type: str
  returned: always
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.jitsi_migrate_apt import download
from ansible.module_utils.jitsi_migrate_files import beside, sync
from ansible.module_utils.jitsi_migrate_images import Image
from ansible.module_utils.jitsi_migrate_refused import Refused, refusing
from ansible.module_utils.jitsi_migrate_releases import Record, Standing, Telling, Wanted, read_record, write_record
from ansible.module_utils.jitsi_migrate_unpacking import PROGRAM, Rights, misowned, put_right, unpack
from ansible.module_utils.jitsi_migrate_verifying import key_of, refuse_other, refuse_unsigned, sha256

TELLING: dict[str, dict[str, Any]] = {
    "pattern": {"type": "str", "required": True},
    "file": {"type": "str", "default": ""},
    "arguments": {"type": "list", "elements": "str", "default": []},
}
IMAGE: dict[str, dict[str, Any]] = {
    "repository": {"type": "str", "required": True},
    "digest": {"type": "str", "required": True},
    "file": {"type": "str", "required": True},
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "release": {"type": "str", "required": True},
    "path": {"type": "path", "required": True},
    "top": {"type": "str", "default": ""},
    "telling": {"type": "dict", "required": True, "options": TELLING},
    "setting": {"type": "str", "required": True},
    "address": {"type": "str", "default": ""},
    "brought": {"type": "path"},
    "image": {"type": "dict", "options": IMAGE},
    "sha256": {"type": "str", "default": ""},
    "signature": {"type": "str", "default": ""},
    "key": {"type": "str", "default": "", "no_log": False},
    "key_address": {"type": "str", "default": "", "no_log": False},
    "fingerprint": {"type": "str", "default": ""},
    "most": {"type": "int", "default": 6442450944},
    "owner": {"type": "str", "default": "root"},
    "writable": {"type": "list", "elements": "str", "default": []},
    "record": {"type": "path", "default": "/var/lib/jitsi-migrate/releases.json"},
}


def main() -> None:
    """Answer Ansible."""
    needed = [("brought", "address", "image")]
    module = AnsibleModule(argument_spec=ARGUMENTS, required_one_of=needed, supports_check_mode=True)
    with refusing(module):
        wanted = wanted_of(dict(module.params))
        record = read_record(wanted.record)
        found = wanted.standing(record)
        wrong = misowned(wanted.place, wanted.rights) if found.wanted else []
        if not module.check_mode:
            carry_out(wanted, found, record)
            put_right(wanted.place, wanted.rights, wrong)
    owned = "".join(f"{wanted.path}/{name}: to {wanted.rights.owner}\n" for name in wrong)
    told = owned if found.wanted else f"{wanted.path}: {wanted.name} {wanted.release}\n"
    module.exit_json(changed=bool(told), before=found.release, diff={"before": "", "after": told})


def wanted_of(params: dict[str, Any]) -> Wanted:
    """Return what is wanted."""
    telling, rights = Telling(**params.pop("telling")), Rights(params.pop("owner"), params.pop("writable"))
    record, image = Path(params.pop("record")), params.pop("image")
    wanted = Wanted(**params, image=image and Image(**image), telling=telling, rights=rights, record=record)
    if not (wanted.top or wanted.sha256 or wanted.signature or wanted.image):
        raise Refused(f"{wanted.name}: is a program that nobody could check: its checksum or signature is needed")
    return wanted


def carry_out(wanted: Wanted, found: Standing, record: Record) -> None:
    """Put the release in its place, or note which is there."""
    # What was interrupted left these.
    for left in (beside(wanted.place), wanted.download):
        remove(left)
    if not found.wanted:
        put(wanted, record)
    elif record.get(wanted.path, {}).get("release") != found.release:
        # It got there by its own means.
        note(wanted, record, "")
    if wanted.brought:
        Path(wanted.brought).unlink(missing_ok=True)


def put(wanted: Wanted, record: Record) -> None:
    """Fetch the release, check it, and put it in its place."""
    place = wanted.place
    wanted.record.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    place.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    with fetched(wanted) as archive, cleared(beside(place)) as made:
        found = sha256(archive)
        refuse_other(wanted.source, found, wanted.sha256)
        if wanted.signature:
            key = key_of(wanted.key, wanted.key_address, wanted.fingerprint)
            refuse_unsigned(archive, wanted.source, wanted.signature, key)
        with explained(wanted):
            make(wanted, archive, made)
            told = wanted.telling.told(made)
            if told != wanted.release:
                found_release = f"is release {told}" if told else "does not tell its release"
                raise Refused(f"it {found_release}, and {wanted.setting} is {wanted.release}")
        # In the record first: what nobody knows of would be taken for another's.
        note(wanted, record, found)
        made.replace(place)
        sync([place.parent])


def make(wanted: Wanted, archive: Path, made: Path) -> None:
    """Make beside its place what shall be there, and wait until it is on the disk."""
    if wanted.top:
        unpack(archive, wanted.top, made, wanted.rights, wanted.most)
    else:
        shutil.copyfile(archive, made)
        os.chown(made, os.geteuid(), os.getegid())
        made.chmod(PROGRAM)
    # One call for all of its thousands of files.
    os.sync()


def note(wanted: Wanted, record: Record, checksum: str) -> None:
    """Keep in mind what is in the place."""
    digest = wanted.image.digest if wanted.image else ""
    entry = {"name": wanted.name, "release": wanted.release, "sha256": checksum, "digest": digest}
    write_record(wanted.record, {**record, wanted.path: entry})


@contextmanager
def fetched(wanted: Wanted) -> Iterator[Path]:
    """Give the archive, in a directory that is root's alone."""
    if wanted.brought:
        yield Path(wanted.brought)
        return
    with cleared(wanted.download) as directory:
        directory.mkdir(0o700)
        if wanted.image:
            yield wanted.image.extract(directory, wanted.most)
            return
        download(wanted.address, directory / "archive")
        yield directory / "archive"


@contextmanager
def cleared(path: Path) -> Iterator[Path]:
    """Take away what was made beside its place and did not get there."""
    try:
        yield path
    finally:
        remove(path)


@contextmanager
def explained(wanted: Wanted) -> Iterator[None]:
    """Say of which archive a refusal is."""
    try:
        yield
    except Refused as refusal:
        raise Refused(f"{wanted.source}: {refusal}. Nothing of it is used") from None


def remove(path: Path) -> None:
    """Remove a file, or a directory with all in it, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        with suppress(FileNotFoundError):
            path.unlink()


if __name__ == "__main__":
    main()
