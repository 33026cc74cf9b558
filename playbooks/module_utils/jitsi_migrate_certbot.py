"""What certbot's words mean for the person who reads them."""

from __future__ import annotations

import re

LOG = "/var/log/letsencrypt/letsencrypt.log"
# For each name that the authority could not prove.
_PROOF = re.compile(r"(?:Domain|Identifier): +(\S+)\n +Type: +(\S+)\n +Detail: +(.*)")
_TYPES = {
    "dns": "the authority finds no address for {name}. Let its A and AAAA records lead to this server",
    "connection": (
        "the authority does not reach {name} at port 80. Open it to everybody, in firewalls before the server too, "
        "and let A and AAAA records lead to this server and nowhere else"
    ),
    "unauthorized": (
        "another server answers for {name}. Let its A and AAAA records lead to this server and nowhere else"
    ),
    "caa": "the CAA record of {name} does not allow this authority. Change the record or certificate.server",
    "tls": "the authority was sent on to https at {name} and fails there. Let port 80 of the name lead to this server",
}
# The first that fits counts.
_WORDS = (
    (
        r"rateLimited|too many (?:certificates|requests|failed|new|currently)",
        "the authority gives no more for now, for it was asked too often. Wait as long as it says, then deploy again",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|certificate verify failed|Could not find a suitable TLS CA certificate bundle",
        "the server does not trust the ACME server's certificate. Name its authority's in certificate.ca_bundle",
    ),
    (
        r"NameResolutionError|Name or service not known|name resolution|No address associated",
        "the server finds no address of the ACME server. Let the server use a working DNS resolver",
    ),
    (
        r"NewConnectionError|Max retries exceeded|ConnectTimeout|ReadTimeout|Connection refused|unreachable",
        "the server does not reach the ACME server. Let it call out by https, or name another in certificate.server",
    ),
    (
        r"Could not bind TCP port 80",
        "another program listens at port 80 of this server. Stop it while certbot proves the name",
    ),
    (r"Another instance of Certbot", "certbot is at work on the server already. Wait a minute, then deploy again"),
    (r"Unable to register an account|invalidContact|unsupportedContact|invalidEmail", "it refuses certificate.email"),
)


def reason(said: str) -> str:
    """Return why certbot got no certificate: in our words where they are known, and always in its own."""
    proofs = _PROOF.findall(said)
    if proofs:
        return ". ".join(_unproven(*proof) for proof in proofs)
    for pattern, words in _WORDS:
        if re.search(pattern, said, re.IGNORECASE):
            return f"No certificate: {words}. It said: {_last(said)}"
    return f"No certificate, for a reason of certbot's own: {_last(said)}. All of it is in {LOG} on the server"


def _unproven(name: str, kind: str, detail: str) -> str:
    words = _TYPES.get(kind, "the authority does not believe that {name} is this server's").format(name=name)
    return f"No certificate: {words}. It said: {detail.strip().rstrip('.')}"


def _last(said: str) -> str:
    """Return certbot's last words that are no advice about logs and forums."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if not re.match(r"Ask for help|See the logfile|Saving debug log|- - -", line)]
    return (telling or ["nothing"])[-1].rstrip(".")[:500]
