"""Whether a file is the one that its makers published: its checksum, and their OpenPGP signature."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from tempfile import TemporaryDirectory

from ansible.module_utils.jitsi_migrate_apt import download
from ansible.module_utils.jitsi_migrate_openpgp import NoKey, certificates
from ansible.module_utils.jitsi_migrate_programs import tried
from ansible.module_utils.jitsi_migrate_refused import Refused

PIECE = 1024 * 1024
# What an expired key signed was signed in its time; one that was revoked may have been stolen.
_GOOD = re.compile(r"^\[GNUPG:\] (GOODSIG|EXPKEYSIG) ", re.MULTILINE)


def sha256(path: Path) -> str:
    """Return a file's checksum."""
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            found.update(piece)
    return found.hexdigest()


def refuse_other(source: str, found: str, expected: str) -> None:
    """Raise Refused if a checksum is not the expected one."""
    if expected and found != expected:
        raise Refused(
            f"{source}: its SHA-256 is {found} and not {expected}, so it is not used. Either the one in migrate.toml "
            "is that of another release, or this is not what its makers published"
        )


def refuse_unsigned(path: Path, source: str, signature: str, key: bytes) -> None:
    """Fetch a signature. Raises Refused if none of the certificates of a key made it for a file."""
    with TemporaryDirectory() as directory:
        keyring, made = Path(directory) / "key.gpg", Path(directory) / "signature"
        keyring.write_bytes(key)
        download(signature, made)
        # gpgv knows no other key than these, and asks nobody.
        words = ("--homedir", directory, "--keyring", str(keyring), "--status-fd", "1", "--", str(made), str(path))
        done = tried("gpgv", *words)
    if done.returncode or not _GOOD.search(done.stdout):
        told = " ".join(line.partition("gpgv: ")[2] or line for line in done.stderr.splitlines())
        raise Refused(f"{source}: {signature} is not its makers' signature of it, so it is not used. gpgv says: {told}")


def key_of(given: str, address: str, expected: str) -> bytes:
    """Return the key that was given, or the expected one from an address."""
    if given:
        return b"".join(_read(given.encode(), "the key of the archive").values())
    with TemporaryDirectory() as directory:
        path = Path(directory) / "key"
        download(address, path)
        found = _read(path.read_bytes(), address)
    if expected not in found:
        raise Refused(f"{address}: is the key {', '.join(found)} and not {expected}, so nothing that it signed is used")
    return found[expected]


def _read(data: bytes, source: str) -> dict[str, bytes]:
    try:
        found: dict[str, bytes] = certificates(data)
    except NoKey:
        raise Refused(f"{source}: is no OpenPGP key of version 4") from None
    return found
