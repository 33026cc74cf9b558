"""What plan writes never takes the place of something else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.program import ZONE, run


def refused(code: int, *words: str | Path, keeps: Path, says: str) -> None:
    """Check that a plan is refused before anything is written."""
    before = files(keeps.parent)
    result = run(*words)
    assert (result.code, says in result.err) == (code, True), result.err
    assert files(keeps.parent) == before


def files(folder: Path) -> dict[Path, bytes]:
    """Return what is in all files but the lock, which tells the time."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != ".lock"}


@pytest.mark.parametrize("option", ["--schedule", "-o"])
@pytest.mark.parametrize("force", [[], ["--force"]])
def test_what_is_read_is_never_written(
    tmp_path: Path, site: Path, export: Path, option: str, force: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    os.link(export, tmp_path / "link.csv")
    (tmp_path / "soft.csv").symlink_to(export)
    for where in (tmp_path, site):
        for name in (export, f"../{tmp_path.name}/upcoming.csv", "link.csv", "soft.csv"):
            words = ("--site", where, "plan", export, *ZONE, *force, option, name)
            refused(2, *words, keeps=export, says="is read, so it cannot be written")


def test_plan_and_schedule_are_two_files(tmp_path: Path, site: Path, export: Path) -> None:
    out = tmp_path / "out"
    refused(2, "plan", export, *ZONE, "-o", out, "--schedule", out, keeps=export, says="at once")
    words = ("--site", site, "plan", export, *ZONE, "--schedule", site / "plan.json")
    refused(2, *words, keeps=export, says="at once")


@pytest.mark.parametrize("where", ["site", "nowhere"])
def test_a_schedule_with_corrections_is_replaced_only_by_force(
    tmp_path: Path, site: Path, export: Path, where: str
) -> None:
    path = tmp_path / "schedule.csv"
    words = ("--site", tmp_path / where, "plan", export, *ZONE, "--schedule", path)
    assert run(*words).code == run(*words).code == 0
    written = path.read_bytes()
    path.write_bytes(written.replace(b"Interview", b"Talk"))
    (site / "plan.json").unlink(missing_ok=True)
    (site / "hosts.csv").unlink()
    refused(8, *words, keeps=export, says="--force")
    assert run(*words, "--force").code == 0
    assert path.read_bytes() == written


def test_a_file_of_something_else_is_replaced_by_a_schedule_only_by_force(tmp_path: Path, export: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("to do")
    words = ("plan", export, *ZONE, "--schedule", notes)
    refused(8, *words, keeps=export, says="notes.txt")
    assert run(*words, "--force").code == 0


def test_a_plan_replaces_only_a_plan(tmp_path: Path, site: Path, export: Path) -> None:
    settings = site / "migrate.toml"
    for force in ([], ["--force"]):
        refused(8, "--site", site, "plan", export, *ZONE, "-o", settings, *force, keeps=export, says="is no plan")
    (site / "plan.json").write_text('{"format": "something else"}')
    refused(8, "--site", site, "plan", export, *ZONE, keeps=export, says="plan.json")
    empty = tmp_path / "empty.json"
    empty.touch()
    words = ("--site", site, "plan", export, *ZONE, "-o", empty)
    assert [run(*words).code, run(*words).code, run(*words, "--prune").code] == [0, 0, 0]


@pytest.mark.parametrize("option", ["--schedule", "-o"])
def test_a_device_is_no_file_to_replace(tmp_path: Path, export: Path, option: str) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert run("plan", export, *ZONE, option, pipe).code == 2
    assert pipe.is_fifo()


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path, export: Path) -> None:
    for option in ("--schedule", "-o"):
        assert run("plan", export, *ZONE, option, tmp_path / "no" / "such" / "folder").code == 5
        assert run("plan", export, *ZONE, option, export / "below-a-file").code == 5
