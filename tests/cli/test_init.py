"""init as people type it: a server is made ready to be rendered, once."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.cli.program import ZONE, run
from tests.readers import on_a_terminal, program
from tests.readers import run as run_program


@pytest.fixture
def site(tmp_path: Path) -> Path:
    directory = tmp_path / "site"
    assert run("--site", directory, "init", "meet.example.org").code == 0
    return directory


def test_a_new_server_can_be_rendered_at_once(site: Path) -> None:
    result = run("--site", site, "--json", "render", "--dry-run")
    assert [host["host"] for host in result.json["data"]["hosts"]] == ["meet.example.org"]


def test_the_next_command_is_render(tmp_path: Path) -> None:
    out = run("--site", tmp_path, "init", "meet.example.org").out
    assert out.endswith(f"jitsi-migrate --site {tmp_path} render\n")
    assert out.startswith("made  migrate.toml\n")


def test_a_second_time_there_is_nothing_to_do(site: Path) -> None:
    result = run("--site", site, "--json", "init", "meet.example.org").json["data"]
    assert (result["made"], result["added"], len(result["kept"])) == ([], [], 5)
    assert "Nothing to do" in run("--site", site, "init", "meet.example.org").out


def test_a_server_is_added_to_a_site_that_has_none(tmp_path: Path) -> None:
    run("--site", tmp_path, "init", "--server", "old.example.org")
    look = run("--site", tmp_path, "init", "meet.example.org", "--dry-run")
    assert "Only a look" in look.out
    assert "[jitsi_meet]" not in (tmp_path / "migrate.toml").read_text()
    result = run("--site", tmp_path, "init", "meet.example.org")
    assert result.out.startswith(
        "added to  migrate.toml\nadded to  secrets.toml\nadded to  inventory.ini\nkept      hosts"
    )
    assert run("--site", tmp_path, "render", "--dry-run").code == 0


def test_no_secret_is_shown(tmp_path: Path) -> None:
    result = run("--site", tmp_path, "--json", "init", "meet.example.org")
    made = [line.split('"')[1] for line in (tmp_path / "secrets.toml").read_text().splitlines() if '"' in line]
    assert len(made) == 5
    assert not [secret for secret in made if secret in result.out + result.err]


def test_a_second_server_is_refused_and_so_are_two_meanings(site: Path) -> None:
    other = run("--site", site, "init", "other.example.org")
    assert (other.code, "has a Jitsi Meet server already: meet.example.org" in other.err) == (2, True)
    both = run("--site", site, "init", "meet.example.org", "--server", "meet.example.org")
    assert (both.code, "Give one of them" in both.err) == (2, True)


@pytest.mark.slow
def test_sealed_secrets_are_asked_for_where_somebody_may_be_asked(
    site: Path, export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = program("ansible-vault", "ansible-core")
    monkeypatch.setenv("PATH", f"{Path(vault).parent}:{os.environ['PATH']}")
    monkeypatch.delenv("ANSIBLE_VAULT_PASSWORD_FILE", raising=False)
    (tmp_path / "password").write_text("password-of-the-tests\n")
    run_program(vault, "encrypt", "--vault-password-file", tmp_path / "password", site / "secrets.toml")
    shut = run("--site", site, "--no-input", "render", "--dry-run")
    assert (shut.code, "Set ANSIBLE_VAULT_PASSWORD_FILE" in shut.err) == (3, True)
    command = [sys.executable, "-m", "migrate.cli", "--site", site]
    for words, expected in (
        (["render", "--dry-run"], "Nothing was written"),
        (["plan", export, *ZONE], "2 to create"),
        (["plan", export, *ZONE, "--no-input"], "nobody can be asked"),
    ):
        assert expected in on_a_terminal([*command, *words], "Vault password:", "password-of-the-tests")
    monkeypatch.setenv("ANSIBLE_VAULT_PASSWORD_FILE", str(tmp_path / "password"))
    assert run("--site", site, "--no-input", "render", "--dry-run").code == 0
    assert (site / "secrets.toml").read_text().startswith("$ANSIBLE_VAULT;")


def test_a_site_can_move_to_another_system(tmp_path: Path) -> None:
    result = run("--site", tmp_path, "init", "--target", "nextcloud_talk", "--server", "cloud.example.org")
    settings = (tmp_path / "migrate.toml").read_text()
    assert result.code == 0 and 'target = "nextcloud_talk"' in settings and "[targets.jitsi]" not in settings
    assert 'url = "https://cloud.example.org/remote.php/dav/calendars/{account}/personal/"' in settings
    assert run("--site", tmp_path, "status").code == 0


def test_a_system_that_there_is_not_is_a_mistake_in_the_command(tmp_path: Path) -> None:
    result = run("--site", tmp_path, "init", "--target", "nextclout", "--server", "cloud.example.org")
    assert result.code == 2 and "jitsi, nextcloud_talk" in result.err
    assert run("--site", tmp_path, "init", "--target", "nextcloud_talk").code == 2
    assert not (tmp_path / "migrate.toml").exists()
