from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from migrate.cli.app import COMMANDS
from tests.cli.program import EXPORTS, ZONE, run


def test_a_plan_without_a_site_is_printed_and_nothing_is_written(tmp_path: Path, export: Path) -> None:
    before = set(tmp_path.iterdir())
    result = run("--site", tmp_path, "plan", export, *ZONE)
    assert result.code == 0
    assert result.out.splitlines()[-1] == f"  jitsi-migrate --site {tmp_path} init --server meet.example.org"
    assert set(tmp_path.iterdir()) == before


def test_the_plan_says_how_the_file_was_understood(tmp_path: Path) -> None:
    out = run("--site", tmp_path, "plan", EXPORTS[0], *ZONE).out
    for words in (
        "upcoming-events",
        "delimiter comma",
        "mdy: line 41: 03/13/2027 10:30:00 AM has a day over 12",
        "Europe/Berlin",
        "2027-03-01 to 2027-03-31",
        "start ← Start time",
        "not used    Department",
        "94 = 85 in meetings + 1 header + 1 blank + 7 with errors",
    ):
        assert words in out


def test_the_last_line_says_what_to_type_next(site: Path, export: Path) -> None:
    result = run("--site", site, "plan", export, *ZONE)
    assert "2 to create." in result.out
    assert result.out.splitlines()[-2] == "Next:"
    assert run(*result.out.splitlines()[-1].split()[1:]).code == 0


def test_a_command_to_type_is_never_wrapped(site: Path, export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    plan = site / "a-plan-with-a-long-name.json"
    out = run("--site", site, "plan", export, *ZONE, "-o", plan).out
    assert out.splitlines()[-1] == f"  jitsi-migrate --site {site} apply {plan}"


def test_quiet_leaves_the_verdict_and_the_next_command(site: Path, export: Path) -> None:
    assert len(run("--site", site, "plan", export, *ZONE, "-q").out.splitlines()) == 3


def test_errors_in_rows_give_6_and_keep_apply_from_going_on_alone(site: Path) -> None:
    assert run("--site", site, "plan", *EXPORTS, *ZONE).code == 6
    refused = run("--site", site, "apply", site / "plan.json")
    assert refused.code == 8
    assert "--partial" in refused.err


def test_detailed_exitcode_tells_pending_changes(site: Path, export: Path) -> None:
    assert run("--site", site, "plan", export, *ZONE, "--detailed-exitcode").code == 10
    run("--site", site, "apply", site / "plan.json")
    assert run("--site", site, "plan", export, *ZONE, "--detailed-exitcode").code == 0
    assert run("--site", site, "plan", *EXPORTS, *ZONE, "--detailed-exitcode").code == 6


def test_a_changed_plan_file_is_refused(site: Path, export: Path) -> None:
    run("--site", site, "plan", export, *ZONE)
    plan = site / "plan.json"
    plan.write_text(plan.read_text().replace("Interview", "Interrogation"))
    assert run("--site", site, "apply", plan).code == 8


def test_a_plan_of_other_settings_is_refused(site: Path, export: Path) -> None:
    run("--site", site, "plan", export, *ZONE)
    settings = site / "migrate.toml"
    settings.write_text(settings.read_text().replace("meet.example.org", "other.example.org"))
    refused = run("--site", site, "apply", site / "plan.json")
    assert (refused.code, "other settings" in refused.err) == (8, True)


def test_a_stale_plan_is_refused(site: Path, export: Path, tmp_path: Path) -> None:
    old = tmp_path / "old.json"
    run("--site", site, "plan", export, *ZONE, "-o", old)
    run("--site", site, "plan", *EXPORTS, *ZONE)
    run("--site", site, "apply", site / "plan.json", "--partial")
    refused = run("--site", site, "apply", old)
    assert (refused.code, "stale" in refused.err) == (8, True)


def test_a_missing_zone_is_asked_for_and_never_guessed(tmp_path: Path, export: Path) -> None:
    result = run("--site", tmp_path, "plan", export)
    assert result.code == 4
    assert "--timezone Europe/Berlin" in result.err


def test_unknown_headers_are_listed_with_the_line_to_try(tmp_path: Path) -> None:
    path = tmp_path / "termine.csv"
    path.write_text("Betreff,Kennung,Beginn\nTeam,800 0000 0201,03/15/2027 09:00 AM\n")
    result = run("--site", tmp_path, "plan", path, *ZONE)
    assert result.code == 4
    for words in ("Betreff", "Kennung", "Beginn", '--map topic="Betreff"', '--map start="Beginn"'):
        assert words in result.err
    mapped = ("--map", "topic=Betreff", "--map", "start=Beginn", "--map", "number=Kennung")
    assert run("--site", tmp_path, "plan", path, *ZONE, *mapped).code == 0


def test_unreadable_settings_name_every_fault(site: Path, export: Path) -> None:
    settings = site / "migrate.toml"
    settings.write_text(settings.read_text().replace('names = "opaque"', 'names = "funny"\ncolour = "red"'))
    result = run("--site", site, "plan", export, *ZONE)
    assert result.code == 3
    assert "targets.jitsi.names" in result.err
    assert "targets.jitsi.colour" in result.err


def test_secrets_that_others_may_read_are_refused(site: Path, export: Path) -> None:
    (site / "secrets.toml").chmod(0o644)
    result = run("--site", site, "plan", export, *ZONE)
    assert (result.code, "chmod 600" in result.err) == (3, True)


@pytest.mark.parametrize(
    "words", [["plan", "nowhere.csv"], ["apply", "nowhere.json"], ["undo", "nothing"], ["frobnicate"]]
)
def test_what_is_not_there_is_said_without_a_traceback(site: Path, words: list[str]) -> None:
    result = run("--site", site, *words)
    assert result.code in (2, 4)
    assert "Traceback" not in result.err + result.out


def test_json_is_one_document_for_results_and_for_errors(site: Path, export: Path) -> None:
    made = run("plan", export, *ZONE, "--site", site, "--json").json
    assert (made["format"], made["version"], made["status"], made["exit_code"]) == (
        "jitsi-migrate/result",
        1,
        "success",
        0,
    )
    failed = run("--json", "--site", site, "apply", "nowhere.json")
    assert failed.json["status"] == "error"
    assert failed.json["exit_code"] == failed.code == 4
    assert failed.json["error"]["kind"] == "input"


def test_no_secret_is_in_the_plan_the_reports_or_the_output(site: Path, export: Path) -> None:
    secret = (site / "secrets.toml").read_text().split('"')[1]
    shown = [
        run("--site", site, "-v", *words).out
        for words in (["plan", export, *ZONE], ["apply", site / "plan.json"], ["status"])
    ]
    exported = run("--site", site, "status", "--export", "-").out
    files = [path.read_text() for path in (site / "plan.json", *(site / "runs").rglob("*.*"))]
    assert all(secret not in text for text in [*shown, exported, *files])


def test_what_is_undone_is_counted_once(site: Path, export: Path) -> None:
    run("--site", site, "plan", export, *ZONE)
    run("--site", site, "apply", site / "plan.json")
    calendar = site / "calendars" / "hosts" / "bo@example.org.ics"
    calendar.write_bytes(calendar.read_bytes().replace(b"SUMMARY:Interview", b"SUMMARY:Talk"))
    assert "1 change would be undone, 1 kept." in run("--site", site, "undo", "last", "--dry-run").out
    assert "1 change undone, 1 kept." in run("--site", site, "undo", "last").out
    assert "undone 1 of 2" in run("--site", site, "status").out
    assert "0 changes undone, 1 was undone before, 1 kept." in run("--site", site, "undo", "last").out


def test_nothing_is_said_to_be_unchanged_that_is_not(site: Path, export: Path) -> None:
    run("--site", site, "plan", export, *ZONE)
    for damage in (b"no calendar", b"BEGIN:VCALENDAR\r\nX-A:\xff\r\nEND:VCALENDAR\r\n"):
        path = site / "calendars" / "hosts" / "someone-else.ics"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(damage)
        result = run("--site", site, "apply", site / "plan.json")
        assert (result.code, "someone-else.ics" in result.err, "nothing was changed" in result.err) == (5, True, False)
        assert (path.parent / "anna@example.org.ics").exists()
    assert "hosts.csv" in run("plan", "--help").out


def test_the_journal_is_exported_as_json_lines(site: Path, export: Path, tmp_path: Path) -> None:
    import json

    run("--site", site, "plan", export, *ZONE)
    run("--site", site, "apply", site / "plan.json")
    assert run("--site", site, "status", "--export", tmp_path / "journal.jsonl").code == 0
    records = [json.loads(line)["record"] for line in (tmp_path / "journal.jsonl").read_text().splitlines()]
    assert {name: records.count(name) for name in records} == {"run": 1, "step": 2, "binding": 2, "room": 2}


def test_the_journal_takes_the_place_of_no_other_file_unless_that_is_said(site: Path, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text("mine\n")
    refused = run("--site", site, "status", "--export", path)
    assert (refused.code, path.read_text()) == (8, "mine\n")
    assert "--force" in refused.err
    for words in (["--force"], []):
        assert run("--site", site, "status", "--export", path, *words).code == 0
    assert path.read_text() != "mine\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    result = run(command, "--help")
    assert result.code == 0
    assert "Usage: jitsi-migrate " + command in result.out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed_for_the_shell(shell: str) -> None:
    assert "_JITSI_MIGRATE_COMPLETE" in run("completion", shell).out


def test_init_leaves_what_is_there_and_says_so(site: Path) -> None:
    before = (site / "secrets.toml").read_bytes()
    again = run("--site", site, "init", "--server", "other.example.org")
    assert again.code == 0
    assert "not changed" in again.out
    assert (site / "secrets.toml").read_bytes() == before


def test_init_without_a_server_leaves_the_url_to_be_set(tmp_path: Path, export: Path) -> None:
    assert "url" in run("--site", tmp_path / "s", "init").out
    result = run("--site", tmp_path / "s", "plan", export, *ZONE)
    assert (result.code, "url" in result.err) == (3, True)


@pytest.mark.parametrize("name", ["https://meet.example.org", "meet example", 'x"\n[evil]', "-", "localhost"])
def test_a_server_that_is_no_host_name_is_refused(tmp_path: Path, name: str) -> None:
    assert run("--site", tmp_path / "s", "init", f"--server={name}").code == 2
    assert not (tmp_path / "s").exists()


class TestOnATerminal:
    """The real program, as a process, with the environment that people have."""

    @staticmethod
    def plan(tmp_path: Path, **environment: str) -> str:
        words = [sys.executable, "-m", "migrate.cli", "--site", str(tmp_path), "plan", *EXPORTS, *ZONE, "-v"]
        done = subprocess.run(words, capture_output=True, env=os.environ | environment, check=False)
        assert done.returncode == 6
        return done.stdout.decode()

    def test_it_is_readable_in_60_columns(self, tmp_path: Path) -> None:
        from rich.cells import cell_len

        *lines, command = self.plan(tmp_path, COLUMNS="60").splitlines()
        assert max(map(cell_len, lines)) <= 60
        assert command.endswith("init --server meet.example.org")

    def test_a_pipe_gets_neither_colours_nor_spaces_at_line_ends(self, tmp_path: Path) -> None:
        out = self.plan(tmp_path)
        assert "\x1b" not in out
        assert not [line for line in out.splitlines() if line != line.rstrip()]

    def test_topics_are_text_and_never_code(self, tmp_path: Path) -> None:
        out = self.plan(tmp_path, COLUMNS="200", FORCE_COLOR="", TERM="dumb")
        for words in (
            "[red]alert[/red]",
            r"\x1b[31mred",
            r"Invoice \u202egpj.exe",
            r"Two\r\nlines",
            '=HYPERLINK("https',
        ):
            assert words in out
        assert not {"\x1b", "\x07", "\u202e"} & set(out)

    def test_a_terminal_that_knows_ascii_only_is_no_reason_to_fail(self, tmp_path: Path) -> None:
        out = self.plan(tmp_path, PYTHONIOENCODING="ascii")
        assert "Weekly team meeting" in out
        assert "start <- Start time" in out

    def test_colours_are_there_when_forced_and_never_with_no_color(self, tmp_path: Path) -> None:
        assert "\x1b[1m" in self.plan(tmp_path, FORCE_COLOR="1", TERM="xterm")
        assert "\x1b[3" not in self.plan(tmp_path, FORCE_COLOR="1", TERM="xterm", NO_COLOR="1")


def test_a_file_name_of_any_bytes_is_no_reason_to_fail(tmp_path: Path, export: Path) -> None:
    odd = tmp_path / os.fsdecode(b"upcoming\xff\xe9.csv")
    odd.write_bytes(export.read_bytes())
    result = run("--site", tmp_path / "none", "--json", "plan", odd, *ZONE)
    assert result.code == 0
    assert result.json["data"]["inputs"][0]["path"] == "upcoming\ufffd\ufffd.csv"


def test_hosts_in_another_encoding_are_told(site: Path, export: Path) -> None:
    (site / "hosts.csv").write_bytes(b"zoom_name,zoom_id,zoom_email,account,calendar_url\nJ\xf6rg,,,,\n")
    result = run("--site", site, "plan", export, *ZONE)
    assert (result.code, "UTF-8" in result.err) == (3, True)


def test_hosts_with_semicolons_are_read_and_get_new_rows(site: Path, export: Path) -> None:
    path = site / "hosts.csv"
    path.write_text("zoom_name;zoom_id;zoom_email;account;calendar_url\nAnna Lindqvist;;anna@example.org;anna;\n")
    plan = run("--site", site, "--json", "plan", export, *ZONE).json["data"]
    assert plan["changes"][0]["meeting"]["host"]["account"] == "anna"
    assert path.read_text().splitlines()[1:] == [
        "Anna Lindqvist;;anna@example.org;anna;",
        "Bo Okafor;;bo@example.org;;",
    ]


def test_a_site_directory_whose_name_is_no_text_is_refused(tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"si\xffte")
    for words in (["init", "--server", "meet.example.org"], ["plan", "upcoming.csv"], ["status"]):
        result = run("--site", odd, *words)
        assert (result.code, "si\ufffdte" in result.err) == (2, True)
    assert not odd.exists()
