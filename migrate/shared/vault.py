"""Secrets kept by ansible-vault: they are opened by its own program, for each command anew."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

from migrate.core.errors import ConfigurationError

_HEADER = "$ANSIBLE_VAULT;"
_REASON = re.compile(r"^(?:ERROR! |\[ERROR\]: )(.+)$", re.MULTILINE)


def is_sealed(text: str) -> bool:
    """Tell whether the text is one that ansible-vault made."""
    return text.startswith(_HEADER)


def plain_text(text: str, path: Path, *, may_ask: bool = False) -> str:
    """Return what is in `text`, the content of the file `path`; what is not sealed is returned as it is.

    The program reads the password where ANSIBLE_VAULT_PASSWORD_FILE says, or asks for it if it may.
    """
    if not is_sealed(text):
        return text
    try:
        done = _unsealed(path, may_ask=may_ask)
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"{path} is sealed by ansible-vault, which is not installed",
            hint=f"Install ansible-core, or unseal it elsewhere: ansible-vault decrypt {shlex.quote(str(path))}",
        ) from error
    if done.returncode:
        raise ConfigurationError(
            f"{path} cannot be unsealed ({_reason(done.stderr.decode(errors='replace'))})",
            hint="Set ANSIBLE_VAULT_PASSWORD_FILE to the name of a file with the password.",
        )
    try:
        return done.stdout.decode()
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is not UTF-8 inside", hint="It must be TOML, in UTF-8.") from error


def _unsealed(path: Path, *, may_ask: bool) -> subprocess.CompletedProcess[bytes]:
    # It asks on the terminal of its session, whatever its input is: in a session of its own there is none.
    # What "view" shows could go into Ansible's log; what is written to "-" goes nowhere else.
    return subprocess.run(  # noqa: S603 - of words of our own and a path behind "--"
        ["ansible-vault", "decrypt", "--output", "-", "--", str(path)],  # noqa: S607 - found where the person has it
        stdin=None if may_ask else subprocess.DEVNULL,
        capture_output=True,
        start_new_session=not may_ask,
        check=False,
    )


def _reason(told: str) -> str:
    found = _REASON.search(told)
    reason = found[1] if found else "ansible-vault failed"
    return "it needs a password, and nobody can be asked" if reason.startswith("EOFError") else reason
