"""What the pages say of the program in plain words, and no other test holds."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from docs.generate.sessions import Terminal
from tests.caldav.nextcloud import nextcloud
from tests.talk.nextcloud import nextcloud_talk
from tests.talk.site import TalkSite

ROOT = Path(__file__).parents[2]
NETWORK = {"aiohttp", "asyncio", "ftplib", "http", "httpx", "imaplib", "poplib", "requests", "smtplib", "socket", "ssl",
           "telnetlib", "urllib.request", "urllib3", "webbrowser", "xmlrpc"}  # fmt: skip
# Two links with secrets in them, one in a column of its own and one where no link belongs.
EXPORT = """\
Topic,Meeting ID,Host email,Start time,Duration (minutes),Join URL
Kick-off,800 0000 0201,bo@example.org,2027-03-01 09:00,45,https://zoom.us/j/80000000201?pwd=SECRETPASSCODE
Board,https://zoom.us/s/80000000202?zak=SECRETTOKEN,bo@example.org,2027-03-02 09:00,45,
"""
# Somebody was in each of three meetings of the past.
PAST = (
    "Topic,Meeting ID,User Name,User Email,Start Time,Participants,Name (Original Name),Join Time,User Email\n"
    + "".join(
        f"Board,800 0000 0201,Bo Okafor,bo@example.org,2026-12-{day} 09:00,1,SECRETGUEST,9:00,SECRETGUEST@example.org\n"
        for day in ("07", "14", "21")
    )
)


def imported(path: Path) -> set[str]:
    """Return the dotted names that a module imports, and what they are parts of."""
    found = ast.walk(ast.parse(path.read_text("utf-8")))
    nodes = [node for node in found if isinstance(node, (ast.Import, ast.ImportFrom))]
    names = [f"{getattr(node, 'module', '') or ''}.{alias.name}".strip(".") for node in nodes for alias in node.names]
    return {".".join(name.split(".")[:length]) for name in names for length in range(1, name.count(".") + 2)}


def test_nothing_in_the_package_can_use_the_network_but_what_looks_up_names_and_asks_calendar_servers() -> None:
    users = {path.name for path in (ROOT / "migrate").rglob("*.py") if imported(path) & NETWORK}
    assert users == {"http.py", "resolving.py"}


@pytest.mark.parametrize("line", ["import urllib.request", "from urllib import request", "from http.client import x"])
def test_what_can_use_the_network_is_noticed(tmp_path: Path, line: str) -> None:
    (tmp_path / "module.py").write_text(line)
    assert imported(tmp_path / "module.py") & NETWORK


def test_no_secret_of_a_link_is_in_any_file_of_a_site(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text(EXPORT)
    terminal = Terminal(tmp_path)
    plan = "plan export.csv --timezone Europe/Berlin --since 2027-01-01 --schedule out.csv"
    for command in ("init --server meet.example.org", plan, "apply plan.json --partial", "status --export out.jsonl"):
        terminal.run(f"jitsi-migrate {command}")
    (tmp_path / "export.csv").unlink()
    texts = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert b'"passcode"' in texts["plan.json"]
    assert b"bad-number" in texts["plan.json"]
    assert not [name for name, text in texts.items() if b"SECRET" in text]


def test_passwords_of_calendars_are_in_no_other_file_and_nobody_is_mailed(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text(EXPORT)
    terminal = Terminal(tmp_path)
    terminal.run("jitsi-migrate init --server meet.example.org")
    with nextcloud({"bo": "SECRETPASSWORD"}) as server:
        settings = (tmp_path / "migrate.toml").read_text().replace('calendar = "ics"', 'calendar = "caldav"')
        (tmp_path / "migrate.toml").write_text(f'{settings}\n[calendars.caldav]\nurl = "{server.url}"\nuser = "bo"\n')
        terminal.run("umask 077; printf 'account,password\\nbo,SECRETPASSWORD\\n' > credentials.csv")
        terminal.run("jitsi-migrate plan export.csv --timezone Europe/Berlin --since 2027-01-01")
        terminal.run("jitsi-migrate apply plan.json --partial")
        assert len(server.resources(server.collections[0])) == 1
        terminal.run("jitsi-migrate status --export out.jsonl")
        terminal.run("jitsi-migrate undo last")
        assert not server.resources(server.collections[0])
        assert not server.mails
    texts = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert [name for name, text in texts.items() if b"SECRETPASSWORD" in text] == ["credentials.csv"]


def test_passwords_of_accounts_and_of_rooms_are_in_no_other_file_and_nobody_is_mailed(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text(EXPORT)
    terminal = Terminal(tmp_path)
    with nextcloud_talk({"bo": "SECRETPASSWORD"}) as server:
        TalkSite(tmp_path, server)
        terminal.run("jitsi-migrate plan export.csv --timezone Europe/Berlin --since 2027-01-01")
        terminal.run("jitsi-migrate apply plan.json --partial")
        (room,) = (room for room in server.rooms.values() if room.password)
        assert room.password in (tmp_path / "passwords.csv").read_text()
        terminal.run("jitsi-migrate status --export out.jsonl")
        texts = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        terminal.run("jitsi-migrate undo last")
        assert not [room for room in server.rooms.values() if room.password]
        assert not server.mails
    assert [name for name, text in texts.items() if b"SECRETPASSWORD" in text] == ["credentials.csv"]
    assert [name for name, text in texts.items() if room.password.encode() in text] == ["passwords.csv"]
    assert not (tmp_path / "passwords.csv").exists()


def test_nobody_who_was_in_a_past_meeting_is_in_any_file_of_a_site(tmp_path: Path) -> None:
    (tmp_path / "past.csv").write_text(PAST)
    terminal = Terminal(tmp_path)
    plan = "plan past.csv --timezone Europe/Berlin --since 2027-01-01 --from-history --schedule out.csv"
    apply = "apply plan.json --accept-guesses"
    for command in ("init --server meet.example.org", plan, apply, "status --export out.jsonl"):
        terminal.run(f"jitsi-migrate {command}")
    (tmp_path / "past.csv").unlink()
    texts = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert b"Okafor" in texts["plan.json"]
    assert "calendars/hosts/bo@example.org.ics" in texts
    assert not [name for name, text in texts.items() if b"SECRETGUEST" in text]
