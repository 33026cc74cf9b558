"""App passwords that were made on a server for the time of one command, and the memory of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Token:
    """An app password of an account, without the password itself.

    `host` is the server's name in inventory.ini, `label` what the account's owner sees. `before`: the ids that the
    account had when this one was intended. `id` is None until the server told it: then nobody knows whether it was
    made. `number` is given by the book.
    """

    host: str
    account: str
    label: str
    before: frozenset[int]
    intended: datetime
    id: int | None = None
    number: int = 0


class TokenBook(ABC):
    """Remembers which app passwords are not revoked yet. Each method that writes is durable when it returns."""

    @abstractmethod
    def intend(self, tokens: Sequence[Token]) -> Sequence[Token]:
        """Write down what will be made; return it with its numbers."""

    @abstractmethod
    def made(self, ids: Mapping[int, int]) -> None:
        """Write down the ids of tokens, by their numbers."""

    @abstractmethod
    def revoked(self, numbers: Collection[int]) -> None:
        """Forget tokens that are not there any more, or never were. One that is forgotten already is no error."""

    @abstractmethod
    def open(self) -> Sequence[Token]:
        """Return all that are not revoked yet, oldest first."""
