"""Read the files of a bundle for the module that puts them in place."""

from __future__ import annotations

DOCUMENTATION = r"""
name: jitsi_migrate_contents
short_description: Read files of a bundle
description: Path on the server to content in Base64, whatever bytes it has.
options:
  _terms:
    description: The folder C(files) of the bundle.
    required: true
  paths:
    description: The files to read, by their paths on the server.
    type: list
    elements: str
    required: true
author: the jitsi-migrate project
"""

EXAMPLES = r"""
- ansible.builtin.debug:
    msg: "{{ lookup('jitsi_migrate_contents', 'build/meet.example.org/files', paths=['/etc/hosts']) }}"
"""

RETURN = r"""
_raw:
  description: For each folder the contents of its files.
  type: list
  elements: dict
"""

import base64
from pathlib import Path
from typing import Any

from ansible.plugins.lookup import LookupBase


class LookupModule(LookupBase):  # type: ignore[misc]
    """Answers `lookup('jitsi_migrate_contents', …)`."""

    def run(self, terms: list[str], variables: Any = None, **options: Any) -> list[dict[str, str]]:
        """Return the contents."""
        self.set_options(var_options=variables, direct=options)
        return [{path: self._read(Path(f"{term}{path}")) for path in self.get_option("paths")} for term in terms]

    @staticmethod
    def _read(path: Path) -> str:
        return base64.b64encode(path.read_bytes()).decode("ascii")
