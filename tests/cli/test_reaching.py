"""What all commands that reach hosts have in common."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.cli.reaching import concerned
from migrate.core.errors import UsageError
from tests.cli.program import run
from tests.deployments import product
from tests.servers import DOMAIN, server


@pytest.fixture
def site(tmp_path: Path) -> Path:
    site = server(tmp_path / "site", f'{DOMAIN}authentication.mode = "accounts"\n')
    (site / "hosts.csv").write_text("zoom_name,zoom_id,zoom_email,account,calendar_url\nAnna Lind,,,anna,\n")
    return site


def on_hosts(site: Path, command: str) -> list[str | Path]:
    confirmed = ["--confirm", "meet.example.org"] if command == "destroy" else []
    return ["--site", site, command, *confirmed]


@pytest.mark.parametrize("command", ["preflight", "deploy", "accounts", "certificates", "destroy"])
def test_the_password_for_sudo_is_asked_of_a_person_or_not_at_all(site: Path, command: str) -> None:
    assert run("--site", site, "render").code == 0
    done = run(*on_hosts(site, command), "--ask-become-pass")
    assert done.code == 2, done.err
    assert "--ask-become-pass needs a terminal" in done.err
    assert not (site / "runs").exists()


@pytest.mark.parametrize("command", ["accounts", "certificates", "destroy"])
def test_what_was_never_rendered_is_told_before_any_host_is_reached(site: Path, command: str) -> None:
    done = run(*on_hosts(site, command))
    assert done.code == 3, done.err
    assert "nothing is rendered yet" in done.err
    assert not (site / "logins.csv").exists()


def test_a_product_that_has_no_such_playbook_says_so_with_those_that_it_has() -> None:
    server_here = product(DOMAIN)
    assert concerned([server_here], ["meet.example.org"], "destroy") == [(server_here, ("meet.example.org",))]
    assert concerned([server_here], ["other.example.org"], "upgrade") == []
    with pytest.raises(UsageError, match="Jitsi Meet has no upgrade") as refused:
        concerned([server_here], ["meet.example.org"], "upgrade")
    assert refused.value.hint == "It has: accounts, certificates, deploy, destroy, preflight."
