"""Which system a host runs."""

from __future__ import annotations

from ansible.module_utils.jitsi_migrate_files import text_of


def release() -> dict[str, str]:
    """Return what the system says of itself, see os-release(5)."""
    entries = (line.partition("=") for line in text_of("/etc/os-release").splitlines())
    return {name: value.strip('"') for name, sign, value in entries if sign}


def distribution() -> str:
    """Return distribution and release, such as debian-12."""
    known = release()
    return f"{known.get('ID', '')}-{known.get('VERSION_ID', '').partition('.')[0]}"
