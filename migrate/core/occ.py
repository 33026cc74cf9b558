"""Nextcloud's own program, occ, as it is asked on its server."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field

Command = tuple[str, ...]
Job = tuple[Command, ...]
"""Commands that are run in their order, up to the first that fails."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended. What it printed may be secret."""

    code: int
    output: str = field(default="", repr=False)
    errors: str = field(default="", repr=False)

    @property
    def complaint(self) -> str:
        """Why it failed, in its own words; empty if it did not."""
        if not self.code:
            return ""
        said = f"{self.errors}\n{self.output}".split("\n")
        return next((line.strip() for line in said if line.strip()), f"occ ended with code {self.code}")


class Occ(ABC):
    """Runs commands of occ."""

    @abstractmethod
    def run(self, jobs: Sequence[Job], inputs: Sequence[str] = ()) -> Sequence[Sequence[Ran]]:
        """Run jobs, several at the same time; return for each how those of its commands ended that were run.

        `inputs`: for each job, what its commands read on standard input; without them there is nothing to read. Raises
        MigrateError if the server cannot be asked; what was run by then is not known.
        """
