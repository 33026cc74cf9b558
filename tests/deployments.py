"""Deployments of every kind, for the tests of rendering: a page of settings and an inventory each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from migrate.config import fixed
from migrate.core.bundle import Bundle, Content
from migrate.deployment.inventory import read_inventory
from migrate.deployment.jitsi_meet.product import JitsiMeet

ONE_HOST = "[jitsi_meet]\nmeet.example.org\n[jitsi_videobridge]\nmeet.example.org\n[coturn]\nmeet.example.org\n"

SECRETS = {
    "jicofo_password": "jicofo-password-of-the-tests",
    "bridge_password": "bridge-password-of-the-tests",
    "turn_secret": "turn-secret-of-the-tests",
    "jwt_secret": "jwt-secret-of-the-tests-which-is-long",
}

_MANY = """
[jitsi_meet]
web.example.org
[jitsi_videobridge]
bridge-1.example.org
bridge-2.example.org
bridge-3.example.org
[coturn]
turn.example.org
"""

VARIANTS: Mapping[str, tuple[str, str]] = {
    "minimal": ('domain = "meet.example.org"', ONE_HOST),
    "without-turn": (
        'domain = "meet.example.org"\nmeetings.peer_to_peer = false',
        "[jitsi_meet]\nmeet.example.org\n[jitsi_videobridge]\nmeet.example.org\n",
    ),
    "open": ('domain = "meet.example.org"\nauthentication.mode = "open"', ONE_HOST),
    "no-guests": ('domain = "meet.example.org"\nauthentication.guests = false', ONE_HOST),
    "jwt": (
        """
domain = "meet.example.org"
[authentication]
mode = "jwt"
[authentication.jwt]
issuers = ["https://id.example.org/realms/staff"]
audiences = ["jitsi"]
key_url = "https://id.example.org/realms/staff/keys/"
login_url = "https://id.example.org/login?room={room}"
logout_url = "https://id.example.org/logout"
""",
        ONE_HOST,
    ),
    "jwt-secret": (
        """
domain = "meet.example.org"
[authentication]
mode = "jwt"
guests = false
[authentication.jwt]
app_id = "portal"
issuers = ["portal"]
audiences = ["meet", "jitsi"]
""",
        ONE_HOST,
    ),
    "three-bridges": (
        """
domain = "meet.example.org"
limits.max_participants = 200
[turn]
domain = "turn.example.org"
on_443 = true
[bridges]
region_groups = [["eu", "us"]]
signalling_address = "10.1.0.2"
[hosts."bridge-1.example.org"]
addresses = ["192.0.2.21", "2001:db8::21", "10.1.0.21"]
region = "eu"
[hosts."bridge-2.example.org"]
addresses = ["192.0.2.22", "10.1.0.22"]
region = "eu"
[hosts."bridge-3.example.org"]
addresses = ["198.51.100.23", "10.1.0.23"]
region = "us"
""",
        _MANY,
    ),
    "behind-nat": (
        """
domain = "meet.example.org"
bridges.reach = "nat"
network.ipv6 = false
[hosts."meet.example.org"]
addresses = ["10.0.0.5"]
mappings = [{ local = "10.0.0.5", public = "203.0.113.5" }]
""",
        ONE_HOST,
    ),
    "behind-nat-by-stun": (
        """
domain = "meet.example.org"
[bridges]
reach = "nat"
stun_servers = ["stun.example.org:3478"]
""",
        "[jitsi_meet]\nmeet.example.org\n[jitsi_videobridge]\nmeet.example.org\n[coturn]\nmeet.example.org\n",
    ),
    "private-network": (
        """
domain = "meet.corp.example.org"
prosody = "13.0"
bridges.reach = "lan"
[certificate]
source = "own"
certificate = "/etc/ssl/meet/fullchain.pem"
key = "/etc/ssl/meet/key.pem"
[repositories]
jitsi = "https://mirror.corp.example.org/jitsi"
jitsi_key = "jitsi.asc"
backports = "https://mirror.corp.example.org/debian"
[hosts."meet.example.org"]
addresses = ["10.2.0.5"]
""",
        ONE_HOST,
    ),
    "ipv6-only": ('domain = "meet.example.org"\nnetwork.ipv4 = false', ONE_HOST),
    "turn-443": (
        'domain = "meet.example.org"\n[turn]\ndomain = "turn.meet.example.org"\non_443 = true',
        ONE_HOST,
    ),
    "newer-prosody": ('domain = "meet.example.org"\nprosody = "13.0"', ONE_HOST),
    "debian-13": ('domain = "meet.example.org"\ndistribution = "debian-13"', ONE_HOST),
    "everything": (
        """
domain = "meet.example.org"
prosody = "13.0"
language = "de"
[authentication]
mode = "accounts"
[meetings]
file_sharing_url = "https://files.example.org/upload"
password_digits = 8
muted_from = 10
camera_off_from = 5
[limits]
max_participants = 75
resolution = 1080
last_n = 20
joins_per_second = 5
logins_per_second = 20
messages_per_second = 6
[branding]
name = "Example \\"Rooms\\" & Söhne"
logo = "branding/logo.svg"
logo_link = "https://www.example.org/"
background = "#1f2937"
accent = "#0f766e"
privacy_link = "https://www.example.org/privacy"
terms_link = "https://www.example.org/terms"
help_link = "https://help.example.org/meetings"
[web]
content_security_policy = "report-only"
further_origins = ["https://cdn.example.org"]
embedded_by = ["https://intranet.example.org"]
access_log = true
mobile_apps = true
[certificate]
email = "admin@example.org"
server = "https://ca.example.org/acme/directory"
ca_bundle = "/etc/ssl/certs/example-ca.pem"
[turn]
domain = "turn.meet.example.org"
on_443 = true
relay_ports = [50000, 50999]
sessions_each = 30
sessions = 600
megabits_each = 20
[firewall]
ssh_port = 2222
ssh_from = ["192.0.2.0/24", "2001:db8:7::/48"]
[metrics]
enabled = true
""",
        ONE_HOST,
    ),
}


def product(settings: str, inventory: str = ONE_HOST, site: Path = Path("examples/site")) -> JitsiMeet:
    """Return the product of a page of settings, as TOML below [jitsi_meet]."""
    return JitsiMeet.open(
        JitsiMeet.Settings.model_validate(fixed(tomllib.loads(settings))),
        JitsiMeet.Secrets.model_validate(SECRETS),
        read_inventory(inventory, "inventory.ini"),
        site,
    )


def variant(name: str, site: Path = Path("examples/site")) -> JitsiMeet:
    """Return one of the VARIANTS."""
    return product(*VARIANTS[name], site)


def texts(bundle: Bundle) -> dict[str, str]:
    """Return the text files of a bundle by their path on the server, secrets in the clear."""
    return {file.placement.path: file.content.text for file in bundle.files if isinstance(file.content, Content)}


def every_text(product: JitsiMeet) -> dict[tuple[str, str], str]:
    """Return all that is rendered as text, by host and path; what the playbooks are told is of no host."""
    found = {(host, path): text for host in product.hosts() for path, text in texts(product.bundle(host)).items()}
    return {**found, ("", "vars.yml"): product.variables().text}
