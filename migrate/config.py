"""migrate.toml and secrets.toml -> one checked model; unknown keys are refused and all faults told at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    create_model,
    field_validator,
)

from migrate import registry
from migrate.core.bundle import Fault
from migrate.core.errors import ConfigurationError
from migrate.core.ports import Calendar
from migrate.core.rooms import Target
from migrate.shared.masking import mask
from migrate.shared.quoting.json_like import toml
from migrate.shared.setting_faults import fault_path, fault_words
from migrate.shared.timezones import did_you_mean, find_zone
from migrate.shared.toml_places import line_of
from migrate.shared.vault import plain_text

# What a name may be made of to stand in TOML without quotes.
_BARE = re.compile(r"[\w-]+", re.ASCII)

Model = TypeVar("Model", bound=BaseModel)


class Section(BaseModel):
    """A table of migrate.toml: nothing in it is unknown, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SiteSettings(Section):
    """The table [site]."""

    id: UUID = Field(description="names this migration; the UIDs of all events come from it, so never change it")
    timezone: str | None = Field(
        default=None, description="the zone of times in files that have none, unless --timezone says another"
    )

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None and find_zone(value) is None:
            raise ValueError(f"{value!r} is not a time zone. {did_you_mean(value)}")
        return value


class Secrets(Section):
    """secrets.toml, readable by its owner only."""

    site_key: SecretStr = Field(
        min_length=32, description="makes room names that cannot be guessed; with it, lost names are found again"
    )

    @property
    def fingerprint(self) -> str:
        """What may be shown in place of the key."""
        return mask(self.site_key.get_secret_value())


class OccSettings(Section):
    """The table [occ]: how Nextcloud's own program is called on the first host of the group nextcloud."""

    program: tuple[str, ...] = Field(
        default=("php", "/var/www/nextcloud/occ"), min_length=1, description="the words before the command"
    )
    user: str = Field(default="www-data", description="whom it belongs to, on that host")


class Settings(Section):
    """migrate.toml. `targets` and `calendars` have one table for each adapter there is."""

    site: SiteSettings
    target: str = Field(default="jitsi", description="which system meetings move to: one of the tables [targets.…]")
    calendar: str = Field(default="ics", description="how events leave: one of the tables [calendars.…]")
    occ: OccSettings = OccSettings()
    targets: Any = None
    calendars: Any = None

    @field_validator("target", "calendar")
    @classmethod
    def _there_is(cls, value: str, field: ValidationInfo) -> str:
        known = registry.adapters(Target if field.field_name == "target" else Calendar)
        if value not in known:
            raise ValueError(f"there is no {field.field_name} called {value!r}; there are: {', '.join(known)}")
        return value


def load_settings(path: Path) -> Settings:
    """Read migrate.toml. Raises ConfigurationError with every fault."""
    text = _text(path)
    return _checked(_model(_tables(text, path)), text, path)


def load_secrets(path: Path, product: str = "", *, may_ask: bool = False) -> Secrets:
    """Read secrets.toml, with those of one product if it is named; `may_ask` for the password of a sealed one.

    Raises ConfigurationError if others may read it, and with every fault.
    """
    if path.exists() and path.stat().st_mode & 0o077:
        raise ConfigurationError(f"{path} can be read by others", hint=f"Run: chmod 600 {path}")
    # What belongs to other products is not looked at: a plan needs no password of a server.
    fields: dict[str, Any] = dict.fromkeys(registry.products(), (Any, None))
    if product:
        fields[product] = (registry.product(product).Secrets, ...)
    text = plain_text(_text(path), path, may_ask=may_ask)
    return _checked(create_model("Secrets", __base__=Secrets, **fields), text, path)


def refuse(path: Path, faults: Sequence[Fault]) -> None:
    """Raise ConfigurationError with all of the faults of a file of settings, if there are any."""
    if faults:
        text = _text(path)
        raise ConfigurationError(
            f"{path} is not valid", details=[_fault(text, fault.path, fault.message, fault.hint) for fault in faults]
        )


def fixed(value: Any) -> Any:
    """Turn lists into tuples, for settings do not change."""
    if isinstance(value, dict):
        return {key: fixed(member) for key, member in value.items()}
    return tuple(map(fixed, value)) if isinstance(value, list | tuple) else value


def _model(tables: Collection[str]) -> type[Settings]:
    """Compose the model of all adapters' own Settings; of products, those that there are tables of."""
    fields: dict[str, Any] = {}
    for name, port in (("targets", Target), ("calendars", Calendar)):
        own: dict[str, Any] = {
            key: (adapter.Settings | None, None)
            for key, adapter in registry.adapters(port).items()
            if hasattr(adapter, "Settings")
        }
        section = create_model(name.capitalize(), __base__=Section, **own)
        fields[name] = (section, Field(default_factory=section))
    for name in registry.products():
        if name in tables:
            fields[name] = (registry.product(name).Settings, ...)
    return create_model("Settings", __base__=Settings, **fields)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"{path}: cannot be read ({error.strerror})", hint="Make a site directory first: jitsi-migrate init"
        ) from error
    except UnicodeDecodeError as error:
        raise _no_toml(path, error) from error


def _tables(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _no_toml(path, error) from error


def _no_toml(path: Path, error: Exception) -> ConfigurationError:
    return ConfigurationError(f"{path}: {error}", hint="It must be TOML, in UTF-8.")


def _checked(model: type[Model], text: str, path: Path) -> Model:
    try:
        return model.model_validate(fixed(_tables(text, path)))
    except ValidationError as error:
        products = registry.products()
        details = [_fault(text, fault_path(one), fault_words(one, model, products)) for one in error.errors()]
        raise ConfigurationError(f"{path} is not valid", details=details) from error


def _fault(text: str, path: Sequence[str | int], message: str, hint: str = "") -> str:
    line = line_of(text, path)
    where = ".".join(str(part) if _BARE.fullmatch(str(part)) else toml(str(part)) for part in path)
    return f"{f'line {line}: ' if line else ''}{where}: {message}" + (f". {hint}" if hint else "")
