"""What a person is told instead of a result."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ansible.module_utils.basic import AnsibleModule


class Refused(Exception):
    """Nothing can be done about it here. The text is for people: what, where, and what to do."""


@contextmanager
def refusing(module: AnsibleModule) -> Iterator[None]:
    """Tell Ansible of a refusal, be it ours or the system's."""
    try:
        yield
    except Refused as refusal:
        module.fail_json(msg=str(refusal))
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        module.fail_json(msg=f"{where}{error.strerror or error}. Run it again when that is put right")
