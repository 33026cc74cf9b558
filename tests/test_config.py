"""migrate.toml and secrets.toml: every fault at once, and no secret in any of them."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrate.config import load_secrets, load_settings
from migrate.core.errors import ConfigurationError, Exit
from migrate.shared.quoting.json_like import toml

SITE = '[site]\nid = "6c84fb90-12c4-11e1-840d-7b25c5ee775a"\n'
JITSI = '[targets.jitsi]\nurl = "https://meet.example.org"\n'
KEY = "k3y-" * 8


@pytest.fixture
def write(tmp_path: Path):
    def write(text: str | bytes, name: str = "migrate.toml", mode: int = 0o600) -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(mode)
        return path

    return write


def faults(path: Path, load=load_settings) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as caught:
        load(path)
    assert caught.value.exit_code is Exit.CONFIGURATION
    assert str(path) in caught.value.message
    return caught.value.details


def test_settings_have_defaults_for_all_but_the_site_and_the_server(write) -> None:
    found = load_settings(write(SITE + JITSI))
    assert (found.target, found.calendar, found.site.timezone) == ("jitsi", "ics", None)
    assert (str(found.targets.jitsi.url), found.targets.jitsi.names) == ("https://meet.example.org/", "opaque")


def test_a_time_zone_can_be_set(write) -> None:
    assert load_settings(write(f'{SITE}timezone = "Europe/Berlin"\n{JITSI}')).site.timezone == "Europe/Berlin"


def test_settings_cannot_be_changed(write) -> None:
    found = load_settings(write(SITE + JITSI))
    with pytest.raises(ValueError, match="frozen"):
        found.target = "talk"


def test_all_faults_are_told_at_once_with_their_path(write) -> None:
    text = (
        'target = "skype"\ncalendar = "paper"\ncolour = "red"\n[site]\nid = "7"\ntimezone = "Berlin"\n'
        '[targets.jitsi]\nurl = "meet"\nnames = "pretty"\n[targets.skype]\n[calendars.ics]\nfolder = "x"\n'
    )
    assert faults(write(text)) == (
        "line 5: site.id: must be a UUID, such as the one that init made",
        "line 6: site.timezone: 'Berlin' is not a time zone. Did you mean Europe/Berlin?",
        "line 1: target: there is no target called 'skype'; there are: jitsi, nextcloud_talk",
        "line 2: calendar: there is no calendar called 'paper'; there are: caldav, ics",
        "line 8: targets.jitsi.url: must be a link such as https://meet.example.org",
        'line 9: targets.jitsi.names: must be one of "opaque" or "slug"',
        "line 10: targets.skype: there is no such setting",
        "line 12: calendars.ics.folder: there is no such setting",
        "line 3: colour: there is no such setting",
    )


def test_an_empty_file_lacks_its_site(write) -> None:
    assert faults(write("")) == ("site: the table [site] is missing",)


SERVER = {
    'domains = "x"': "line 7: jitsi_meet.domains: there is no such setting. Did you mean domain?",
    "lobby = true": "line 7: jitsi_meet.lobby: there is no such setting. It belongs elsewhere: jitsi_meet.meetings",
    "turn = true": "line 7: jitsi_meet.turn: must be a table",
    "turn.port = 0": "line 7: jitsi_meet.turn.port: must be 1 or more",
    "turn.port = 70000": "line 7: jitsi_meet.turn.port: must be 65535 or less",
    'turn.port = "3478"': "line 7: jitsi_meet.turn.port: must be a whole number, without quotes, such as 3478",
    "turn.port = 3478.0": "line 7: jitsi_meet.turn.port: must be a whole number",
    "turn.port = true": "line 7: jitsi_meet.turn.port: must be a whole number",
    'turn.on_443 = "yes"': "line 7: jitsi_meet.turn.on_443: must be true or false, without quotes",
    "turn.relay_ports = 49152": "line 7: jitsi_meet.turn.relay_ports: must be a list in brackets, such as [49152",
    "turn.relay_ports = [49152]": "line 7: jitsi_meet.turn.relay_ports.1: a value is missing",
    "turn.relay_ports = [1, 2, 3]": "line 7: jitsi_meet.turn.relay_ports: must have at most 2 values",
    "turn.relay_ports = [\n1,\n0]": "line 9: jitsi_meet.turn.relay_ports.1: must be 1 or more",
    "firewall.ssh_from = '10.0.0.0/8'": (
        'line 7: jitsi_meet.firewall.ssh_from: must be a list in brackets, such as ["192.0.2.0/24"]'
    ),
    "firewall.ssh_from = ['10.0.0.0/8',\n'10.0.0.1/8']": "line 8: jitsi_meet.firewall.ssh_from.1: '10.0.0.1/8' is not",
    "language = 5": 'line 7: jitsi_meet.language: must be a text in quotes, such as "en"',
    "limits.resolution = 700": "line 7: jitsi_meet.limits.resolution: must be one of 180, 360, 540, 720 or 1080",
    "[jitsi_meet.authentication]\nmode = 'acounts'": (
        'line 8: jitsi_meet.authentication.mode: must be one of "accounts", "jwt" or "open". Did you mean "accounts"?'
    ),
    "[jitsi_meet.authentication.jwt]\nissuers = ['a b']": (
        "line 8: jitsi_meet.authentication.jwt.issuers.0: 'a b' is neither a word nor a link"
    ),
    "bridges.signalling_address = '[::1]'": (
        "line 7: jitsi_meet.bridges.signalling_address: '[::1]' is neither a host name such as"
    ),
    "branding.name = ''": "line 7: jitsi_meet.branding.name: must have a length of at least 1",
    "[jitsi_meet.hosts.'a b']\nregion = 'eu'": "line 7: jitsi_meet.hosts.\"a b\": 'a b' is not the name of a host",
    "[jitsi_meet.hosts.'b.example.org']\nmapping = []": (
        'line 8: jitsi_meet.hosts."b.example.org".mapping: there is no such setting. Did you mean mappings?'
    ),
    "[jitsi_meet.hosts.'b.example.org']\nmappings = [\n{ local = '10.0.0.5' },\n]": (
        'line 9: jitsi_meet.hosts."b.example.org".mappings.0.public: must be set: the address that the internet'
    ),
    "hosts = 5": "line 7: jitsi_meet.hosts: must be a table",
}


@pytest.mark.parametrize("page", SERVER)
def test_a_fault_of_a_server_is_told_with_line_path_and_words(write, page: str) -> None:
    told = faults(write(f'{SITE}{JITSI}[jitsi_meet]\ndomain = "meet.example.org"\n{page}\n'))
    assert told[0].startswith(SERVER[page]), told
    assert len(told) == 1


def test_a_server_without_a_name_and_one_with_half_of_it_are_told(write) -> None:
    (fault,) = faults(write(f"{SITE}{JITSI}[jitsi_meet]\n"))
    assert fault.startswith("line 5: jitsi_meet.domain: must be set: the name people type")
    (fault,) = faults(write(f'{SITE}{JITSI}[jitsi_meet]\ndomain = "meet"\n'))
    assert fault.startswith("line 6: jitsi_meet.domain: 'meet' is not a full host name such as meet.example.org")


def test_no_fault_of_the_secrets_of_a_server_shows_them(write) -> None:
    text = (
        f'site_key = "{KEY}"\n[jitsi_meet]\njicofo_password = "s3cr3t"\nbridge_password = ["{KEY}"]\n'
        f'turn_secre = "{KEY}"\n'
    )
    with pytest.raises(ConfigurationError) as caught:
        load_secrets(write(text, "secrets.toml"), "jitsi_meet")
    assert caught.value.details == (
        "line 3: jitsi_meet.jicofo_password: must be 16 to 200 letters, digits and ._~-: programs and scripts of "
        "packages break others",
        "line 4: jitsi_meet.bridge_password: must be a text in quotes",
        "line 2: jitsi_meet.turn_secret: must be set: by which Prosody gives out, and coturn checks, credentials for "
        "TURN",
        "line 5: jitsi_meet.turn_secre: there is no such setting. Did you mean turn_secret?",
    )


def test_a_table_that_is_nearly_one_is_pointed_out(write) -> None:
    assert faults(write(f"{SITE}{JITSI}[jitsi_met]\n")) == (
        "line 5: jitsi_met: there is no such setting. Did you mean jitsi_meet?",
    )


@pytest.mark.parametrize("data", [b"\xff\xfe", b"target = ", b"a = 1\na = 2\n", b"[[[", b"x = " + b"[" * 9999, b"\x00"])
def test_what_is_not_toml_is_no_crash(write, data: bytes) -> None:
    faults(write(data))


def test_a_file_that_is_not_there_or_is_a_directory_says_what_to_do(tmp_path: Path) -> None:
    for path in (tmp_path / "migrate.toml", tmp_path):
        with pytest.raises(ConfigurationError, match="cannot be read") as caught:
            load_settings(path)
        assert "jitsi-migrate init" in caught.value.hint


def test_a_secret_is_read_and_never_shown(write) -> None:
    secrets = load_secrets(write(f'site_key = "{KEY}"\n', "secrets.toml"))
    assert secrets.site_key.get_secret_value() == KEY
    assert KEY not in f"{secrets!r} {secrets} {secrets.fingerprint}"
    assert secrets.fingerprint == f"‹secret:{sha256(KEY.encode()).hexdigest()[:8]}›"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620])
def test_a_secret_that_others_may_read_is_refused(write, mode: int) -> None:
    path = write(f'site_key = "{KEY}"\n', "secrets.toml", mode)
    with pytest.raises(ConfigurationError, match="can be read by others") as caught:
        load_secrets(path)
    assert caught.value.hint == f"Run: chmod 600 {path}"


@pytest.mark.parametrize(
    "text",
    ['site_key = "short-secret"\n', f'site_key = "{KEY}"\nother = "{KEY}"\n', f"site_key = [{KEY!r}]\n", f'"{KEY}'],
)
def test_no_fault_of_the_secrets_shows_them(write, text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_secrets(write(text, "secrets.toml"))
    shown = f"{caught.value.message} {caught.value.hint} {caught.value.details}"
    assert KEY not in shown
    assert "short-secret" not in shown


@given(st.text(st.characters(exclude_categories=["Cs"])))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_can_be_a_setting(write, text: str) -> None:
    path = write(f"site_key = {toml(text + KEY)}\n", "secrets.toml")
    assert load_secrets(path).site_key.get_secret_value() == text + KEY
