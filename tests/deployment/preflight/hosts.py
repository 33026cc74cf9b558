"""A host as preflight sees it, with whatever a test makes wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

from migrate.core.check import Finding, Listening, Look, Needs, Page, Resolved, Seen, Verdict
from migrate.deployment.preflight.judging import judge

V4, V6 = "198.51.100.5", "2001:db8::5"
LISTENERS = (
    Listening("tcp", 443, 443, "the web server", public=True),
    Listening("udp", 10000, 10000, "the bridge", public=True),
    Listening("tcp", 5280, 5280, "Prosody's own HTTP server"),
)
NEEDS = Needs(
    host="meet",
    product="jitsi_meet",
    domain="meet.example.org",
    distribution="debian-12",
    architectures=("amd64", "arm64"),
    families=(4, 6),
    names=("meet.example.org",),
    addresses=(V4, V6),
    reach="public",
    listeners=LISTENERS,
    units=("nginx.service",),
    ssh_port=22,
    memory=(2_000_000_000, 8_000_000_000),
    disk=(2_000_000_000, 8_000_000_000),
    cores=2,
    packages=("nginx", "prosody", "jicofo"),
    brought=("jicofo",),
    pages=(Page("https://packages.example.org/key", "Jitsi's packages", apt=True),),
)
FACTS: dict[str, Any] = {
    "system": {
        "distribution": "debian-12",
        "name": "Debian GNU/Linux 12 (bookworm)",
        "architecture": "amd64",
        "init": "systemd",
        "container": "",
        "root": True,
        "hostname": "meet",
        "hostname_resolves": [V4],
    },
    "size": {"memory": 8_300_000_000, "cores": 4, "disks": {"/": 20_000_000_000, "/var": 20_000_000_000}},
    "synchronised": True,
    "addresses": {"own": [V4, V6], "routed": [V4, V6]},
    "listening": [{"protocol": "tcp", "address": "0.0.0.0", "port": 22, "program": "sshd", "unit": "ssh.service"}],
    "apt": {"lacking": ["jicofo"], "held": [], "interrupted": [], "locked": "", "removes": [], "refusal": ""},
    "pages": [{"address": "https://packages.example.org/key", "apt": True, "problem": ""}],
    "missing": [],
    "owner": None,
    "foreign": [],
}
ANSWERING = frozenset({("tcp", 443), ("udp", 10000)})
LOOKS = tuple(
    Look("", "meet", address, protocol, port, "answered", arrived=address)
    for address in (V4, V6)
    for protocol, port in sorted(ANSWERING)
)
# A bridge that came to Prosody by a name.
LOOKS += (Look("bridge", "meet", "meet.example.org", "tcp", 443, "answered", arrived=V4),)
SEEN = Seen(FACTS, ANSWERING, LOOKS, 0.1, {"meet.example.org": Resolved((V4, V6), (V4, V6))})


def needing(**changed: Any) -> Needs:
    """Return what a deployment needs, a little different."""
    return replace(NEEDS, **changed)


def seen(different: Mapping[str, object] | None = None, **changed: Any) -> Seen:
    """Return what was seen, with different facts, such as "size.memory"."""
    facts = deepcopy(FACTS)
    for path, value in (different or {}).items():
        *way, last = path.split(".")
        inner = facts
        for name in way:
            inner = inner[name]
        inner[last] = value
    return replace(SEEN, facts=facts, **changed)


def bad(needs: Needs = NEEDS, what: Seen = SEEN) -> list[Finding]:
    """Return what is not well."""
    return [found for found in judge(needs, what) if found.verdict is not Verdict.OK]


def listening(protocol: str, port: int, program: str, unit: str = "") -> Sequence[dict[str, Any]]:
    """Return what listens on a host: sshd, and one more."""
    other = {"protocol": protocol, "address": "0.0.0.0", "port": port, "program": program, "unit": unit}
    return [*FACTS["listening"], other]
