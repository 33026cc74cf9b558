"""Answers to the questions of packages, which nobody but debconf is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ansible.module_utils.jitsi_migrate_masking import without
from ansible.module_utils.jitsi_migrate_programs import output, tried
from ansible.module_utils.jitsi_migrate_refused import Refused

FIELDS = 4


class Answer(NamedTuple):
    """A line of debconf-set-selections."""

    owner: str
    question: str
    kind: str
    value: str

    @property
    def is_secret(self) -> bool:
        """Whether it must not be shown."""
        return self.kind == "password" or "secret" in self.question


def answers_of(text: str) -> list[Answer]:
    """Return the answers of a file for debconf-set-selections."""
    lines = [line.split(None, FIELDS - 1) for line in text.splitlines() if line.strip() and line.strip()[0] != "#"]
    return [Answer(*[*line, "", "", ""][:FIELDS]) for line in lines]


def unanswered(answers: Sequence[Answer]) -> list[Answer]:
    """Return those that debconf does not have so."""
    if not answers:
        return []
    questions = sorted({answer.question for answer in answers})
    done = tried("debconf-communicate", text="".join(f"GET {question}\n" for question in questions))
    told = done.stdout.splitlines()
    if len(told) != len(questions):
        raise Refused(f"debconf does not answer: {without(done.stderr.strip(), secrets_of(answers))}")
    known = {question: line[2:] for question, line in zip(questions, told) if line.startswith("0 ") or line == "0"}
    return [answer for answer in answers if known.get(answer.question) != answer.value]


def set_answers(answers: Sequence[Answer]) -> None:
    """Tell debconf, by standard input: an argument could be read by everybody."""
    if answers:
        output("debconf-set-selections", text="".join(f"{' '.join(answer)}\n" for answer in answers))


def secrets_of(answers: Sequence[Answer]) -> list[str]:
    """Return what must not be in a program's words."""
    return [answer.value for answer in answers if answer.is_secret and answer.value]
