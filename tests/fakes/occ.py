"""occ without a server to reach: commands go to the stand-in for Nextcloud in the same process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import repeat

from migrate.core.occ import Command, Job, Occ, Ran
from tests.talk.nextcloud import NextcloudTalk
from tests.talk.occ import occ


class FakeOcc(Occ):
    """Runs jobs one after the other. `before` and `after` are told of each command, and may end all by raising."""

    def __init__(self, server: NextcloudTalk) -> None:
        self.server = server
        self.commands: list[Command] = []
        self.before: Callable[[Command], None] = lambda _command: None
        self.after: Callable[[Command], None] = lambda _command: None

    def run(self, jobs: Sequence[Job], inputs: Sequence[str] = ()) -> Sequence[Sequence[Ran]]:
        """Run jobs."""
        return [self._job(job, text) for job, text in zip(jobs, inputs or repeat(""), strict=False)]

    def _job(self, job: Job, text: str) -> list[Ran]:
        done: list[Ran] = []
        for command in job:
            self.before(command)
            ran = occ(self.server, *command, text=text)
            self.commands.append(command)
            self.after(command)
            done.append(Ran(ran.code, ran.output))
            if ran.code:
                break
        return done
