"""init: a site directory, made once and never overwritten."""

from __future__ import annotations

import tomllib
from pathlib import Path
from stat import S_IMODE

import pytest

from migrate.config import load_secrets, load_settings
from migrate.core.errors import ConfigurationError, UsageError
from migrate.services.initialising import initialise
from migrate.shared.files import Files
from migrate.shared.hosts import load

NAMES = ("migrate.toml", "secrets.toml", "inventory.ini", "hosts.csv", ".gitignore")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return tmp_path / "new" / "site"


def test_a_site_is_complete_and_private(site: Path) -> None:
    done = initialise(site, "meet.example.org", Files())
    assert (done.made, done.kept) == (NAMES, ())
    assert S_IMODE(site.stat().st_mode) == 0o700
    assert {S_IMODE((site / name).stat().st_mode) for name in NAMES} == {0o600}
    assert {path.name for path in site.iterdir()} == set(NAMES)


def test_what_init_writes_is_valid(site: Path) -> None:
    initialise(site, "Meet.Example.org:8443", Files())
    settings, secrets = load_settings(site / "migrate.toml"), load_secrets(site / "secrets.toml")
    assert str(settings.targets.jitsi.url) == "https://meet.example.org:8443/"
    assert (settings.target, settings.calendar, str(settings.calendars.ics.directory)) == ("jitsi", "ics", "calendars")
    assert len(secrets.site_key.get_secret_value()) == 64
    assert load((site / "hosts.csv").read_text("utf-8"), "hosts.csv").rows == []


def test_what_is_private_or_made_is_ignored_by_git(site: Path) -> None:
    initialise(site, "", Files())
    ignored = (site / ".gitignore").read_text("utf-8").splitlines()
    assert {"/secrets.toml", "/state.sqlite*", "/calendars/", "/runs/", "/build/", "/plan.json"} <= set(ignored)
    assert "secret" not in (site / "migrate.toml").read_text("utf-8")


def test_without_a_server_only_its_name_is_missing(site: Path) -> None:
    initialise(site, "", Files())
    with pytest.raises(ConfigurationError) as caught:
        load_settings(site / "migrate.toml")
    assert caught.value.details == ("targets.jitsi.url: Field required",)
    assert '# url = "https://meet.example.org"' in (site / "migrate.toml").read_text("utf-8")


def test_a_second_init_makes_only_what_is_missing(site: Path) -> None:
    initialise(site, "meet.example.org", Files())
    (site / "hosts.csv").unlink()
    before = {path.name: path.read_bytes() for path in site.iterdir()}
    done = initialise(site, "other.example.org", Files())
    assert (done.made, set(done.kept)) == (("hosts.csv",), set(NAMES) - {"hosts.csv"})
    assert {name: (site / name).read_bytes() for name in before} == before


def test_two_sites_have_nothing_in_common_that_matters(tmp_path: Path) -> None:
    ids, keys = set(), set()
    for name in ("a", "b"):
        initialise(tmp_path / name, "meet.example.org", Files())
        ids.add(tomllib.loads((tmp_path / name / "migrate.toml").read_text("utf-8"))["site"]["id"])
        keys.add((tmp_path / name / "secrets.toml").read_text("utf-8"))
    assert len(ids) == len(keys) == 2


@pytest.mark.parametrize(
    "server",
    [
        *("https://meet.example.org", "meet.example.org/room", "meet", "-a.example.org", "a b.example.org", "a..org"),
        *('x.org"\nid = "1', "meet.example.org\n", "user@meet.example.org", "meet.example.org:", "a" * 64 + ".org"),
    ],
)
def test_what_is_no_host_name_makes_nothing(site: Path, server: str) -> None:
    with pytest.raises(UsageError, match="is not a host name") as caught:
        initialise(site, server, Files())
    assert "--server meet.example.org" in caught.value.hint
    assert not site.exists()
