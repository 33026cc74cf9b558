"""Releases come from where the settings say, each with what it is checked by, and none of them unchecked."""

from __future__ import annotations

import tomllib
from hashlib import sha256
from pathlib import Path

import pytest

from migrate.config import fixed
from migrate.deployment.nextcloud_talk.archives import Archives
from migrate.deployment.nextcloud_talk.fetching import Archives as ArchiveSettings
from migrate.deployment.nextcloud_talk.settings import NextcloudTalkSettings
from migrate.shared.toml_places import line_of
from tests.clouds import DOMAIN, variant
from tests.models import paths

KEY = Path("examples/site/jitsi.asc")
MIRROR = "https://mirror.example.org/archive"
BROUGHT = 'archives.signaling.file = "program"\n'
SUM = "ab" * 32
IMAGE = f"docker.io/strukturag/nextcloud-spreed-signaling@sha256:{SUM}"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "program").write_bytes(b"program")
    (tmp_path / "key.asc").write_bytes(KEY.read_bytes())
    return tmp_path


def archives(site: Path, page: str) -> Archives:
    return Archives(NextcloudTalkSettings.model_validate(fixed(tomllib.loads(DOMAIN + page))), site)


def test_without_a_word_archives_are_those_of_their_makers(site: Path) -> None:
    found = archives(site, BROUGHT)
    at = "https://github.com/nextcloud-releases"
    assert [found.source(name).address for name in ("nextcloud", "talk", "calendar", "signaling")] == [
        f"{at}/server/releases/download/v34.0.2/nextcloud-34.0.2.tar.bz2",
        f"{at}/spreed/releases/download/v24.0.4/spreed-v24.0.4.tar.gz",
        f"{at}/calendar/releases/download/v6.5.4/calendar-v6.5.4.tar.gz",
        "",
    ]
    assert list(found.faults()) == []


def test_the_archive_of_nextcloud_is_signed_by_its_makers_unless_the_settings_know_better(site: Path) -> None:
    def told(page: str) -> tuple[str, str, bool, bool]:
        found = archives(site, BROUGHT + page).source("nextcloud").variables
        return found["signature"], found["sha256"], bool(found["fingerprint"]), bool(found["key"])

    published = archives(site, BROUGHT).source("nextcloud").address
    mirrored = f'archives.nextcloud.address = "{MIRROR}"\n'
    signed = f'archives.nextcloud.signature = "{MIRROR}.sig"\n'
    summed = f'archives.nextcloud.sha256 = "{SUM.upper()}"\n'
    assert told("") == (f"{published}.asc", "", True, False)
    assert told(mirrored) == (f"{MIRROR}.asc", "", True, False)
    assert told(signed) == (f"{MIRROR}.sig", "", True, False)
    assert told(mirrored + summed) == ("", SUM, False, False)
    assert told(summed + signed) == (f"{MIRROR}.sig", SUM, True, False)
    assert told('archives.nextcloud.key = "key.asc"\n') == (f"{published}.asc", "", False, True)
    assert told('archives.nextcloud.file = "program"\n') == ("", sha256(b"program").hexdigest(), False, False)


def test_a_file_of_the_site_directory_is_known_by_its_checksum(site: Path) -> None:
    found = archives(site, BROUGHT).variables["signaling"]
    assert (found["file"], found["address"], found["sha256"]) == ("program", "", sha256(b"program").hexdigest())
    (site / "program").write_bytes(b"another")
    assert archives(site, BROUGHT).variables["signaling"]["sha256"] == sha256(b"another").hexdigest()


def test_an_image_is_that_of_its_registry(site: Path) -> None:
    found = archives(site, f'archives.signaling.image = "{IMAGE}"')
    told = found.variables["signaling"]
    assert told["repository"] == "https://registry-1.docker.io/v2/strukturag/nextcloud-spreed-signaling"
    assert (told["digest"], told["address"]) == (f"sha256:{SUM}", "")
    assert found.source("signaling").page.address == "https://registry-1.docker.io/v2/"
    other = archives(site, f'archives.signaling.image = "{IMAGE}"'.replace("docker.io", "quay.io")).variables
    assert other["signaling"]["repository"].startswith("https://quay.io/v2/strukturag/")
    assert list(found.faults()) == []


@pytest.mark.parametrize("image", [IMAGE.partition("@")[0] + ":2.1.1", "signaling@sha256:" + SUM, f"{IMAGE}0"])
def test_an_image_without_a_digest_is_no_certain_one(site: Path, image: str) -> None:
    with pytest.raises(ValueError, match=r"archives.signaling.image"):
        archives(site, f'archives.signaling.image = "{image}"')


def test_a_host_fetches_what_it_runs_and_was_not_brought(site: Path) -> None:
    fetched = archives(site, f'archives.signaling.address = "{MIRROR}"\narchives.talk.file = "program"\n')
    cloud, signaling, turn = variant("apart").topology.hosts
    assert [source.label for source in fetched.of(cloud)] == ["Nextcloud's archive", "the calendar's archive"]
    assert [source.address for source in fetched.of(signaling)] == [MIRROR]
    assert list(fetched.of(turn)) == []


VALUES = {"address": MIRROR, "file": "program", "sha256": SUM, "signature": f"{MIRROR}.sig", "key": "key.asc"} | {
    "image": IMAGE
}


@pytest.mark.parametrize("path", [path for path, _ in paths(ArchiveSettings)], ids=".".join)
def test_every_setting_changes_what_playbooks_are_told(site: Path, path: tuple[str, str]) -> None:
    page = f'archives.{".".join(path)} = "{VALUES[path[-1]]}"\n'
    assert archives(site, page).variables != archives(site, "").variables


FAULTS: dict[str, tuple[str, str, str]] = {
    "no signaling server": ("", "signaling.image", "publish no program"),
    "an image and a file": (f'{BROUGHT}archives.signaling.image = "{IMAGE}"', "signaling.file", "is that of image"),
    "one that nobody checks": (f'archives.signaling.address = "{MIRROR}"', "signaling.sha256", "nobody signs"),
    "a file that is not there": ('archives.signaling.file = "none"', "signaling.file", "none is not there"),
    "two sources": (
        f'{BROUGHT}archives.signaling.address = "{MIRROR}"',
        "signaling.address",
        "changes nothing: the archive is program",
    ),
    "another file": (f'{BROUGHT}archives.signaling.sha256 = "{SUM}"', "signaling.sha256", "is not that of program"),
    "no key": (f'{BROUGHT}archives.nextcloud.key = "program"', "nextcloud.key", "is not a public key"),
    "a key of nothing": (
        f'{BROUGHT}archives.nextcloud.key = "key.asc"\narchives.nextcloud.sha256 = "{SUM}"',
        "nextcloud.key",
        "changes nothing",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_cannot_be_is_told_with_the_line_of_its_setting(site: Path, name: str) -> None:
    page, setting, message = FAULTS[name]
    (fault,) = archives(site, page).faults()
    assert fault.path == ("nextcloud_talk", "archives", *setting.split("."))
    assert message in f"{fault.message} {fault.hint}"
    if page and "." + setting in page:
        assert line_of(f"[nextcloud_talk]\n{DOMAIN}{page}", fault.path)


def test_a_checksum_is_one_of_64_digits(site: Path) -> None:
    with pytest.raises(ValueError, match="is not a SHA-256 of 64 hexadecimal digits"):
        archives(site, 'archives.talk.sha256 = "abc"')
