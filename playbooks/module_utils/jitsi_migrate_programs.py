"""Running the system's programs, all in the same plain environment."""

from __future__ import annotations

import subprocess

from ansible.module_utils.jitsi_migrate_refused import Refused

ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "DEBIAN_FRONTEND": "noninteractive",
    # Else it restarts services by itself, and shows news to nobody.
    "NEEDRESTART_MODE": "l",
    "APT_LISTCHANGES_FRONTEND": "none",
}
PATIENCE = 60  # seconds for a program that only tells something


def tried(*command: str, text: str = "", patience: float | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program that may fail. Raises Refused if it has not ended after `patience` seconds."""
    try:
        return subprocess.run(  # noqa: S603 - a list of words, without a shell
            command,
            input=text,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            env=ENVIRONMENT,
            timeout=patience,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Refused(f"{' '.join(command[:2])} has not ended after {patience:.0f} seconds") from None


def output(*command: str, text: str = "") -> str:
    """Return what a program prints that must not fail."""
    done = tried(*command, text=text)
    if done.returncode:
        raise Refused(f"{' '.join(command[:2])} failed: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def said(*command: str) -> str:
    """Return what a program prints, also if it fails; nothing where it is not there, or has no end."""
    try:
        return tried(*command, patience=PATIENCE).stdout
    except (OSError, Refused):
        return ""
