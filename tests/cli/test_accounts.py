"""accounts, as a person runs it. That people get in is proven on real servers, in tests/hosts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.program import run
from tests.servers import DOMAIN, server

HOSTS = "zoom_name,zoom_id,zoom_email,account,calendar_url\nAnna Lind,,,anna,\nKim Berg,,,,\n"
NOBODY = "[all:vars]\nansible_host=127.0.0.1\nansible_port=1\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site whose host is this machine, at a port where nothing answers."""
    directory = server(tmp_path / "site")
    with (directory / "inventory.ini").open("a") as inventory:
        inventory.write(f"\n{NOBODY}")
    (directory / "hosts.csv").write_text(HOSTS)
    assert run("--site", directory, "render").code == 0
    return directory


def test_a_dry_run_tells_and_does_nothing(site: Path) -> None:
    done = run("--site", site, "accounts", "--dry-run")
    assert done.code == 0, done.err
    assert "+ 1 would get a login: anna" in done.out
    assert "1 in hosts.csv have no account there" in done.out
    assert not (site / "logins.csv").exists()


@pytest.mark.slow
def test_a_password_is_written_down_before_the_server_hears_of_it_and_is_not_shown(site: Path) -> None:
    done = run("--site", site, "--json", "accounts")
    assert done.code == 5, done.err
    assert json.loads(done.out)["data"]["new"] == ["anna"]
    path = site / "logins.csv"
    assert path.stat().st_mode & 0o777 == 0o600
    _, login = path.read_text().splitlines()
    name, password, pending = login.split(",")
    assert (name, pending) == ("anna", "")
    shown = done.out + done.err + "".join(log.read_text() for log in site.glob("runs/*/log.*"))
    assert password not in shown
    again = run("--site", site, "accounts", "--reset", "anna")
    assert again.code == 5
    assert path.read_text().splitlines()[1].endswith(",reset")


def test_a_server_without_logins_of_its_own_is_told(tmp_path: Path) -> None:
    site = server(tmp_path / "site", f'{DOMAIN}authentication.mode = "open"\n')
    done = run("--site", site, "accounts")
    assert done.code == 3
    assert "no logins of its own" in done.err
