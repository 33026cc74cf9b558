"""Whether the signaling server finds Nextcloud: asked on its host, and as it asks when somebody joins a call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible.module_utils.jitsi_migrate_findings import Finding, remark
from ansible.module_utils.jitsi_migrate_https import Answer, Unanswered, ask
from ansible.module_utils.jitsi_migrate_talk_clocks import clocks

CAPABILITIES = "/ocs/v2.php/cloud/capabilities"
UNTRUSTED = 15  # the number that Nextcloud has for a name that it does not know


def nextcloud(url: str) -> Iterator[Finding]:
    """Ask Nextcloud how it is, and for what the signaling server reads there."""
    try:
        status, capabilities = ask(f"{url}/status.php"), ask(f"{url}{CAPABILITIES}", **_OCS)
    except Unanswered as why:
        yield Finding(f"the signaling server does not reach Nextcloud at {url}: {why}")
        return
    wrong = _state(status, url)
    if wrong:
        yield Finding(wrong)
    else:
        yield from _capabilities(capabilities, url)
    yield from clocks(status, "Nextcloud")


_OCS = {"OCS_APIRequest": "true", "Accept": "application/json"}


def _state(answer: Answer, url: str) -> str:
    """Return what keeps Nextcloud from working; nothing if nothing does."""
    found = answer.json()
    if not isinstance(found, dict):
        return f"{url}/status.php answers {answer.status}, and is not the page of Nextcloud"
    if found.get("code") == UNTRUSTED:
        return f"Nextcloud does not take {url} for its own address"
    if not found.get("installed"):
        return f"Nextcloud at {url} is not installed yet"
    if found.get("maintenance"):
        return f"Nextcloud at {url} is in maintenance mode"
    if found.get("needsDbUpgrade"):
        return f"Nextcloud at {url} waits for an upgrade of its database"
    return ""


def _capabilities(answer: Answer, url: str) -> Iterator[Finding]:
    found = _at(answer.json(), "ocs", "data", "capabilities")
    if answer.status != 200 or not isinstance(found, dict):
        yield Finding(f"{url}{CAPABILITIES} answers {answer.status}, and does not tell what Nextcloud can do")
    elif "spreed" not in found:
        yield Finding(f"Nextcloud at {url} has no Talk, or it is not enabled")
    elif not _at(found, "spreed", "config", "signaling", "hello-v2-token-key"):
        yield remark(f"Talk at {url} shows no key, so the signaling server cannot tell who joins")
    logo = _at(found, "theming", "logo")
    if isinstance(logo, str) and not logo.startswith(f"{url}/"):
        yield Finding(f"Nextcloud makes links that begin with {logo.partition('/core/')[0]}, and its address is {url}")


def _at(found: Any, *path: str) -> Any:
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found
