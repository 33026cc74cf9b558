"""How commands become root on hosts whose sudo wants a password."""

from __future__ import annotations

from collections.abc import Mapping

import click

from migrate.cli.session import Session
from migrate.core.errors import UsageError


def sudo_password(session: Session, *, asked: bool) -> Mapping[str, str]:
    """Return the password as Ansible's variable, if it was asked to ask for it; nothing else."""
    if not asked:
        return {}
    if not session.may_ask:
        raise UsageError("--ask-become-pass needs a terminal to ask on", hint="Let sudo ask for no password.")
    return {"ansible_become_password": click.prompt("Password for sudo on the hosts", hide_input=True, err=True)}
