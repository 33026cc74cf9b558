"""Secrets kept by ansible-vault: they are opened by its own program, for each command anew."""

from __future__ import annotations

import subprocess
from pathlib import Path

from migrate.core.errors import ConfigurationError

_HEADER = "$ANSIBLE_VAULT;"


def is_sealed(text: str) -> bool:
    """Tell whether the text is one that ansible-vault made."""
    return text.startswith(_HEADER)


def plain_text(text: str, path: Path) -> str:
    """Return what is in `text`, the content of the file `path`; what is not sealed is returned as it is.

    The program asks for the password, or reads it where ANSIBLE_VAULT_PASSWORD_FILE says.
    """
    if not is_sealed(text):
        return text
    try:
        done = subprocess.run(  # noqa: S603 - of words of our own and a path behind "--"
            ["ansible-vault", "view", "--", str(path)],  # noqa: S607 - found where the person has it
            capture_output=True,
            check=True,
            text=True,
        )
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"{path} is sealed by ansible-vault, which is not installed",
            hint="Install ansible-core, or unseal the file where it is: ansible-vault decrypt",
        ) from error
    except subprocess.CalledProcessError as error:
        reason = error.stderr.strip().removeprefix("ERROR! ").splitlines()
        raise ConfigurationError(
            f"{path} cannot be unsealed ({reason[0] if reason else 'ansible-vault failed'})",
            hint="Set ANSIBLE_VAULT_PASSWORD_FILE to the file with the password.",
        ) from error
    return done.stdout
