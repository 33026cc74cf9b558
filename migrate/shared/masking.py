"""What stands for a secret wherever something is shown or logged."""

from __future__ import annotations

import json
import re
import shlex
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from migrate.core.bundle import Bundle, Content

# What is shorter is no secret, and would blot out half of what is said.
_SHORTEST = 4


def mask(secret: str) -> str:
    """Return what is shown in place of a secret: it tells whether two are the same, and nothing else."""
    return f"‹secret:{sha256(secret.encode()).hexdigest()[:8]}›"


class Masking:
    """Replaces known secrets in whatever is shown or logged, also where they are quoted or encoded."""

    def __init__(self, masks: Mapping[str, str]) -> None:
        self._masks = {written: shown for written, shown in masks.items() if len(written) >= _SHORTEST}
        longest_first = sorted(self._masks, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    @classmethod
    def of(cls, secrets: Iterable[str], bundles: Iterable[Bundle] = ()) -> Masking:
        """Return the masking of secrets, and of what stands for secrets in the files of bundles."""
        masks = {form: mask(secret) for secret in secrets for form in _forms(secret)}
        return cls({**_masks_in(bundles), **masks})

    def __call__(self, text: str) -> str:
        """Return the text with masks."""
        return self._known.sub(lambda found: self._masks[found[0]], text) if self._known else text

    def deep(self, value: Any) -> Any:
        """Return JSON values with masks in all their texts."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, Mapping):
            return {self(str(name)): self.deep(member) for name, member in value.items()}
        return [self.deep(member) for member in value] if isinstance(value, list | tuple) else value


def _forms(secret: str) -> Iterator[str]:
    quoted = json.dumps(secret), json.dumps(secret, ensure_ascii=False), repr(secret), shlex.quote(secret)
    yield from (secret, quote(secret, safe=""), quote(secret), b64encode(secret.encode()).decode())
    yield from (form.strip("'\"") for form in quoted)


def _masks_in(bundles: Iterable[Bundle]) -> Mapping[str, str]:
    contents = (file.content for bundle in bundles for file in bundle.files if isinstance(file.content, Content))
    return {content.text[span.start : span.end]: span.mask for content in contents for span in content.secrets}
