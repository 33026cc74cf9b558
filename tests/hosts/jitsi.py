"""Jitsi's repository with stand-ins of its packages, in two releases."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from tests.hosts.enclosure import Enclosure
from tests.hosts.repository import build, index, sign

STUBS = Path(__file__).with_name("stubs")
# What the packages of a release are called: upstream counts each program's own.
RELEASES = (
    {"MEET": "2.0.11146-1", "JICOFO": "1.0-1186-1", "BRIDGE": "2.3-302-g4bb0aead1-1", "WEB": "1.0.9220-1"},
    {"MEET": "2.0.11248-1", "JICOFO": "1.0-1194-1", "BRIDGE": "2.3-310-g5c1d2ae07-1", "WEB": "1.0.9301-1"},
)
PACKAGES = (
    "jicofo", "jitsi-meet", "jitsi-meet-prosody", "jitsi-meet-tokens", "jitsi-meet-turnserver", "jitsi-meet-web",
    "jitsi-meet-web-config", "jitsi-videobridge2",
)  # fmt: skip
KEY = "jitsi-key.gpg.key"
_SHARED = {
    "jicofo": {"usr/share/jicofo/stub_xmpp.py": "stub_xmpp.py"},
    "jitsi-videobridge2": {"usr/share/jitsi-videobridge/stub_xmpp.py": "stub_xmpp.py"},
    "jitsi-meet-turnserver": {"usr/share/jitsi-meet-turnserver/stub_strangers.py": "stub_strangers.py"},
    "jitsi-meet-web-config": {"usr/share/jitsi-meet-web-config/stub_strangers.py": "stub_strangers.py"},
}
_OWN = {"auth_token", "roster_command"}


def make_jitsi(place: Enclosure, root: Path) -> None:
    """Make the repository as upstream lays out its own: flat, and the key beside it."""
    pool = root / "stable"
    pool.mkdir(parents=True)
    for release in RELEASES:
        for package in PACKAGES:
            build(place, STUBS / package, release, _shared(package), pool)
    index(
        place,
        root,
        "stable",
        pool,
        pool,
        ("Origin=jitsi.org", "Label=Jitsi Debian packages repository", "Suite=stable/"),
    )
    sign(place, root / KEY, pool)


def _shared(package: str) -> Mapping[str, Path]:
    """Return what several packages have, by where each has it."""
    found = {path: STUBS / name for path, name in _SHARED.get(package, {}).items()}
    if package == "jitsi-meet-prosody":
        for module in _modules():
            stub = "stub_auth.lua" if module.startswith("auth_") else "stub_module.lua"
            found[f"usr/share/jitsi-meet/prosody-plugins/mod_{module}.lua"] = STUBS / stub
    return found


def _modules() -> list[str]:
    """Return the names of Jitsi's modules for Prosody, save those that do something here."""
    table = Path(__file__).parents[2] / "migrate/data/jitsi/prosody-modules.tsv"
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [row["module"] for row in rows if row["of"] == "jitsi" and row["module"] not in _OWN]
