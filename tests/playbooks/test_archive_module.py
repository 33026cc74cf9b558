"""Releases: fetched from a real server, checked by a real key, unpacked whole or not at all, and never over others."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.playbooks.modules import Module
from tests.readers import program

FILES = {
    "cloud/version.php": "<?php\n$OC_VersionString = '34.0.2';\n",
    "cloud/config/config.sample.php": "<?php\n",
    "cloud/apps/files/info.xml": "<version>1</version>\n",
    "cloud/occ": "#!/usr/bin/env php\n",
}
SCRIPT = "#!/bin/sh\necho 'signaling version v2.1.1~docker/go1.26'\n"
ME = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()


class Quiet(SimpleHTTPRequestHandler):
    """A server that keeps to itself what it is asked for."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Place:
    """A directory that is a server's, one that a web server gives out, and the module."""

    def __init__(self, path: Path, url: str, module: Module) -> None:
        self.published, self.server, self._url, self._module = path / "published", path / "server", url, module
        self.tree, self.record = self.server / "www/cloud", self.server / "state/releases.json"
        self.program = self.server / "bin/signaling"

    def url(self, name: str) -> str:
        return f"{self._url}/{name}"

    def publish(self, files: dict[str, str] | None = None, name: str = "cloud.tar.gz", *more: tarfile.TarInfo) -> Path:
        path = self.published / name
        with tarfile.open(path, f"w:{path.suffix[1:]}") as tar:
            for at, text in (FILES if files is None else files).items():
                member = tarfile.TarInfo(at)
                member.size, member.mode = len(text), 0o4777 if at.endswith("occ") else 0o600
                tar.addfile(member, io.BytesIO(text.encode()))
            for member in more:
                tar.addfile(member)
        return path

    def wants(self, file: str = "cloud.tar.gz", /, **more: object) -> dict[str, object]:
        return {
            "name": "Nextcloud",
            "release": "34.0.2",
            "setting": "releases.nextcloud",
            "path": str(self.tree),
            "top": "cloud",
            "telling": {"file": "version.php", "pattern": "OC_VersionString = '([^']+)'"},
            "address": self.url(file),
            "record": str(self.record),
            **more,
        }

    def wants_program(self, **more: object) -> dict[str, object]:
        path = self.published / "signaling"
        path.write_text(SCRIPT)
        return self.wants(
            "signaling",
            **{
                "name": "the signaling server",
                "release": "2.1.1",
                "setting": "releases.signaling",
                "path": str(self.program),
                "top": "",
                "telling": {"arguments": ["-version"], "pattern": r"version v?(\d+\.\d+\.\d+)"},
                "sha256": hashlib.sha256(SCRIPT.encode()).hexdigest(),
                **more,
            },
        )

    def run(self, wanted: dict[str, object], killed_before: int = 0, **more: object) -> dict[str, Any]:
        """Return what the module answers, {} if it was killed."""
        status, said = self._module.run({**wanted, **more}, killed_before)
        return json.loads(said) if status != -9 else {}

    def refused(self, wanted: dict[str, object]) -> str:
        answer = self.run(wanted)
        assert answer.get("failed"), answer
        return str(answer["msg"])

    @property
    def made(self) -> list[str]:
        """What is on the server, but for the record."""
        found = [path.relative_to(self.server) for path in self.server.rglob("*") if path != self.record]
        return sorted(str(path) for path in found if str(path) not in ("www", "state", "bin"))


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Module]:
    if not Path("/usr/lib/apt/apt-helper").exists():
        program("apt-helper", "apt")
    with Module("archive", tmp_path_factory.mktemp("module") / "answer") as module:
        yield module


@pytest.fixture
def place(tmp_path: Path, module: Module) -> Iterator[Place]:
    (tmp_path / "published").mkdir()
    (tmp_path / "server").mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path / "published"))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield Place(tmp_path, f"http://127.0.0.1:{server.server_port}", module)
    server.shutdown()
    server.server_close()


# --- What is wanted ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["gz", "bz2", "xz"])
def test_a_release_is_put_in_its_place_once(place: Place, suffix: str) -> None:
    name = place.publish(name=f"cloud.tar.{suffix}").name
    first, second = place.run(place.wants(name)), place.run(place.wants(name, address="http://127.0.0.1:1/gone"))
    assert (first["changed"], second["changed"], second["before"]) == (True, False, "34.0.2")
    assert {str(path.relative_to(place.tree.parent)): path.read_text() for path in files(place.tree)} == FILES
    assert [path for path in place.made if "~" in path] == []


def files(path: Path) -> list[Path]:
    return [found for found in path.rglob("*") if found.is_file()]


def test_what_is_in_the_archive_does_not_say_whose_it_is_and_who_may_run_it_as_whom(place: Place) -> None:
    place.publish()
    place.run(place.wants(owner=ME, writable=["config"]))
    modes = {path.name: f"{path.stat().st_mode & 0o7777:o}" for path in [place.tree, *place.tree.rglob("*")]}
    assert modes["occ"] == "755"
    assert {modes.pop("occ"), modes["cloud"], modes["config"]} == {"755"}
    assert {modes[name] for name in ("version.php", "config.sample.php", "info.xml")} == {"644"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_program_may_write_only_what_is_named(place: Place) -> None:
    place.publish()
    place.run(place.wants(owner="www-data", writable=["config"]))
    owners = {str(path.relative_to(place.tree)): path.owner() for path in place.tree.rglob("*")}
    assert {name for name, owner in owners.items() if owner == "www-data"} == {"config", "config/config.sample.php"}
    assert not place.run(place.wants(owner="www-data", writable=["config"]))["changed"]
    assert place.run(place.wants(owner="www-data", writable=["apps", "none"]))["changed"]
    owned = [path.owner() for path in (place.tree / "apps").rglob("*")]
    assert owned == ["www-data"] * 2
    assert "has no user and group nobody-at-all" in place.refused(
        place.wants(path=f"{place.tree}-2", owner="nobody-at-all", writable=["."])
    )


def test_check_mode_tells_it_also_on_a_host_that_has_nothing(place: Place) -> None:
    answer = place.run(place.wants(address="http://127.0.0.1:1/gone"), _ansible_check_mode=True)
    assert (answer["changed"], answer["diff"]["after"]) == (True, f"{place.tree}: Nextcloud 34.0.2\n")
    assert place.made == []


def test_an_archive_that_was_brought_is_taken_away_when_it_is_in_its_place(place: Place) -> None:
    brought = place.server / "brought"
    shutil.copy(place.publish(), brought)
    assert place.run(place.wants(address="", brought=str(brought)))["changed"]
    assert not brought.exists()
    assert (place.tree / "version.php").exists()


def test_what_was_added_and_written_stays(place: Place) -> None:
    place.publish()
    place.run(place.wants())
    (place.tree / "config/config.php").write_text("mine")
    place.publish({"app/info.xml": "<version>24.0.4</version>"}, "app.tar.gz")
    telling = {"file": "info.xml", "pattern": "<version>([^<]+)"}
    app = place.wants("app.tar.gz", path=f"{place.tree}/apps/app", top="app", telling=telling, release="24.0.4")
    assert place.run(app)["changed"]
    assert not place.run(place.wants())["changed"]
    assert not place.run(app)["changed"]
    assert (place.tree / "config/config.php").read_text() == "mine"


# --- What stands in the way -------------------------------------------------------------------------------------------


def test_another_release_of_a_directory_is_told_and_stays(place: Place) -> None:
    place.publish()
    place.run(place.wants())
    told = place.refused(place.wants(release="34.0.3"))
    assert "there is Nextcloud 34.0.2, and releases.nextcloud is 34.0.3" in told
    assert (place.tree / "version.php").read_text() == FILES["cloud/version.php"]


def test_a_release_that_got_there_by_its_own_means_is_taken_once_the_settings_name_it(place: Place) -> None:
    place.publish()
    place.run(place.wants())
    (place.tree / "version.php").write_text("<?php $OC_VersionString = '34.0.3';")
    assert "there is Nextcloud 34.0.3" in place.refused(place.wants())
    assert not place.run(place.wants(release="34.0.3"))["changed"]
    assert json.loads(place.record.read_text())["releases"][str(place.tree)]["release"] == "34.0.3"


def test_an_app_that_came_with_the_program_is_used_if_it_is_the_wanted_one(place: Place) -> None:
    place.publish()
    place.run(place.wants())
    telling = {"file": "info.xml", "pattern": "<version>([^<]+)"}
    app = place.wants("none", path=f"{place.tree}/apps/files", top="files", telling=telling, release="1")
    assert not place.run(app)["changed"]
    assert "and releases.nextcloud is 2" in place.refused({**app, "release": "2"})


@pytest.mark.parametrize("kind", ["directory", "link", "program"])
def test_what_others_put_there_is_not_touched(place: Place, kind: str) -> None:
    place.publish()
    wanted = place.wants_program() if kind == "program" else place.wants()
    path = Path(str(wanted["path"]))
    path.parent.mkdir()
    if kind == "directory":
        path.mkdir()
        (path / "version.php").write_text(FILES["cloud/version.php"])
    elif kind == "link":
        path.symlink_to("/nowhere")
    else:
        path.write_text("theirs")
    before = place.made
    assert "was not put there by this deployment" in place.refused(wanted)
    assert place.made == before


def test_an_empty_directory_is_no_hindrance(place: Place) -> None:
    place.publish()
    place.tree.mkdir(parents=True)
    assert place.run(place.wants())["changed"]


# --- What is checked --------------------------------------------------------------------------------------------------


def test_another_checksum_is_refused_before_anything_is_unpacked(place: Place) -> None:
    found = hashlib.sha256(place.publish().read_bytes()).hexdigest()
    assert f"its SHA-256 is {found} and not {'0' * 64}" in place.refused(place.wants(sha256="0" * 64))
    assert place.made == []
    assert place.run(place.wants(sha256=found))["changed"]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Two keys, and what signs by their names."""
    gpg, home = program("gpg", "gpg"), tmp_path_factory.mktemp("gpg")
    program("gpgv", "gpgv")
    words = [gpg, "--homedir", home, "--batch", "--quiet", "--no-autostart"]

    def run(*more: object, agent: bool = True) -> bytes:
        command = [*(words[:-1] if agent else words), "--pinentry-mode", "loopback", "--passphrase", "", *more]
        return subprocess.run([str(word) for word in command], check=True, capture_output=True).stdout

    for name in ("makers", "others"):
        run("--quick-generate-key", f"{name}@example.org", "ed25519", "sign", "never")
    told = run("--with-colons", "--list-keys").decode().splitlines()
    prints = [line.split(":")[9] for line in told if line.startswith("fpr:")]
    yield SimpleNamespace(
        makers=prints[0],
        others=prints[1],
        armored=lambda name: run("--armor", "--export", f"{name}@example.org").decode(),
        sign=lambda name, path: run(
            "--yes", "--armor", "-u", f"{name}@example.org", "-o", f"{path}.asc", "--detach-sign", path
        ),
    )
    subprocess.run(["gpgconf", "--homedir", home, "--kill", "gpg-agent"], check=True)


@pytest.mark.parametrize("given", [True, False], ids=["given", "fetched"])
def test_a_signature_of_the_makers_is_enough(place: Place, keys: SimpleNamespace, given: bool) -> None:
    keys.sign("makers", place.publish())
    (place.published / "key.asc").write_text(keys.armored("makers"))
    key = {"key": keys.armored("makers")} if given else {"key_address": place.url("key.asc")}
    signed = place.wants(signature=place.url("cloud.tar.gz.asc"), fingerprint=keys.makers, **key)
    assert place.run(signed)["changed"]


def test_signatures_of_others_and_of_other_archives_are_refused(place: Place, keys: SimpleNamespace) -> None:
    keys.sign("others", place.publish())
    makers = keys.armored("makers")
    signed = place.wants(signature=place.url("cloud.tar.gz.asc"), key=makers)
    assert "is not its makers' signature of it" in place.refused(signed)
    keys.sign("makers", place.publish({"cloud/version.php": "<?php other"}))
    place.publish()
    assert "BAD signature" in place.refused(signed)
    assert "404" in place.refused({**signed, "signature": place.url("none.asc")})
    assert place.made == []


def test_a_key_of_others_is_refused(place: Place, keys: SimpleNamespace) -> None:
    keys.sign("others", place.publish())
    (place.published / "key.asc").write_text(keys.armored("others"))
    signed = place.wants(signature=place.url("cloud.tar.gz.asc"), fingerprint=keys.makers)
    assert f"is the key {keys.others} and not {keys.makers}" in place.refused(
        {**signed, "key_address": place.url("key.asc")}
    )
    assert "is no OpenPGP key" in place.refused({**signed, "key_address": place.url("cloud.tar.gz.asc")})
    assert place.made == []


def test_an_archive_of_another_release_is_not_used(place: Place) -> None:
    place.publish({**FILES, "cloud/version.php": "<?php $OC_VersionString = '33.0.0';"})
    assert "it is release 33.0.0, and releases.nextcloud is 34.0.2" in place.refused(place.wants())
    place.publish({"cloud/readme": ""})
    assert "it does not tell its release, and" in place.refused(place.wants())
    assert place.made == []


# --- Programs ---------------------------------------------------------------------------------------------------------


def test_one_program_is_replaced_when_the_wanted_one_is_another(place: Place) -> None:
    assert place.run(place.wants_program())["changed"]
    assert place.program.stat().st_mode & 0o7777 == 0o755
    assert not place.run(place.wants_program(address="http://127.0.0.1:1/gone"))["changed"]
    wanted = place.wants_program()
    newer = SCRIPT.replace("2.1.1", "2.1.2")
    (place.published / "signaling").write_text(newer)
    answer = place.run({**wanted, "release": "2.1.2", "sha256": hashlib.sha256(newer.encode()).hexdigest()})
    assert (answer["changed"], answer["before"]) == (True, "2.1.1")
    assert place.program.read_text() == newer


def test_a_program_that_was_changed_is_put_right(place: Place) -> None:
    place.run(place.wants_program())
    place.program.write_text("changed")
    assert place.run(place.wants_program())["changed"]
    place.program.chmod(0o4755)
    assert place.run(place.wants_program())["changed"]
    assert place.program.read_text() == SCRIPT


def test_a_program_is_run_only_after_it_was_checked_and_is_the_release_that_it_says(place: Place) -> None:
    assert "its checksum or signature is needed" in place.refused(place.wants_program(sha256=""))
    assert "is 2.1.1, and releases.signaling is 2.0.0" in place.refused(place.wants_program(release="2.0.0")).replace(
        "release 2.1.1", "is 2.1.1"
    )
    foreign = b"\x7fELF\x02\x01\x01" + bytes(57)
    wanted = place.wants_program(sha256=hashlib.sha256(foreign).hexdigest())
    (place.published / "signaling").write_bytes(foreign)
    assert "cannot be run on this host" in place.refused(wanted)
    assert place.made == []


# --- What archives may hold -------------------------------------------------------------------------------------------


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 0) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname, made.size = kind, link, size
    return made


HOSTILE: dict[str, tuple[tuple[tarfile.TarInfo, ...], str]] = {
    "above": ((member("cloud/../../evil"),), "is no name"),
    "absolute": ((member("/etc/evil"),), "is no name"),
    "beside": ((member("evil"),), "should hold only cloud"),
    "a file for all": ((member("cloud"),), "is no directory"),
    "absolute link": ((member("cloud/evil", tarfile.SYMTYPE, "/etc"),), "which is outside"),
    "link out": ((member("cloud/evil", tarfile.SYMTYPE, "../.."),), "which is outside"),
    "link out by a link": (
        (
            member("cloud/a/b/up", tarfile.SYMTYPE, "../.."),
            member("cloud/evil", tarfile.SYMTYPE, "a/b/up/../../outside"),
        ),
        "which is outside",
    ),
    "through a link": (
        (member("cloud/evil", tarfile.SYMTYPE, "/tmp"), member("cloud/evil/file")),
        "holds evil twice",
    ),
    "a link through a link": (
        (member("cloud/evil", tarfile.SYMTYPE, ".."), member("cloud/evil/x", tarfile.SYMTYPE, "y")),
        "holds evil twice",
    ),
    "twice": ((member("cloud/occ"),), "holds occ twice"),
    "below a file": ((member("cloud/occ/evil"),), "holds occ twice"),
    "hard link": ((member("cloud/evil", tarfile.LNKTYPE, "/etc/passwd"),), "neither a file"),
    "device": ((member("cloud/evil", tarfile.CHRTYPE),), "neither a file"),
    "pipe": ((member("cloud/evil", tarfile.FIFOTYPE),), "neither a file"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_of_a_hostile_archive_is_used(place: Place, name: str) -> None:
    members, told = HOSTILE[name]
    place.publish(None, "cloud.tar.gz", *members)
    assert told in place.refused(place.wants())
    assert place.made == []
    assert not [*place.server.parent.rglob("evil"), *place.server.parent.rglob("outside")]


def test_links_inside_are_made(place: Place) -> None:
    link = member("cloud/bin/run", tarfile.SYMTYPE, "../occ")
    place.publish(None, "cloud.tar.gz", link)
    assert place.run(place.wants())["changed"]
    assert (place.tree / "bin/run").read_text() == FILES["cloud/occ"]


def test_a_small_file_that_becomes_huge_is_refused_before_it_fills_the_disk(place: Place) -> None:
    path = place.publish({**FILES, "cloud/huge": "0" * 10_000_000}, "cloud.tar.xz")
    assert path.stat().st_size < 10_000
    assert "it holds more than 1000000 bytes" in place.refused(place.wants(path.name, most=1_000_000))
    assert place.made == []
    assert place.run(place.wants(path.name, most=11_000_000))["changed"]


@pytest.mark.parametrize("kept", [0, 10, 200])
def test_a_damaged_archive_is_refused(place: Place, kept: int) -> None:
    path = place.publish()
    path.write_bytes(path.read_bytes()[:kept])
    told = place.refused(place.wants())
    assert "it is damaged" in told or "it is no tar archive" in told or "does not tell" in told or "empty" in told
    assert place.made == []


def test_an_archive_that_was_cut_or_changed_at_its_end_is_refused(place: Place) -> None:
    path = place.publish()
    path.write_bytes(path.read_bytes()[:-8] + bytes(8))
    assert "it is damaged" in place.refused(place.wants())
    assert place.made == []


# --- Interruptions ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["directory", "program"])
def test_interrupted_at_any_step_the_same_again_completes_it(place: Place, kind: str) -> None:
    two = dict(list(FILES.items())[:2])
    place.publish(two)
    wanted = place.wants_program() if kind == "program" else place.wants()
    for step in range(1, 60):
        shutil.rmtree(place.server)
        place.server.mkdir()
        whole = place.run(wanted, killed_before=step)
        standing = Path(str(wanted["path"]))
        assert not standing.exists() or standing.is_file() or len(files(standing)) == len(two)
        again = place.run(wanted)
        assert not again.get("failed"), again
        assert standing.is_file() or len(files(standing)) == len(two)
        assert [path for path in place.made if "~" in path] == []
        if whole:
            break
    assert step > 5
    assert whole["changed"]
