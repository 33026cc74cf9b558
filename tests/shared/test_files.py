"""Files are whole or not there, and only their owner can read them."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from migrate.core.errors import TargetError, TryLaterError
from migrate.shared.files import Files, explain
from tests.disk import full, small_disk, write_protected

OLD, NEW = b"old\n" * 1000, b"new\n" * 3000


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "plan.json"
    Files().write(path, OLD)
    return path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(directory: Path) -> list[str]:
    return sorted(file.name for file in directory.iterdir())


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077, 0o777])
@pytest.mark.parametrize("wanted", [0o600, 0o644, 0o666])
def test_the_mode_is_exact_whatever_the_umask(tmp_path: Path, mask: int, wanted: int) -> None:
    with umask(mask):
        Files().write(tmp_path / "file", NEW, wanted)
    assert mode(tmp_path / "file") == wanted


def test_a_new_file_is_private_even_where_an_open_one_was(path: Path) -> None:
    path.chmod(0o666)
    Files().write(path, NEW)
    assert (path.read_bytes(), mode(path)) == (NEW, 0o600)


def test_a_left_over_of_a_killed_run_is_replaced_and_whoever_has_it_open_reads_nothing_new(path: Path) -> None:
    left_over = path.with_name(".plan.json.new")
    left_over.write_bytes(b"half of someth")
    left_over.chmod(0o666)
    with left_over.open("rb") as spy:
        Files().write(path, NEW)
        assert spy.read() == b"half of someth"
    assert (path.read_bytes(), mode(path), names(path.parent)) == (NEW, 0o600, ["plan.json"])


def test_a_link_in_place_of_the_temporary_is_not_followed(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(OLD)
    path.with_name(".plan.json.new").symlink_to(other)
    Files().write(path, NEW)
    assert (path.read_bytes(), other.read_bytes(), names(path.parent)) == (NEW, OLD, ["other", "plan.json"])


def test_it_is_filled_then_replaced_then_made_durable(path: Path) -> None:
    class Traced(Files):
        def _fill(self, path: Path, data: bytes, mode: int, *, durable: bool) -> None:
            super()._fill(path, data, mode, durable=durable)
            trace.append(("filled", target.read_bytes(), path.read_bytes()))

        def _sync_directory(self, path: Path) -> None:
            trace.append(("replaced", target.read_bytes(), path))
            super()._sync_directory(path)

    target = path
    trace: list[tuple[str, bytes, object]] = []
    Traced().write(path, NEW)
    assert trace == [("filled", OLD, NEW), ("replaced", NEW, path.parent)]


@pytest.mark.parametrize("step", ["_fill", "_replace"])
@pytest.mark.parametrize("error", [OSError(errno.EIO, "Input/output error"), KeyboardInterrupt()])
def test_a_failure_before_the_replacement_leaves_the_old_file_alone(
    path: Path, step: str, error: BaseException
) -> None:
    class Failing(Files):
        def _fail(self, temporary: Path, *rest: object, **more: object) -> None:
            temporary.write_bytes(NEW[:1])
            raise error

    setattr(Failing, step, Failing._fail)
    with pytest.raises(TargetError if isinstance(error, OSError) else KeyboardInterrupt):
        Failing().write(path, NEW)
    assert (path.read_bytes(), names(path.parent)) == (OLD, ["plan.json"])


READER = """
import sys
from pathlib import Path

path = Path(sys.argv[1])
print("reading", flush=True)
contents = set()
while "stop" not in {content.decode() for content in contents}:
    contents.add(path.read_bytes())
print(sorted(len(content) for content in contents))
"""


def test_a_reader_never_sees_half_a_file(path: Path) -> None:
    """Another process reads as fast as it can while the file is replaced."""
    with subprocess.Popen([sys.executable, "-c", READER, path], stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout
        assert reader.stdout.readline() == "reading\n"
        for number in range(100):
            Files().write(path, NEW if number % 2 else OLD)
        Files().write(path, b"stop")
        lengths = set(map(int, reader.stdout.readline().strip("[]\n").split(",")))
    assert lengths <= {len(b"stop"), len(OLD), len(NEW)}
    assert len(b"stop") in lengths


def test_a_full_disk_leaves_the_old_file_and_no_temporary(tmp_path: Path) -> None:
    with small_disk(tmp_path, 64) as disk:
        path = disk / "plan.json"
        Files().write(path, OLD)
        with full(disk):
            with pytest.raises(TryLaterError, match=r"plan\.json: the disk is full; the file is as it was") as caught:
                Files().write(path, bytes(20_000))
            assert (path.read_bytes(), names(disk)) == (OLD, ["filler", "plan.json"])
        assert "Free some space" in caught.value.hint
        Files().write(path, bytes(20_000))


def test_a_write_protected_directory_is_told_and_nothing_changes(path: Path) -> None:
    with write_protected(path.parent):
        with pytest.raises(TargetError, match=r"plan\.json: cannot be written \(") as caught:
            Files().write(path, NEW)
        with pytest.raises(TargetError, match="runs: cannot be written"):
            Files().make_directory(path.parent / "runs")
    assert (path.read_bytes(), names(path.parent)) == (OLD, ["plan.json"])
    assert "own the site directory" in caught.value.hint


def test_a_directory_in_its_place_is_told_and_stays(tmp_path: Path) -> None:
    (tmp_path / "plan.json").mkdir()
    with pytest.raises(TargetError, match="Is a directory"):
        Files().write(tmp_path / "plan.json", NEW)
    assert names(tmp_path) == ["plan.json"]


def test_a_used_up_quota_is_like_a_full_disk(tmp_path: Path) -> None:
    assert isinstance(explain(tmp_path, OSError(errno.EDQUOT, "Disk quota exceeded")), TryLaterError)


def test_a_new_directory_is_private_and_its_parents_are_made(tmp_path: Path) -> None:
    with umask(0o000):
        Files().make_directory(tmp_path / "build" / "host")
    assert mode(tmp_path / "build" / "host") == 0o700


def test_a_directory_that_exists_is_left_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    Files().make_directory(tmp_path)
    assert mode(tmp_path) == 0o755


def test_a_file_in_place_of_a_directory_is_told(path: Path) -> None:
    with pytest.raises(TargetError, match=r"plan\.json: cannot be written"):
        Files().make_directory(path)
