"""The languages that Jitsi Meet's pages are translated into (languages.tsv: jitsi-meet, lang/languages.json)."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from typing import Annotated

from pydantic import AfterValidator

from migrate.shared.resources import data_rows


@cache
def languages() -> dict[str, str]:
    """Return the languages: the code of each, and its name in itself."""
    return {code: name for code, name in data_rows("jitsi/languages.tsv")}  # noqa: C416 - rows are lists


def _language(value: str) -> str:
    if value not in languages():
        raise ValueError(f"{value!r} is no language of Jitsi Meet's pages: {_advice(value)}")
    return value


def _advice(value: str) -> str:
    near = get_close_matches(value, languages(), n=1) or [code for code in languages() if code == value.lower()[:2]]
    return f"did you mean {near[0]}?" if near else "it has " + ", ".join(languages())


Language = Annotated[str, AfterValidator(_language)]
