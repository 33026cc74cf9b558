"""occ over Ansible: commands go to the server in a playbook, and what they print comes back in a private file."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from migrate.core.errors import TargetError
from migrate.core.occ import Job, Occ, Ran
from migrate.services.playbooks import Outcome, summary
from migrate.shared.private_directory import private_directory

PLAYBOOK = "nextcloud_occ.yml"
Play = Callable[[Mapping[str, Any]], Outcome]
"""Runs the playbook with these variables beside those of the site."""


class PlaybookOcc(Occ):
    """Runs commands of occ by a playbook."""

    def __init__(self, play: Play) -> None:
        self._play = play

    def run(self, jobs: Sequence[Job], inputs: Sequence[str] = ()) -> Sequence[Sequence[Ran]]:
        """Run jobs on the server."""
        with private_directory() as place:
            answer = place / "answer.json"
            given = {
                "nextcloud_occ_jobs": [[list(command) for command in job] for job in jobs],
                # What people wrote may look like a template, or have characters that YAML has no room for.
                "nextcloud_occ_inputs": [b64encode(text.encode()).decode() for text in inputs],
            }
            done = self._play({**given, "nextcloud_occ_answer": str(answer)})
            if error := summary(done):
                raise error
            if not answer.exists():
                raise TargetError(
                    "nobody was asked to run occ", hint="Name the server of Nextcloud in the group nextcloud."
                )
            return [[Ran(**one) for one in job] for job in json.loads(answer.read_bytes())]
