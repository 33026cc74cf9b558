"""init as people type it, for a server of Nextcloud with Talk."""

from __future__ import annotations

import shutil
import tomllib
from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.cli.program import run
from tests.clouds import PROGRAM

HOST = "cloud.example.org"
MAKE = ("init", HOST, "--product", "nextcloud_talk")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    directory = tmp_path / "site"
    assert run("--site", directory, *MAKE).code == 0
    return directory


def groups(site: Path) -> dict[str, list[str]]:
    parser = ConfigParser(allow_no_value=True, delimiters=("=",))
    parser.read(site / "inventory.ini")
    return {name: list(parser[name]) for name in parser.sections() if parser[name]}


def settle(site: Path) -> None:
    """Say where the program of the signaling server comes from."""
    path = site / "migrate.toml"
    table = "[nextcloud_talk.archives.signaling]\n"
    image = PROGRAM.partition("archives.signaling.")[2]
    path.write_text(path.read_text().replace(table, table + image))


def test_a_new_server_lacks_only_what_nobody_publishes(site: Path) -> None:
    without = run("--site", site, "render", "--dry-run")
    assert without.code == 3
    assert without.err.count("line ") == 1
    assert "nextcloud_talk.archives.signaling.image: is needed" in without.err
    settle(site)
    result = run("--site", site, "--json", "render", "--dry-run")
    assert [host["host"] for host in result.json["data"]["hosts"]] == [HOST]


def test_the_server_is_in_the_groups_of_its_product_and_what_is_moved_goes_there(site: Path) -> None:
    assert groups(site) == {"nextcloud": [HOST], "talk_signaling": [HOST], "coturn": [HOST]}
    settings = tomllib.loads((site / "migrate.toml").read_text())
    assert settings["target"] == "nextcloud_talk"
    assert settings["targets"] == {"nextcloud_talk": {"url": f"https://{HOST}"}}
    assert "jitsi_meet" not in settings


def test_no_secret_is_shown(tmp_path: Path) -> None:
    result = run("--site", tmp_path, "--json", *MAKE)
    made = [line.split('"')[1] for line in (tmp_path / "secrets.toml").read_text().splitlines() if ' = "' in line]
    assert len(set(made)) == len(made) >= 8
    assert not [secret for secret in made if secret in result.out + result.err]
    assert (tmp_path / "secrets.toml").stat().st_mode & 0o077 == 0


def test_a_second_time_there_is_nothing_to_do(site: Path) -> None:
    result = run("--site", site, "--json", *MAKE).json["data"]
    assert (result["made"], result["added"], len(result["kept"])) == ([], [], 5)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("meet.example.org",), "is the site of another server"),
        (("other.example.org", "--product", "nextcloud_talk"), f"has a Nextcloud Talk server already: {HOST}"),
        (("--product", "nextcloud_talk"), "wants HOST"),
        (("x.example.org", "--product", "nextclout"), "There are: jitsi_meet, nextcloud_talk"),
    ],
)
def test_what_is_meant_otherwise_is_refused_and_nothing_is_written(
    site: Path, words: tuple[str, ...], told: str
) -> None:
    before = {path: path.read_bytes() for path in site.iterdir()}
    result = run("--site", site, "init", *words)
    assert (result.code, told in result.err) == (2, True), result.err
    assert {path: path.read_bytes() for path in site.iterdir()} == before


def test_a_host_cannot_be_two_products_at_once(site: Path, tmp_path: Path) -> None:
    settle(site)
    other = tmp_path / "other"
    assert run("--site", other, "init", "meet.example.org").code == 0
    for name, begin in (("migrate.toml", "[jitsi_meet]"), ("secrets.toml", "[jitsi_meet]")):
        table = (other / name).read_text()
        (site / name).write_text((site / name).read_text() + table[table.index(begin) :])
    inventory = (site / "inventory.ini").read_text()
    for group in ("jitsi_meet", "jitsi_videobridge"):
        inventory = inventory.replace(f"[{group}]\n", f"[{group}]\n{HOST}\n")
    (site / "inventory.ini").write_text(inventory)
    shutil.rmtree(other)
    shared = run("--site", site, "render", "--dry-run")
    assert (shared.code, f"{HOST} would be Jitsi Meet and Nextcloud Talk at once" in shared.err) == (3, True), (
        shared.err
    )
