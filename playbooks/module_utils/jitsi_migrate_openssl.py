"""Reading and making certificates with the server's openssl, which Debian has wherever it has ca-certificates."""

from __future__ import annotations

import re
import ssl
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from ansible.module_utils.jitsi_migrate_programs import PATIENCE, tried
from ansible.module_utils.jitsi_migrate_refused import Refused

DAY = 86400
_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
_FIELDS = ("-subject", "-issuer", "-startdate", "-enddate", "-fingerprint", "-sha256", "-nameopt", "RFC2253")


class Certificate(NamedTuple):
    """What a certificate says of itself. Times are seconds since 1970."""

    subject: str
    issuer: str
    begins: float
    ends: float
    fingerprint: str
    names: tuple[str, ...]

    @property
    def days(self) -> int:
        """Whole days left; negative once it has ended."""
        return int((self.ends - time.time()) // DAY)


def openssl(*words: str, text: str = "") -> str:
    """Return what openssl answers. Raises Refused with its last words."""
    try:
        done = tried("openssl", *words, text=text, patience=PATIENCE)
    except FileNotFoundError:
        raise Refused("The server has no openssl: install the package openssl") from None
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no words"]
        raise Refused(f"openssl {words[0]} failed: {lines[-1]}")
    return str(done.stdout)


def blocks(path: str) -> list[str]:
    """Return the certificates of a file, in its order. Raises Refused if there is none."""
    try:
        found = _BLOCK.findall(Path(path).read_text("latin-1"))
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from None
    if not found:
        raise Refused(f"{path}: there is no certificate in it (it must be in the format PEM)")
    return found


def read(pem: str) -> Certificate:
    """Return what a certificate says of itself."""
    told = openssl("x509", "-noout", *_FIELDS, text=pem)
    fields = dict(line.split("=", 1) for line in told.splitlines())
    return Certificate(
        fields["subject"].strip(),
        fields["issuer"].strip(),
        ssl.cert_time_to_seconds(fields["notBefore"]),
        ssl.cert_time_to_seconds(fields["notAfter"]),
        next(value for name, value in fields.items() if name.lower().endswith("fingerprint")),
        tuple(re.findall(r"DNS:([^,\s]+)", _alternatives(pem))),
    )


def read_file(path: str) -> Certificate:
    """Return what the first certificate of a file says of itself."""
    return read(blocks(path)[0])


def covers(pem: str, name: str) -> bool:
    """Tell whether a browser accepts the certificate for this name, as wildcards go."""
    return "does match" in openssl("x509", "-noout", "-checkhost", name, text=pem)


def belong_together(pem: str, key: str) -> bool:
    """Tell whether this file holds the certificate's key. Raises Refused if it holds none, or a locked one."""
    try:
        public = openssl("pkey", "-in", key, "-passin", "pass:", "-pubout")
    except Refused:
        raise Refused(f"{key}: there is no key in it, or one that a passphrase locks") from None
    return public == openssl("x509", "-noout", "-pubkey", text=pem)


def known_here(pems: list[str]) -> bool:
    """Tell whether the authorities that this server knows vouch for the first, by way of the others."""
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as others:
        others.write("\n".join(pems[1:]))
        others.flush()
        chain = ["-untrusted", others.name] if pems[1:] else []
        try:
            openssl("verify", *chain, text=pems[0])
        except Refused:
            return False
    return True


def shown(port: int, name: str, starttls: str | None = None) -> str:
    """Return the certificate that a service of this host shows for a name."""
    first = ("-starttls", starttls, "-xmpphost", name) if starttls else ("-servername", name)
    found = _BLOCK.search(openssl("s_client", "-connect", f"localhost:{port}", *first))
    if not found:
        raise Refused(f"No certificate is shown at port {port}")
    return found[0]


def new_key() -> str:
    """Return a new key."""
    return openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")


def signed_by_itself(key: str, names: list[str], days: int) -> str:
    """Return a certificate for these names that the key in this file signs itself."""
    alternatives = ",".join(f"DNS:{name}" for name in names)
    return openssl(
        *("req", "-x509", "-new", "-key", key, "-subj", f"/CN={names[0][:64]}", "-days", str(days)),
        *("-addext", f"subjectAltName={alternatives}"),
    )


def _alternatives(pem: str) -> str:
    try:
        return openssl("x509", "-noout", "-ext", "subjectAltName", text=pem)
    except Refused:  # older releases refuse to show what is not there
        return ""
