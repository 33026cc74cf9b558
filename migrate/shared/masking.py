"""What stands for a secret wherever something is shown or logged."""

from __future__ import annotations

from hashlib import sha256


def mask(secret: str) -> str:
    """Return what is shown in place of a secret: it tells whether two are the same, and nothing else."""
    return f"‹secret:{sha256(secret.encode()).hexdigest()[:8]}›"
