"""A table of settings: nothing in it is unknown, and nothing changes after reading."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A table of migrate.toml or secrets.toml. What a setting does stands in its description."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)
