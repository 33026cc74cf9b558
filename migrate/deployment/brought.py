"""Files that a person brought into the site directory."""

from __future__ import annotations

import re
from pathlib import Path

_ARMOR = re.compile(
    r"(?:\s*-----BEGIN PGP PUBLIC KEY BLOCK-----\n(?:[A-Za-z]+: .*\n)*[A-Za-z0-9+/=\s]+"
    r"-----END PGP PUBLIC KEY BLOCK-----\s*)+"
)


def misplaced(file: str, site: Path) -> tuple[str, str] | None:
    """Return what is wrong with where a file is and what to do, nothing if it can be read."""
    path = site / file
    try:
        if not path.is_file():
            return "is not a file" if path.exists() else "is not there", "The path begins at the site directory."
        if not path.resolve().is_relative_to(site.resolve()):
            return "is a link that leads out of the site directory", "Put the file itself there."
        path.open("rb").close()
    except OSError as error:
        return f"cannot be read: {error.strerror}", "You must be able to read it."
    return None


def unfit_key(path: Path) -> tuple[str, str] | None:
    """Return why a file is no key and what to do, nothing if it is one."""
    if _ARMOR.fullmatch(path.read_bytes().decode("latin-1")):
        return None
    return "is not a public key of OpenPGP as text", "Write it anew: gpg --armor --export THE_KEY."
