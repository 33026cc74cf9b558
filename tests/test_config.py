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
    assert sorted(faults(write(text))) == sorted(
        [
            "line 1: target: there is no target called 'skype'; there are: jitsi",
            "line 2: calendar: there is no calendar called 'paper'; there are: ics",
            "line 3: colour: there is no such setting",
            *[
                fault
                for fault in faults(write(text))
                if fault.startswith("line 5: site.id: Input should be a valid UUID")
            ],
            "line 6: site.timezone: 'Berlin' is not a time zone. Did you mean Europe/Berlin?",
            *[fault for fault in faults(write(text)) if fault.startswith("line 8: targets.jitsi.url: Input should be")],
            "line 9: targets.jitsi.names: Input should be 'opaque' or 'slug'",
            "line 10: targets.skype: there is no such setting",
            "line 12: calendars.ics.folder: there is no such setting",
        ]
    )


def test_an_empty_file_lacks_its_site(write) -> None:
    assert faults(write("")) == ("site: Field required",)


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
