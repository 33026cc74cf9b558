"""Settings that a file cannot hold: which of them a refused value was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel, SecretStr

from migrate.core.bundle import Fault
from migrate.core.errors import ConfigurationError
from migrate.shared.quoting import Unquotable


class UnfitSettings(ConfigurationError):
    """Settings are right by themselves, but a file's format cannot hold them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("the settings do not fit into a file", details=[fault.message for fault in faults])
        self.faults = tuple(faults)


def unfit(error: Unquotable, file: str, prefix: str, settings: BaseModel, secrets: BaseModel) -> UnfitSettings:
    """Return the error that names the settings, or the secrets, which have the value that was refused."""
    message = f"{error} ({file})"
    faults = [Fault((prefix, *path), message) for path, value in leaves(settings) if value == error.value]
    # A fault has a line of migrate.toml, and a secret has none there.
    faults += [
        Fault((prefix,), f"{'.'.join(map(str, path))} of secrets.toml: {message}")
        for path, value in leaves(secrets)
        if value == error.value
    ]
    return UnfitSettings(faults or [Fault((prefix,), message)])


def leaves(model: BaseModel) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield every setting of a model with its path; secrets in the clear."""
    yield from _leaves(model, ())


def _leaves(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _leaves(getattr(value, name), (*path, name))
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from _leaves(member, (*path, name))
    elif isinstance(value, tuple):
        for place, member in enumerate(value):
            yield from _leaves(member, (*path, place))
    else:
        yield path, value.get_secret_value() if isinstance(value, SecretStr) else value
