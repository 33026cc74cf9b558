"""Names and certificates for the bed: a DNS server that knows its hosts, and an ACME server that asks it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from tests.hosts.authority import make_authority
from tests.hosts.network import addresses

if TYPE_CHECKING:
    from tests.hosts.bed import Bed

ACME = "acme.example.org"
DIRECTORY = f"https://{ACME}:14000/dir"
# Where hosts have the authority that signed the ACME server's own certificate. They trust it nowhere else.
CA_BUNDLE = Path("/etc/ssl/acme.example.org.pem")
_MANAGED = "http://127.0.0.1:8055"
_OFF = ("-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv4", "", "-defaultIPv6", "")


def serve_names(bed: Bed, names: dict[str, tuple[str, str]]) -> None:
    """Answer DNS for these names by both families. Whoever asks for another is told that it has no address."""
    bed.serve("pebble-challtestsrv", "-dns01", ":53", "-management", "127.0.0.1:8055", *_OFF, ready="8055")
    for name, (v4, v6) in names.items():
        set_name(bed, name, v4, v6)


def set_name(bed: Bed, name: str, v4: str = "", v6: str = "") -> None:
    """Let a name have these addresses from now on. The files /etc/hosts of hosts stay as they are."""
    for kind, address in {"a": v4, "aaaa": v6}.items():
        _post(bed, f"clear-{kind}", {"host": name})
        if address:
            _post(bed, f"add-{kind}", {"host": name, "addresses": [address]})


def serve_certificates(bed: Bed) -> Path:
    """Start the ACME server, and return the certificate of the authority that its own certificate is from."""
    authority = make_authority(bed.place, bed.path / "acme", "The authority of the ACME server")
    certificate, key = authority.issue(ACME)
    settings = {
        "listenAddress": ":14000",
        "managementListenAddress": f"{addresses(1)[0].ip}:15000",
        "certificate": str(certificate),
        "privateKey": str(key),
        "httpPort": 80,
        "tlsPort": 443,
        # As public authorities give.
        "certificateValidityPeriod": 90 * 24 * 60 * 60,
    }
    (bed.path / "acme/pebble.json").write_text(json.dumps({"pebble": settings}))
    bed.serve(
        *("env", "PEBBLE_VA_NOSLEEP=1", "PEBBLE_WFE_NONCEREJECT=0"),
        *("pebble", "-config", bed.path / "acme/pebble.json", "-dnsserver", "127.0.0.1:53"),
        ready="ACME directory available",
    )
    return authority.certificate


def root(bed: Bed) -> str:
    """Return the certificate that all of the ACME server's lead to."""
    url = f"https://{ACME}:15000/roots/0"
    return bed.place.run("curl", "--silent", "--fail", "-4", "--cacert", bed.path / "acme/ca.crt", url)


def _post(bed: Bed, what: str, data: object) -> None:
    bed.place.run("curl", "--silent", "--show-error", "--fail", "--data", json.dumps(data), f"{_MANAGED}/{what}")
