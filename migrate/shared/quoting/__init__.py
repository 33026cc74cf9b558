"""Quoting: the only way by which a value reaches a file. One module per family of formats.

A *notation* writes a value (text, number, true or false, list of these) with all quotes that it needs, so that the
format's reader finds the value and nothing else; or it raises Unquotable. A *format* is the notations that belong
into its files. What a value means there is not known here: that a host name is one, its setting sees to.
"""

from __future__ import annotations

from migrate.shared.quoting import (
    bare,
    debconf,
    environment,
    json_like,
    libconfig,
    lua,
    markup,
    nginx,
    php,
    redis,
    systemd,
)
from migrate.shared.quoting.notation import Format, Unquotable

_MODULES = (bare, debconf, environment, json_like, libconfig, lua, markup, nginx, php, redis, systemd)

FORMATS: dict[str, Format] = {known.name: known for module in _MODULES for known in module.FORMATS}

NOTATIONS = {notation.name: notation for known in FORMATS.values() for notation in known.notations}

__all__ = ["FORMATS", "NOTATIONS", "Format", "Unquotable"]
