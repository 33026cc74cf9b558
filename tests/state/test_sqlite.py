"""The journal file: its modes, its versions, and what happens to it when the world is bad."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from migrate.core.errors import ConfigurationError, TargetError, TryLaterError
from migrate.core.journal import Run, Snapshot, StepState
from migrate.state import schema
from migrate.state.sqlite import SqliteJournal
from tests.contracts.journal import MORNING, JournalContract, a_run, created, done
from tests.disk import full, small_disk, write_protected


class TestSqliteJournal(JournalContract):
    @pytest.fixture
    def journal(self, path: Path) -> Iterator[SqliteJournal]:
        with SqliteJournal.open(path) as journal:
            yield journal


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.sqlite"


@pytest.fixture
def written(path: Path) -> Path:
    """Return a journal of three runs with enough steps to fill some pages."""
    with SqliteJournal.open(path) as journal:
        for run in ("run-1", "run-2", "run-3"):
            journal.begin(a_run(run), {f"topic:{run}": f"{run}-0"})
            journal.settle(done(journal.intend(run, [created(f"{run}-{number}") for number in range(200)])))
    return path


def state_of(path: Path) -> Snapshot:
    with SqliteJournal.open(path, read_only=True) as journal:
        return journal.snapshot()


def listing(directory: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in directory.iterdir()}


def test_everything_is_there_after_reopening(path: Path) -> None:
    with SqliteJournal.open(path) as journal:
        journal.begin(a_run(), {"topic:a": "a"})
        journal.settle(done(journal.intend("run-1", [created("a"), created("b")])))
        left = journal.snapshot(), list(journal.runs()), list(journal.steps())
    with SqliteJournal.open(path) as journal:
        assert (journal.snapshot(), list(journal.runs()), list(journal.steps())) == left


def test_only_the_owner_can_read_the_file_and_those_beside_it(path: Path) -> None:
    with SqliteJournal.open(path) as journal:
        journal.begin(a_run(), {})
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == {"state.sqlite": 0o600, "state.sqlite-wal": 0o600, "state.sqlite-shm": 0o600}


def test_it_is_durable_and_keeps_its_references(path: Path) -> None:
    with SqliteJournal.open(path) as journal:
        pragmas = ("journal_mode", "synchronous", "foreign_keys")
        values = [journal._connection.execute(f"PRAGMA {pragma}").fetchone()[0] for pragma in pragmas]
    assert values == ["wal", 2, 1]


def test_times_are_kept_in_utc(path: Path) -> None:
    local = datetime(2026, 11, 22, 2, 30, tzinfo=timezone(timedelta(hours=-5)))
    with SqliteJournal.open(path) as journal:
        journal.begin(replace(a_run(), started=local), {})
        (run,) = journal.runs()
    assert run == Run("run-1", "apply", "sha256:11", MORNING)
    assert run.started.utcoffset() == timedelta(0)


# Versions


def test_an_empty_file_left_by_a_killed_run_becomes_a_journal(path: Path) -> None:
    path.touch()
    with SqliteJournal.open(path) as journal:
        journal.begin(a_run(), {})
    assert user_version(path) == len(schema.MIGRATIONS)


def test_an_empty_file_is_an_empty_journal_to_readers_and_stays_empty(path: Path) -> None:
    path.touch()
    assert state_of(path) == Snapshot(0, {}, {}, {})
    assert listing(path.parent) == {path.name: b""}


def test_an_older_file_is_brought_up_to_date_by_a_writer_only(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, old = state_of(written), len(schema.MIGRATIONS)
    newer = schema.Migration("0.2.0", ("ALTER TABLE rooms ADD COLUMN pin TEXT",))
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, newer))
    assert state_of(written) == before
    assert user_version(written) == old
    SqliteJournal.open(written).close()
    assert user_version(written) == old + 1
    assert state_of(written) == before


def test_a_migration_that_fails_changes_nothing(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = schema.Migration("0.2.0", ("ALTER TABLE rooms ADD COLUMN pin TEXT", "ALTER TABLE nowhere ADD COLUMN x"))
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, broken))
        with pytest.raises(ConfigurationError, match="is damaged"):
            SqliteJournal.open(written)
    with closing(sqlite3.connect(written)) as connection:
        assert "pin" not in [column[1] for column in connection.execute("PRAGMA table_info(rooms)")]
    assert state_of(written).revision == 600


@pytest.mark.parametrize("read_only", [False, True])
def test_a_newer_file_is_refused_and_names_the_version_it_needs(written: Path, *, read_only: bool) -> None:
    with closing(sqlite3.connect(written, isolation_level=None)) as connection:
        connection.execute("UPDATE product SET needed = '0.7.0'")
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(ConfigurationError, match=r"needs version 0\.7\.0") as caught:
        SqliteJournal.open(written, read_only=read_only)
    assert "Install jitsi-migrate 0.7.0" in caught.value.hint


@pytest.mark.parametrize("read_only", [False, True])
def test_the_database_of_another_program_is_refused_and_left_alone(path: Path, *, read_only: bool) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE cookies (name TEXT)")
    before = listing(path.parent)
    with pytest.raises(ConfigurationError, match="another program"):
        SqliteJournal.open(path, read_only=read_only)
    assert listing(path.parent) == before


def user_version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


# Readers


def test_a_missing_file_is_empty_to_readers_and_stays_missing(path: Path) -> None:
    with SqliteJournal.open(path, read_only=True) as journal:
        assert journal.snapshot() == Snapshot(0, {}, {}, {})
        assert [*journal.runs(), *journal.steps()] == []
    assert listing(path.parent) == {}


def test_a_reader_leaves_the_directory_as_it_was(written: Path) -> None:
    before = listing(written.parent)
    assert state_of(written).revision == 600
    assert listing(written.parent) == before


def test_a_reader_cannot_write(path: Path, written: Path) -> None:
    for file in (written, path.with_name("missing.sqlite")):
        with SqliteJournal.open(file, read_only=True) as journal, pytest.raises(TargetError):
            journal.begin(a_run("run-4"), {})


def test_a_reader_sees_what_a_writer_at_work_has_done(path: Path) -> None:
    with SqliteJournal.open(path) as journal:
        journal.begin(a_run(), {})
        steps = journal.intend("run-1", [created("a")])
        assert state_of(path).bindings == {}
        journal.settle(done(steps))
        assert state_of(path).bindings.keys() == {"a"}


def test_a_journal_can_be_read_where_nothing_can_be_written(written: Path) -> None:
    with write_protected(written.parent):
        assert state_of(written).revision == 600


def test_a_crashed_journal_can_be_read_where_nothing_can_be_written(path: Path) -> None:
    """What only the -wal file holds must not be overlooked."""
    with SqliteJournal.open(path) as journal:
        journal.begin(a_run(), {})
        journal.settle(done(journal.intend("run-1", [created("a")])))
        with write_protected(path.parent):
            assert state_of(path).bindings.keys() == {"a"}


def test_a_reader_never_passes_over_what_it_cannot_see(path: Path, tmp_path: Path) -> None:
    """A copy of a journal at work, without its -shm file, where SQLite may not make one."""
    copy = tmp_path / "copy"
    copy.mkdir()
    with SqliteJournal.open(path) as journal:
        journal.begin(a_run(), {})
        for name in (path.name, f"{path.name}-wal"):
            (copy / name).write_bytes((tmp_path / name).read_bytes())
    with write_protected(copy), pytest.raises(TargetError):
        state_of(copy / path.name)
    with SqliteJournal.open(copy / path.name, read_only=True) as journal:
        assert list(journal.runs()) == [a_run()]


def test_a_journal_that_cannot_be_written_says_so_when_it_is_opened(written: Path) -> None:
    with write_protected(written.parent):
        with pytest.raises(TargetError, match=r"state\.sqlite: cannot be written") as caught:
            SqliteJournal.open(written)
        with pytest.raises(TargetError, match=r"new\.sqlite: cannot be written"):
            SqliteJournal.open(written.with_name("new.sqlite"))
    assert "own the site directory" in caught.value.hint


@pytest.mark.parametrize("read_only", [False, True])
def test_a_directory_in_its_place_cannot_be_opened(tmp_path: Path, *, read_only: bool) -> None:
    with pytest.raises(TargetError):
        SqliteJournal.open(tmp_path, read_only=read_only)


def test_a_missing_site_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="No such file or directory"):
        SqliteJournal.open(tmp_path / "nowhere" / "state.sqlite")


# Damage


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("content", [b"\0" * 4096, b"not a database\n" * 100, b"SQLite format 3\0" + b"\xff" * 4080])
def test_a_file_that_is_no_database_is_called_damaged(path: Path, content: bytes, *, read_only: bool) -> None:
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"state\.sqlite: is damaged") as caught:
        SqliteJournal.open(path, read_only=read_only).snapshot()
    assert "backup" in caught.value.hint


def test_an_overwritten_page_never_ends_in_a_traceback(written: Path) -> None:
    content = written.read_bytes()
    noticed = []
    for start in range(2 * 4096, len(content), 9 * 4096):
        for use in (SqliteJournal.snapshot, lambda journal: list(journal.steps()), write_something):
            written.write_bytes(content[:start] + b"\xa5" * 4096 + content[start + 4096 :])
            try:
                with SqliteJournal.open(written) as journal:
                    use(journal)
            except ConfigurationError as error:
                noticed.append(error.message)
    assert len(noticed) > 5
    assert set(noticed) == {f"{written}: is damaged; not all of it can be read"}


def test_a_cut_off_file_is_called_damaged(written: Path) -> None:
    with written.open("r+b") as stream:
        stream.truncate(5 * 4096)
    with pytest.raises(ConfigurationError, match="is damaged"):
        state_of(written)


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE steps SET after = '{'",
        "UPDATE steps SET after = '[]'",
        "UPDATE steps SET after = '{\"key\": 1}'",
        "UPDATE steps SET after = CAST(x'ff' AS TEXT)",
        "UPDATE steps SET after = x'ff'",
        "DROP TABLE steps",
    ],
)
def test_an_entry_spoilt_by_hand_is_called_damaged(written: Path, edit: str) -> None:
    with closing(sqlite3.connect(written, isolation_level=None)) as connection:
        connection.execute(edit)
    with SqliteJournal.open(written) as journal:
        with pytest.raises(ConfigurationError, match="is damaged"):
            journal.snapshot()
        with pytest.raises(ConfigurationError, match="is damaged"):
            list(journal.steps())


def write_something(journal: SqliteJournal) -> None:
    journal.begin(a_run("run-4"), {"topic:x": "x"})
    journal.settle(done(journal.intend("run-4", [created(f"run-4-{number}") for number in range(50)])))


# A full disk, and others at work


def test_a_full_disk_changes_nothing_and_the_same_call_works_later(tmp_path: Path) -> None:
    batch = [created(f"key-{number:04}") for number in range(2000)]
    with small_disk(tmp_path, 4096) as disk, SqliteJournal.open(disk / "state.sqlite") as journal:
        journal.begin(a_run(), {})
        first = journal.intend("run-1", [created("a")])
        with full(disk):
            with pytest.raises(TryLaterError, match="the disk is full; the file is as it was"):
                journal.intend("run-1", batch)
            assert journal.snapshot().revision == 1
            assert journal.snapshot().rooms.keys() == {"a"}
        journal.settle(done([*first, *journal.intend("run-1", batch)]))
        assert len(journal.snapshot().bindings) == 2001


def test_a_new_journal_on_a_full_disk_can_be_made_later(tmp_path: Path) -> None:
    with small_disk(tmp_path, 256) as disk:
        with full(disk), pytest.raises(TryLaterError, match="the disk is full"):
            SqliteJournal.open(disk / "state.sqlite")
        with SqliteJournal.open(disk / "state.sqlite") as journal:
            assert journal.snapshot().revision == 0


def test_a_file_that_may_not_grow_changes_nothing(path: Path) -> None:
    with SqliteJournal.open(path) as journal:
        journal.begin(a_run(), {})
        (pages,) = journal._connection.execute("PRAGMA page_count").fetchone()
        journal._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(TryLaterError, match="the disk is full"):
            journal.intend("run-1", [created(f"key-{number}") for number in range(200)])
        assert journal.snapshot() == Snapshot(0, {}, {}, {})
        assert len(journal.intend("run-1", [created("a")])) == 1


def test_another_program_that_holds_the_file_makes_it_try_later(path: Path) -> None:
    with SqliteJournal.open(path) as journal, closing(sqlite3.connect(path, isolation_level=None)) as shell:
        shell.execute("BEGIN IMMEDIATE")
        with pytest.raises(TryLaterError, match="another program is using it"):
            journal.begin(a_run(), {})
        shell.execute("ROLLBACK")
        journal.begin(a_run(), {})


def test_an_error_inside_a_batch_leaves_the_journal_usable(path: Path) -> None:
    with SqliteJournal.open(path) as journal:
        journal.begin(a_run(), {})
        with pytest.raises(TypeError):
            journal.intend("run-1", [created("a"), None])  # type: ignore[list-item]
        (step,) = journal.intend("run-1", [created("b")])
        assert step.id == 1
        assert [found.key for found in journal.steps(state=StepState.INTENDED)] == ["b"]
