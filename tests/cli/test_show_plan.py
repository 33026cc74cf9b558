"""What plan prints is what the files say, with a site and without."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import ZONE, run

HISTORY = """\
Topic,Meeting ID,User name,Start time,Duration (minutes),Participants
Team,800 0000 0201,Anna Lind,2026-12-07 08:58,52,7
Team,800 0000 0201,Anna Lind,2026-12-14 09:03,49,6
Team,800 0000 0201,Anna Lind,2026-12-21 09:00,50,8
"""


@pytest.mark.parametrize("with_site", [True, False])
def test_a_guess_is_marked_with_its_reasons(site: Path, tmp_path: Path, with_site: bool) -> None:
    (tmp_path / "history.csv").write_text(HISTORY)
    words = ("--site", site) if with_site else ()
    shown = run(*words, "plan", tmp_path / "history.csv", "--from-history", *ZONE).out
    assert "every week on Mon (a guess)" in shown
    assert "begins at 09:00: it was opened between 08:58 and 09:03" in shown
    assert "1 to create, 1 of these only guessed." in shown


def test_dates_that_name_their_month_are_dates(tmp_path: Path) -> None:
    (tmp_path / "march.csv").write_text('Topic,Meeting ID,Start time\nTeam,800 0000 0201,"Mar 1, 2027 9:00 AM"\n')
    assert "the months are named" in run("plan", tmp_path / "march.csv", *ZONE).out


def test_a_file_that_had_meetings_and_has_none_is_named_as_what_is_wrong(site: Path, tmp_path: Path) -> None:
    header, march = "Topic,Meeting ID,Start time\n", tmp_path / "upcoming_20270301_20270331.csv"
    march.write_text(f"{header}Team,800 0000 0201,2027-03-15 09:00\n")
    words = ("--site", site, "plan", march, *ZONE, "--since", "2027-03-01")
    run(*words)
    run("--site", site, "apply", site / "plan.json")
    march.write_text(header)
    shown = " ".join(run(*words).out.split())
    assert f"no meeting was found in {march.name}, though the journal has some" in shown
    assert "safety limit" not in shown
