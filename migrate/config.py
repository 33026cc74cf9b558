"""migrate.toml and secrets.toml -> one checked model; unknown keys are refused and all faults told at once."""

from __future__ import annotations

import tomllib
from hashlib import sha256
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
from migrate.core.errors import ConfigurationError
from migrate.core.ports import Calendar, Target
from migrate.shared.timezones import did_you_mean, find_zone

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
        return f"‹secret:{sha256(self.site_key.get_secret_value().encode()).hexdigest()[:8]}›"


class Settings(Section):
    """migrate.toml. `targets` and `calendars` have one table for each adapter there is."""

    site: SiteSettings
    target: str = Field(default="jitsi", description="which system meetings move to: one of the tables [targets.…]")
    calendar: str = Field(default="ics", description="how events leave: one of the tables [calendars.…]")
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
    return _checked(_model(), path)


def load_secrets(path: Path) -> Secrets:
    """Read secrets.toml. Raises ConfigurationError if others may read it, and with every fault."""
    if path.exists() and path.stat().st_mode & 0o077:
        raise ConfigurationError(f"{path} can be read by others", hint=f"Run: chmod 600 {path}")
    return _checked(Secrets, path)


def _model() -> type[Settings]:
    """Compose the model of all adapters' own Settings; only the chosen ones must be filled in."""
    fields: dict[str, Any] = {}
    for name, port in (("targets", Target), ("calendars", Calendar)):
        tables: dict[str, Any] = {
            key: (adapter.Settings | None, None)
            for key, adapter in registry.adapters(port).items()
            if hasattr(adapter, "Settings")
        }
        section = create_model(name.capitalize(), __base__=Section, **tables)
        fields[name] = (section, Field(default_factory=section))
    return create_model("Settings", __base__=Settings, **fields)


def _checked(model: type[Model], path: Path) -> Model:
    try:
        with path.open("rb") as stream:
            return model.model_validate(tomllib.load(stream))
    except OSError as error:
        raise ConfigurationError(
            f"{path}: cannot be read ({error.strerror})", hint="Make a site directory first: jitsi-migrate init"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigurationError(f"{path}: {error}", hint="It must be TOML, in UTF-8.") from error
    except ValidationError as error:
        raise ConfigurationError(f"{path} is not valid", details=[_fault(item) for item in error.errors()]) from error


def _fault(item: Any) -> str:
    where = ".".join(str(part) for part in item["loc"])
    if item["type"] == "extra_forbidden":
        return f"{where}: there is no such setting"
    return f"{where}: {item['msg'].removeprefix('Value error, ')}"
