"""The modules of certificates: what they make, what they find wrong, and in which words."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.playbooks.modules import PLAYBOOKS, run_once
from tests.readers import directory, program

NAMES = ["meet.example.org", "turn.example.org"]
pytestmark = pytest.mark.slow


def run(module: str, **arguments: object) -> dict[str, object]:
    said = run_once(module, arguments)
    assert "{" in said, said
    return json.loads(said)


@pytest.fixture
def here() -> Iterator[Path]:
    program("openssl", "openssl")
    with directory() as made:
        yield made


def pair(here: Path, **more: object) -> dict[str, object]:
    return {"certificate": str(here / "a/x.crt"), "key": str(here / "a/x.key"), "names": NAMES, **more}


def test_a_first_pair_is_made_once_and_for_its_owner_only(here):
    done = run("certificate_pair", pairs=[pair(here, mode="0400")])
    assert done["made"] == [str(here / "a/x.key"), str(here / "a/x.crt")]
    assert oct((here / "a/x.key").stat().st_mode)[-3:] == "400"
    before = (here / "a/x.crt").read_bytes()
    assert run("certificate_pair", pairs=[pair(here)])["changed"] is False
    # Killed after the key, the next run goes on with that.
    key = (here / "a/x.key").read_bytes()
    (here / "a/x.crt").unlink()
    assert run("certificate_pair", pairs=[pair(here)])["made"] == [str(here / "a/x.crt")]
    assert ((here / "a/x.key").read_bytes(), (here / "a/x.crt").read_bytes() != before) == (key, True)
    assert "failed" not in run("certificate_pair", state="checked", pairs=[pair(here)])


def test_a_check_makes_nothing(here):
    assert run("certificate_pair", pairs=[pair(here)], _ansible_check_mode=True)["changed"] is True
    assert list(here.iterdir()) == []


def test_a_certificate_without_its_key_is_not_replaced(here):
    run("certificate_pair", pairs=[pair(here)])
    (here / "a/x.key").unlink()
    assert "it is there without its key" in run("certificate_pair", pairs=[pair(here)])["msg"]


def write(here: Path, *, begins: int = -1, ends: int = 90, names: tuple[str, ...] = tuple(NAMES)) -> None:
    """Make a pair that begins and ends in so many days."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now + timedelta(days=begins))
        .not_valid_after(now + timedelta(days=ends))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (here / "a").mkdir(exist_ok=True)
    (here / "a/x.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (here / "a/x.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def longer(here: Path) -> None:
    """Let the chain go on with somebody who did not sign."""
    write(here, names=("other.example.org",))
    other = (here / "a/x.crt").read_text()
    write(here)
    with (here / "a/x.crt").open("a") as file:
        file.write(other)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda _: None, "x.crt: No such file or directory"),
        (lambda here: write(here, begins=-90, ends=-2), "it ended on 20"),
        (lambda here: write(here, begins=2), "it begins on 20"),
        (lambda here: write(here, names=("meet.example.org",)), "it is not for turn.example.org (it is for meet"),
        (longer, "its chain is not in order"),
        (lambda here: (write(here), (here / "a/x.key").write_text("-")), "there is no key in it"),
    ],
    ids=["missing", "ended", "not begun", "another name", "chain", "key"],
)
def test_what_is_wrong_with_your_own_certificate_is_told(here: Path, make: Callable[[Path], object], words: str):
    make(here)
    done = run("certificate_pair", state="checked", pairs=[pair(here)])
    assert (done["failed"], words in done["msg"]) == (True, True), done["msg"]


def test_your_own_certificate_may_be_for_all_names_below(here):
    write(here, names=("*.example.org",))
    done = run("certificate_pair", state="checked", pairs=[pair(here)])
    assert "failed" not in done
    # Whether people's devices know who signed it cannot be seen from here.
    assert "the server knows no authority that vouches for it" in str(done["warnings"])


def acme(here: Path, **more: object) -> str:
    arguments = {"names": NAMES, "server": "https://acme.example.org/dir", "directory": str(here), **more}
    return run("acme", **arguments, _ansible_check_mode=True)["reason"]


def test_certbot_is_asked_only_if_there_is_a_reason(here):
    assert acme(here) == "there is none"
    (here / "live").mkdir()
    (here / "renewal").mkdir()
    (here / "renewal/meet.example.org.conf").write_text("[renewalparams]\nserver = https://acme.example.org/dir\n")
    live = here / "live/meet.example.org"
    live.mkdir()

    def has(**made: object) -> None:
        write(here, **made)
        (here / "a/x.crt").replace(live / "cert.pem")

    has()
    assert acme(here) == ""
    assert acme(here, names=NAMES[:1]) == "it is for other names"
    assert acme(here, server="https://other.example.org/dir") == "it is of another ACME server"
    has(begins=-61, ends=29)
    assert acme(here) == "it has 28 days left"
    # One that is only for a week is not asked for again with each run.
    has(begins=-1, ends=6)
    assert acme(here) == ""


SAID = {
    "the authority does not reach meet.example.org at port 80": """
Certbot failed to authenticate some domains (authenticator: webroot). The Certificate Authority reported these problems:
  Domain: meet.example.org
  Type:   connection
  Detail: 198.51.100.5: Fetching http://meet.example.org/.well-known/acme-challenge/x: Connection refused

Hint: The Certificate Authority failed to download the temporary challenge files created by Certbot.
""",
    "the authority finds no address for meet.example.org": """
  Domain: meet.example.org
  Type:   dns
  Detail: DNS problem: NXDOMAIN looking up A for meet.example.org
""",
    "it was asked too often": """
An unexpected error occurred:
Error creating new order :: too many certificates already issued for "example.org". Retry after 2026-01-01T00:00:00Z
Ask for help or search for solutions at https://community.example.org.
""",
    "the server does not trust the ACME server's certificate": """
requests.exceptions.SSLError: HTTPSConnectionPool(host='acme.example.org', port=443): Max retries exceeded: /dir
(Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed')))
""",
    "the server does not reach the ACME server": """
requests.exceptions.ConnectionError: HTTPSConnectionPool(host='acme.example.org', port=443): Max retries exceeded
(Caused by NewConnectionError('Failed to establish a new connection: [Errno 111] Connection refused'))
""",
    "another program listens at port 80": "Could not bind TCP port 80 because it is already in use by another process",
    "certbot is at work on the server already": "Another instance of Certbot is already running.",
    "It said: something new": "Saving debug log to /var/log/x.log\nsomething new.\nSee the logfile x",
}


@pytest.mark.parametrize("words", SAID)
def test_why_there_is_no_certificate_is_told_in_plain_words(words):
    reason = runpy.run_path(str(PLAYBOOKS / "module_utils/jitsi_migrate_certbot.py"))["reason"]
    told = reason(SAID[words])
    assert words.removeprefix("It said: ") in told
    assert told.startswith("No certificate")
    assert "\n" not in told
