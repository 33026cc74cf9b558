"""init: a site directory, made once and never overwritten."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from stat import S_IMODE

import pytest

from migrate.cli.adding import new_server
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
    assert (done.made, done.added, done.kept) == (NAMES, (), ())
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
    (fault,) = caught.value.details
    assert fault.startswith("line 13: targets.jitsi.url: must be set: where the server is")
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


def snapshot(site: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in site.iterdir()}


def test_a_new_site_gets_a_server_with_settings_secrets_and_a_place(site: Path) -> None:
    done = initialise(site, "meet.example.org", Files(), new_server("jitsi_meet", "Meet.Example.org"))
    assert done.made == NAMES
    settings, secrets = load_settings(site / "migrate.toml"), load_secrets(site / "secrets.toml", "jitsi_meet")
    assert settings.jitsi_meet.domain == "meet.example.org"
    assert str(settings.targets.jitsi.url) == "https://meet.example.org/"
    assert secrets.jitsi_meet.jwt_secret is None
    assert (site / "inventory.ini").read_text().count("\nmeet.example.org\n") == 3
    assert {S_IMODE((site / name).stat().st_mode) for name in NAMES} == {0o600}


def test_no_two_secrets_of_a_server_are_the_same_and_none_needs_quotes() -> None:
    made = [
        tomllib.loads(new_server("jitsi_meet", "meet.example.org").secrets.replace("# jwt", "jwt")) for _ in range(2)
    ]
    found = [secret for one in made for secret in one["jitsi_meet"].values()]
    assert len(set(found)) == len(found) == 8
    assert all(len(secret) == 64 and secret.isalnum() for secret in found)


def test_a_server_is_added_to_what_is_there_and_nothing_else_changes(site: Path) -> None:
    initialise(site, "old.example.org", Files())
    (site / "migrate.toml").chmod(0o644)
    (site / "migrate.toml").write_text((site / "migrate.toml").read_text().rstrip("\n") + "  # mine")
    before = snapshot(site)
    done = initialise(site, "meet.example.org", Files(), new_server("jitsi_meet", "meet.example.org"))
    assert (done.made, done.added) == ((), ("migrate.toml", "secrets.toml", "inventory.ini"))
    after = snapshot(site)
    for name in ("migrate.toml", "secrets.toml"):
        assert after[name].startswith(before[name].rstrip(b"\n") + b"\n\n# ")
        assert after[name].startswith(before[name])
    assert S_IMODE((site / "migrate.toml").stat().st_mode) == 0o644
    assert str(load_settings(site / "migrate.toml").targets.jitsi.url) == "https://old.example.org/"
    assert load_secrets(site / "secrets.toml", "jitsi_meet")
    assert not list(site.glob(".*.new"))


def test_a_second_time_nothing_changes(site: Path) -> None:
    initialise(site, "meet.example.org", Files(), new_server("jitsi_meet", "meet.example.org"))
    before = snapshot(site)
    done = initialise(site, "meet.example.org", Files(), new_server("jitsi_meet", "MEET.example.org"))
    assert (done.made, done.added, done.kept) == ((), (), NAMES)
    assert snapshot(site) == before


def test_a_dry_run_says_the_same_and_writes_nothing(site: Path) -> None:
    done = initialise(site, "meet.example.org", Files(), new_server("jitsi_meet", "meet.example.org"), dry_run=True)
    assert done.made == NAMES
    assert not site.exists()


def test_an_inventory_with_a_server_is_left_alone(site: Path) -> None:
    initialise(site, "", Files())
    (site / "inventory.ini").write_text("[jitsi_meet]\nweb.example.org\n")
    done = initialise(site, "", Files(), new_server("jitsi_meet", "meet.example.org"))
    assert "inventory.ini" in done.kept


def test_what_was_lost_comes_back_without_another_server(site: Path) -> None:
    initialise(site, "meet.example.org", Files(), new_server("jitsi_meet", "meet.example.org"))
    settings = (site / "migrate.toml").read_bytes()
    (site / "secrets.toml").unlink()
    assert initialise(site, "", Files(), new_server("jitsi_meet", "meet.example.org")).made == ("secrets.toml",)
    assert (site / "migrate.toml").read_bytes() == settings
    assert load_secrets(site / "secrets.toml", "jitsi_meet").jitsi_meet


SEALED = "$ANSIBLE_VAULT;1.1;AES256\n3132\n"


def spoil(name: str, text: str | bytes) -> Callable[[Path], object]:
    return lambda site: (site / name).write_bytes(text if isinstance(text, bytes) else text.encode())


@pytest.mark.parametrize(
    ("spoilt", "error", "words"),
    [
        (
            spoil("migrate.toml", '[jitsi_meet]\ndomain = "a.example.org"\n'),
            UsageError,
            "server already: a.example.org",
        ),
        (spoil("migrate.toml", "jitsi_meet = "), ConfigurationError, "Invalid value"),
        (spoil("migrate.toml", b"\xff"), ConfigurationError, "utf-8"),
        (spoil("secrets.toml", "site_key = "), ConfigurationError, "Invalid value"),
        (spoil("secrets.toml", SEALED), ConfigurationError, "sealed by ansible-vault"),
        (spoil("inventory.ini", "web[1:2]\n"), ConfigurationError, "is not understood"),
        (
            lambda site: ((site / "inventory.ini").unlink(), (site / "inventory.ini").mkdir()),
            ConfigurationError,
            "read",
        ),
    ],
)
def test_where_one_file_cannot_be_added_to_none_is(
    site: Path, spoilt: Callable[[Path], object], error: type[Exception], words: str
) -> None:
    initialise(site, "", Files())
    spoilt(site)
    before = {path.name: path.read_bytes() for path in site.iterdir() if path.is_file()}
    with pytest.raises(error, match=words):
        initialise(site, "", Files(), new_server("jitsi_meet", "meet.example.org"))
    assert {path.name: path.read_bytes() for path in site.iterdir() if path.is_file()} == before


def test_sealed_secrets_are_no_reason_to_refuse_a_server_that_is_there(site: Path) -> None:
    initialise(site, "", Files(), new_server("jitsi_meet", "meet.example.org"))
    (site / "secrets.toml").write_text(SEALED)
    assert initialise(site, "", Files(), new_server("jitsi_meet", "meet.example.org")).kept == NAMES


def test_how_to_add_a_server_to_sealed_secrets_is_told_as_commands(site: Path) -> None:
    initialise(site, "", Files())
    (site / "secrets.toml").write_text(SEALED)
    with pytest.raises(ConfigurationError) as caught:
        initialise(site, "", Files(), new_server("jitsi_meet", "meet.example.org"))
    for command in (f"ansible-vault decrypt {site}", "init meet.example.org", f"ansible-vault encrypt {site}"):
        assert command in caught.value.hint


@pytest.mark.parametrize(
    "host", ["meet", "https://meet.example.org", "meet.example.org:8443", "a b.org", "192.0.2.1", "-"]
)
def test_a_new_server_has_a_full_name(host: str) -> None:
    with pytest.raises(UsageError, match="is not a full host name"):
        new_server("jitsi_meet", host)


def test_the_settings_of_a_server_are_written_when_nothing_else_is_missing(site: Path) -> None:
    class Failing(Files):
        def write(self, path: Path, data: bytes, mode: int = 0o600, *, durable: bool = True) -> None:
            if path.name == "migrate.toml":
                raise InterruptedError
            super().write(path, data, mode, durable=durable)

    with pytest.raises(InterruptedError):
        initialise(site, "meet.example.org", Failing(), new_server("jitsi_meet", "meet.example.org"))
    assert {path.name for path in site.iterdir()} == set(NAMES) - {"migrate.toml"}
    secrets = (site / "secrets.toml").read_bytes()
    assert initialise(site, "meet.example.org", Files(), new_server("jitsi_meet", "meet.example.org")).made == (
        "migrate.toml",
    )
    assert (site / "secrets.toml").read_bytes() == secrets
