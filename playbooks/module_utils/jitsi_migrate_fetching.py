"""Whether a host gets an answer from those servers that the settings name, and no others."""

from __future__ import annotations

import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from ansible.module_utils.jitsi_migrate_apt import proxies

PATIENCE = 5  # seconds for a server
UNAUTHORIZED = 401


def answers(pages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Ask for pages, all at the same time: `address`, `ca_bundle` or none, `apt` if apt's own proxy is for it.

    Of those that are `guarded` it is an answer that they want to know who asks.
    """
    with ThreadPoolExecutor(max(1, len(pages))) as pool:
        return [{**page, "problem": problem} for page, problem in zip(pages, pool.map(_problem, pages))]


def _problem(page: Mapping[str, Any]) -> str:
    """Return why there is no answer; nothing if there is one."""
    scheme = urlsplit(page["address"]).scheme
    if scheme not in ("http", "https"):
        return ""
    try:
        trusted = ssl.create_default_context(cafile=page.get("ca_bundle") or None)
    except OSError as error:
        return f"{page['ca_bundle']}: {error.strerror or 'is not a file of certificates'}"
    own = proxies(page["address"]) if page.get("apt") else None
    opener = urllib.request.build_opener(urllib.request.ProxyHandler(own), urllib.request.HTTPSHandler(context=trusted))
    try:
        with opener.open(page["address"], timeout=PATIENCE) as answer:
            answer.read(1)
    except urllib.error.HTTPError as error:
        if error.code == UNAUTHORIZED and page.get("guarded"):
            return ""
        return f"it answers {error.code} {error.reason}"
    except urllib.error.URLError as error:
        return _words(error.reason)
    except (OSError, ValueError) as error:
        return _words(error)
    return ""


def _words(reason: object) -> str:
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {reason.verify_message}"
    if isinstance(reason, TimeoutError):
        return f"no answer in {PATIENCE} seconds"
    return str(getattr(reason, "strerror", None) or reason)
