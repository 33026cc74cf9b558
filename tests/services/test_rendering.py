"""Bundles are compared and written: whenever it ends, the same again completes it, and what is no text is no matter."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from migrate.core.bundle import Bundle, Content, Link, Placement, SecretSpan, ServerFile
from migrate.services.rendering import Change, HostChange, Workshop, find_files
from migrate.shared.files import Files

HOST = "meet.example.org"


def text(path: str, content: str, secret: str = "", **place: str) -> ServerFile:
    start = content.find(secret)
    found = (SecretSpan(start, start + len(secret), "‹mask›"),) if secret else ()
    return ServerFile(Placement(path, **place), Content(content, found))


def bundle(*files: ServerFile, **more) -> Bundle:
    return Bundle(HOST, {}, files, **more)


BEFORE = bundle(
    text("/etc/same.conf", "same\n"),
    text("/etc/changed.conf", "before=1\nkey=old-secret\n", "old-secret"),
    text("/etc/old/gone.conf", "gone\n"),
    text("/etc/place", "a file\n"),
    ServerFile(Placement("/etc/logo.png"), b"\x89PNG\xff"),
)
AFTER = bundle(
    text("/etc/same.conf", "same\n"),
    text("/etc/changed.conf", "before=2\nkey=new-secret\n", "new-secret"),
    text("/etc/new.conf", "new\n"),
    text("/etc/place/within.conf", "where a file was\n"),
    ServerFile(Placement("/etc/logo.png"), b"\x89PNG\xfe"),
)


class Killed(BaseException):
    """The end of a process, at this very place."""


class Mortal(Files):
    """Ends the process before a system call of that number."""

    def __init__(self, calls: int) -> None:
        self.left = calls

    def _spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Killed

    def _replace(self, source: Path, target: Path) -> None:
        self._spend()
        super()._replace(source, target)

    def remove(self, path: Path) -> None:
        self._spend()
        super().remove(path)


def workshop(site: Path, files: Files | None = None) -> Workshop:
    return Workshop(site, files or Files())


def rendered(site: Path, wanted: Bundle, files: Files | None = None) -> HostChange:
    work = workshop(site, files)
    change = work.compare(wanted)
    work.write(wanted, change)
    return change


def tree(site: Path) -> dict[str, bytes | None]:
    return {str(path.relative_to(site)): path.read_bytes() if path.is_file() else None for path in site.rglob("*")}


def changes(change: HostChange) -> dict[str, str]:
    return {file.path: file.change.value for file in change.files}


def test_each_file_is_told_by_what_happens_to_it(tmp_path: Path) -> None:
    assert set(changes(rendered(tmp_path, BEFORE)).values()) == {"new"}
    assert changes(workshop(tmp_path).compare(AFTER)) == {
        "/etc/same.conf": "same",
        "/etc/changed.conf": "changed",
        "/etc/logo.png": "changed",
        "/etc/new.conf": "new",
        "/etc/place/within.conf": "new",
        "/etc/old/gone.conf": "gone",
        "/etc/place": "gone",
    }


def test_a_diff_has_masks_on_both_sides(tmp_path: Path) -> None:
    rendered(tmp_path, BEFORE)
    diffs = {file.path: file.diff for file in workshop(tmp_path).compare(AFTER).files if file.diff}
    assert list(diffs) == ["/etc/changed.conf"]
    assert diffs["/etc/changed.conf"].splitlines()[3:] == ["-before=1", "+before=2", " key=‹mask›"]


def test_a_file_that_becomes_a_directory_and_back_is_no_matter(tmp_path: Path) -> None:
    for wanted in (BEFORE, AFTER, BEFORE):
        site = tmp_path / "one"
        rendered(site, wanted)
        rendered(tmp_path / wanted.files[2].placement.path.replace("/", "-"), wanted)
        assert tree(site) == tree(tmp_path / wanted.files[2].placement.path.replace("/", "-"))


def test_wherever_it_is_killed_the_same_again_completes_it(tmp_path: Path) -> None:
    rendered(tmp_path / "wanted", AFTER)
    wanted = tree(tmp_path / "wanted")
    for calls in range(100):
        site = tmp_path / str(calls)
        rendered(site, BEFORE)
        try:
            rendered(site, AFTER, Mortal(calls))
        except Killed:
            assert workshop(site).compare(AFTER).pending
            rendered(site, AFTER)
            assert tree(site) == wanted
        else:
            break
        again = rendered(tmp_path / str(calls), BEFORE)
        assert again.pending
    assert calls == 7


def test_what_was_killed_and_then_given_up_leaves_nothing(tmp_path: Path) -> None:
    rendered(tmp_path, BEFORE)
    before = tree(tmp_path)
    with pytest.raises(Killed):
        rendered(tmp_path, AFTER, Mortal(6))
    assert tree(tmp_path) != before
    rendered(tmp_path, BEFORE)
    assert tree(tmp_path) == before


def test_another_owner_or_mode_is_a_change_that_is_told(tmp_path: Path) -> None:
    rendered(tmp_path, bundle(text("/etc/a.conf", "a\n")))
    change = rendered(tmp_path, bundle(text("/etc/a.conf", "a\n", owner="jvb", mode="0640")))
    assert changes(change) == {"/etc/a.conf": "changed"}
    assert change.files[0].diff.splitlines() == ["(owner: root becomes jvb)", "(mode: 0644 becomes 0640)"]


def test_links_and_what_is_assumed_are_changes_too(tmp_path: Path) -> None:
    rendered(tmp_path, Bundle(HOST, {"a": "1", "b": "1"}, (), (Link("/etc/x", "y"), Link("/etc/z", "y"))))
    change = rendered(tmp_path, Bundle(HOST, {"a": "2", "c": "1"}, (), (Link("/etc/x", "w"),)))
    assert change.pending
    assert change.beside == (
        "a: 1 becomes 2",
        "b: 1 becomes nothing",
        "c: nothing becomes 1",
        "/etc/x: a link to y becomes a link to w",
        "/etc/z: a link to y becomes nothing",
    )


def test_a_text_where_bytes_were_is_no_matter(tmp_path: Path) -> None:
    rendered(tmp_path, bundle(ServerFile(Placement("/etc/a"), b"\xff\xfe")))
    change = rendered(tmp_path, bundle(text("/etc/a", "now a text\n")))
    assert changes(change) == {"/etc/a": "changed"}
    assert "+now a text" in change.files[0].diff


def test_a_file_that_the_manifest_does_not_tell_of_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / f"build/{HOST}/files/etc/a"
    path.parent.mkdir(parents=True)
    path.write_text("old-secret\n")
    (file,) = workshop(tmp_path).compare(bundle(text("/etc/a", "a\n"))).files
    assert file.change is Change.CHANGED
    assert "old-secret" not in file.diff


def test_hosts_are_abandoned_with_whatever_is_left_of_them(tmp_path: Path) -> None:
    rendered(tmp_path, BEFORE)
    rendered(tmp_path, replace(BEFORE, host="old.example.org"))
    (tmp_path / "build/old.example.org/manifest.json").unlink()
    work = workshop(tmp_path)
    work.write_variables("a: 1\n")
    assert work.abandoned([HOST]) == ["old.example.org"]
    work.remove("old.example.org")
    assert work.abandoned([HOST]) == []
    assert sorted(path.name for path in (tmp_path / "build").iterdir()) == [HOST, "vars.yml"]


def test_what_the_playbooks_need_is_compared_too(tmp_path: Path) -> None:
    work = workshop(tmp_path)
    assert work.compare_variables("a: 1\n").change is Change.NEW
    work.write_variables("a: 1\n")
    assert work.compare_variables("a: 1\n").change is Change.SAME
    change = work.compare_variables("a: 2\n")
    assert (change.change, change.diff.splitlines()[3:]) == (Change.CHANGED, ["-a: 1", "+a: 2"])


def test_lines_end_at_a_newline_only(tmp_path: Path) -> None:
    rendered(tmp_path, bundle(text("/etc/a", "one\x0btwo\u2028three\nlast\n")))
    (file,) = workshop(tmp_path).compare(bundle(text("/etc/a", "one\x0btwo\u2028four\nlast\n"))).files
    assert file.diff.split("\n")[3:5] == ["-one\x0btwo\u2028three", "+one\x0btwo\u2028four"]


def test_a_file_is_found_by_its_name_or_by_more_of_its_path() -> None:
    for wanted in ("gone.conf", "old/gone.conf", "/etc/old/gone.conf"):
        ((host, file),) = find_files([BEFORE], wanted)
        assert (host, file.placement.path) == (HOST, "/etc/old/gone.conf")
    assert find_files([BEFORE], "one.conf") == []
