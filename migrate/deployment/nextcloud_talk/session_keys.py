"""The two keys of sessions in calls, made of one secret: the signaling server wants them of certain lengths."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """Keys that are always the same for the same secret, and that tell nothing of it."""

    secret: SecretStr

    @property
    def hash_key(self) -> SecretStr:
        """By which sessions are signed: 64 characters, of 32 and 64 that it takes."""
        return self._made("hash", 64)

    @property
    def block_key(self) -> SecretStr:
        """By which sessions are encrypted: 32 characters, of 16, 24 and 32 that it takes."""
        return self._made("block", 32)

    def _made(self, purpose: str, length: int) -> SecretStr:
        digest = hmac.digest(self.secret.get_secret_value().encode(), purpose.encode(), "sha256")
        return SecretStr(digest.hex()[:length])
