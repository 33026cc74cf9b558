"""What Nextcloud says of itself: the checks of its page for administrators, asked by its program."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible.module_utils.jitsi_migrate_findings import Finding, remark
from ansible.module_utils.jitsi_migrate_programs import tried
from ansible.module_utils.jitsi_migrate_refused import Refused

PATIENCE = 180  # seconds: it asks itself for many pages, and others for theirs
LONGEST = 300
# What no setting of this product changes and no server here needs, or what an administrator does in quiet hours.
HARMLESS = {
    "EmailTestSuccessful",
    "InternetConnectivity",
    "LogErrors",
    "MimeTypeMigrationAvailable",
    "NotifyPush",
    "PhpOutdated",
    "RecordingBackend",
    "SIPConfiguration",
    "TwoFactorConfiguration",
}
# An error by its severity, and by its words an advertisement: it comes as soon as a thousand people have logged in.
ADVERTISED = "PushService"
# An error also where Nextcloud did not get through to itself, which it tells elsewhere, too; it hinders no call.
PASSING = "WellKnownUrls"
# Words of errors that are none. Talk asks for a feature that no release of its backend has.
UNRELEASED = re.compile(r"missing features: changed-users$")
# A time of 1970: on a new server the first run of cron is still to come.
NEVER_RAN = re.compile(r"\b[5-9]\d years ago")
_PLACE = re.compile(r"\{(\w+)\}")


def setup_checks(occ: Sequence[str]) -> Iterator[Finding]:
    """Ask by the words that call the program: errors fail, warnings are told, and the rest is well."""
    try:
        done = tried(*occ, "setupchecks", "--output=json", patience=PATIENCE)
    except (Refused, OSError) as why:
        yield Finding(f"Nextcloud does not tell how it is set up: {why}")
        return
    try:
        # Notices of PHP may stand before it.
        found = json.loads(done.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError):
        lines = f"{done.stdout}\n{done.stderr}".strip().splitlines() or [f"it ends with code {done.returncode}"]
        yield Finding(f"Nextcloud does not tell how it is set up: {lines[-1]}")
        return
    for checks in found.values():
        for name, check in checks.items():
            yield from _judged(name.rpartition("\\")[2], check)


def _judged(kind: str, check: Mapping[str, Any]) -> Iterator[Finding]:
    words = _words(check)
    harmless = kind in HARMLESS or UNRELEASED.search(words)
    told = check["severity"] == "error" or (check["severity"] == "warning" and not harmless)
    if kind == ADVERTISED or not told:
        return
    message = f"Nextcloud says ({kind}): {words}"
    passing = kind == PASSING or (kind == "CronInfo" and NEVER_RAN.search(words))
    yield Finding(message) if check["severity"] == "error" and not passing else remark(message)


def _words(check: Mapping[str, Any]) -> str:
    """Return a description with its parameters in place."""
    given = check.get("descriptionParameters") or {}

    def filled(place: re.Match[str]) -> str:
        return str(given[place[1]].get("name", "")) if place[1] in given else place[0]

    text = " ".join(_PLACE.sub(filled, check.get("description") or check.get("name") or "").split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
