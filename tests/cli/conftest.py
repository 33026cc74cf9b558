from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import run

HEADER = "Topic,Meeting ID,Host name,Host email,Start time,Duration (minutes)\n"


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentences are looked for whole: no test here is about where they wrap unless it says so."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("JITSI_MIGRATE_SITE", raising=False)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    directory = tmp_path / "site"
    assert run("init", "--site", directory, "--server", "meet.example.org").code == 0
    return directory


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Three rows: a series of two and a single meeting."""
    path = tmp_path / "upcoming.csv"
    path.write_text(
        HEADER
        + "Team,800 0000 0201,Anna Lindqvist,anna@example.org,03/01/2027 09:00:00 AM,45\n"
        + "Team,800 0000 0201,Anna Lindqvist,anna@example.org,03/08/2027 09:00:00 AM,45\n"
        + "Interview,800 0000 0202,Bo Okafor,bo@example.org,03/30/2027 02:15:00 PM,30\n"
    )
    return path
