"""A shell completes the names of hosts, from the inventory of the site directory."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from migrate.cli.app import cli

INVENTORY = "[jitsi_meet]\nmeet.example.org\n[jitsi_videobridge]\nbridge-1.example.org\nbridge-2.example.org\n"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JITSI_MIGRATE_SITE", str(tmp_path))
    return tmp_path


def completed(*words: str) -> list[str]:
    found = ShellComplete(cli, {}, "jitsi-migrate", "_JITSI_MIGRATE_COMPLETE")
    return [item.value for item in found.get_completions(list(words[:-1]), words[-1])]


def test_hosts_of_the_inventory_are_completed(site: Path) -> None:
    (site / "inventory.ini").write_text(INVENTORY)
    assert completed("render", "") == ["bridge-1.example.org", "bridge-2.example.org", "meet.example.org"]
    assert completed("render", "bri") == ["bridge-1.example.org", "bridge-2.example.org"]


def test_a_host_is_offered_once(site: Path) -> None:
    (site / "inventory.ini").write_text(INVENTORY)
    assert completed("render", "bridge-1.example.org", "bri") == ["bridge-2.example.org"]


def test_the_site_directory_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "inventory.ini").write_text(INVENTORY)
    assert completed("--site", str(tmp_path), "render", "m") == ["meet.example.org"]


@pytest.mark.parametrize("text", [None, "[jitsi_meet\n", "\xff"])
def test_without_an_inventory_that_can_be_read_nothing_is_offered(site: Path, text: str | None) -> None:
    if text:
        (site / "inventory.ini").write_bytes(text.encode("latin-1"))
    assert completed("render", "") == []
