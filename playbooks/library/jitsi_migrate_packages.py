#!/usr/bin/python
"""Install packages at a release's versions, while no service of theirs starts."""

from __future__ import annotations

DOCUMENTATION = r"""
module: jitsi_migrate_packages
short_description: Install packages at the versions of a release, without starting their services
description:
  - Tells apt of repositories and of versions, answers the packages' questions, installs and holds them.
  - Installs nothing that would remove a package. Recommended packages stay out.
  - While packages are installed no service starts; each is enabled, and starts at the next boot unless told before.
  - Configuration files that stand there stay as they are.
  - Packages that are there and not of the release are left as they are, newer or not.
  - Interrupted, the same again repairs what dpkg left half way, and goes on.
options:
  distribution:
    description: What the host must run, such as V(debian-12).
    type: str
    required: true
  packages:
    description: What shall be installed.
    type: list
    elements: str
    required: true
  release:
    description:
      - O(release.package) is not installed unless it is one of O(packages). Its dependencies name the one version of
        each other package of the release. These versions are pinned and held.
    type: dict
    suboptions:
      package:
        description: The package that names the others.
        type: str
        required: true
      version:
        description: Its version, as a pattern; the newest that fits is taken.
        type: str
        required: true
  kept_out:
    description: Packages that must never come, not even by hand.
    type: list
    elements: str
    default: []
  kept_out_because:
    description: Why, in words that go on.
    type: str
    default: would change files of this deployment
  repositories:
    description: Where packages come from, beside what the host has already.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The name of its files.
        type: str
        required: true
      uri:
        description: Its address. Without one it is the mirror of Debian that the host uses already.
        type: str
        default: ""
      suites:
        description: Its suites, or a path that ends in a slash.
        type: list
        elements: str
        required: true
      components:
        description: Its components; none for a path.
        type: list
        elements: str
        default: []
      key:
        description: The OpenPGP key that signs it, in ASCII armor.
        type: str
        default: ""
      key_uri:
        description: Where the host fetches the key, if it is not given.
        type: str
        default: ""
      fingerprint:
        description: The fingerprint of the key that is fetched. Another key is refused.
        type: str
        default: ""
      keyring:
        description: A file of the host with the key. Then none is given or fetched.
        type: str
        default: ""
      packages:
        description: What comes from here although the distribution has it, with patterns of the versions that will do.
        type: dict
        default: {}
  answers:
    description: Answers to the packages' questions, as lines for C(debconf-set-selections).
    type: str
    default: ""
  patience:
    description: Seconds to wait for others who install something.
    type: int
    default: 300
  record:
    description: The file on the server that keeps what was installed here.
    type: path
    default: /var/lib/jitsi-migrate/packages.json
attributes:
  check_mode:
    support: full
    description:
      - Asks the repositories, also one that the host does not know yet, and leaves the host as it is.
  diff_mode:
    support: full
    description: Answers are told by the names of the questions only.
author: the jitsi-migrate project
"""

EXAMPLES = r"""
- name: Install a bridge
  jitsi_migrate_packages:
    distribution: debian-12
    packages: [jitsi-videobridge2]
    release: {package: jitsi-meet, version: 2.0.11146-*}
    kept_out: [jitsi-meet-turnserver]
    repositories:
      - name: jitsi
        uri: https://download.jitsi.org
        suites: [stable/]
        key_uri: https://download.jitsi.org/jitsi-key.gpg.key
        fingerprint: FFD65A0DA2BEBDEB73D44C8BB4D2D216F1FD7806
"""

RETURN = r"""
packages:
  description: What was installed, or got another version, with that version.
  type: dict
  returned: always
  sample: {"jitsi-videobridge2": "2.3-269-g0a1b2c3d-1"}
replaced:
  description: Those of them that were there before. Their services still run the old version.
  type: list
  elements: str
  returned: always
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.jitsi_migrate_apt import apt_for
from ansible.module_utils.jitsi_migrate_debconf import Answer, answers_of, secrets_of
from ansible.module_utils.jitsi_migrate_installing import Installation
from ansible.module_utils.jitsi_migrate_masking import without
from ansible.module_utils.jitsi_migrate_refused import Refused, refusing

REPOSITORY: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "uri": {"type": "str", "default": ""},
    "suites": {"type": "list", "elements": "str", "required": True},
    "components": {"type": "list", "elements": "str", "default": []},
    "key": {"type": "str", "default": "", "no_log": False},
    "key_uri": {"type": "str", "default": "", "no_log": False},
    "fingerprint": {"type": "str", "default": ""},
    "keyring": {"type": "str", "default": "", "no_log": False},
    "packages": {"type": "dict", "default": {}},
}
RELEASE: dict[str, dict[str, Any]] = {
    "package": {"type": "str", "required": True},
    "version": {"type": "str", "required": True},
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "distribution": {"type": "str", "required": True},
    "packages": {"type": "list", "elements": "str", "required": True},
    "release": {"type": "dict", "options": RELEASE},
    "kept_out": {"type": "list", "elements": "str", "default": []},
    "kept_out_because": {"type": "str", "default": "would change files of this deployment"},
    "repositories": {"type": "list", "elements": "dict", "options": REPOSITORY, "default": []},
    "answers": {"type": "str", "default": "", "no_log": True},
    "patience": {"type": "int", "default": 300},
    "record": {"type": "path", "default": "/var/lib/jitsi-migrate/packages.json"},
}


def main() -> None:
    """Answer Ansible."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    answers = answers_of(module.params["answers"])
    with refusing(module), masking(answers), apt_for(check=module.check_mode) as apt:
        installation = Installation(module.params, apt, answers, check=module.check_mode)
        installation.carry_out()
    module.exit_json(
        changed=bool(installation.diff),
        diff=[{"prepared": text} for text in installation.diff],
        packages={change.name: change.new for change in installation.changes},
        replaced=[change.name for change in installation.changes if change.old],
    )


@contextmanager
def masking(answers: Sequence[Answer]) -> Iterator[None]:
    """Keep answers out of a refusal: what a package's script says may quote them."""
    try:
        yield
    except Refused as refusal:
        raise Refused(without(str(refusal), secrets_of(answers))) from None


if __name__ == "__main__":
    main()
