"""What the pages say of the program in plain words, and no other test holds."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from docs.generate.sessions import Terminal

ROOT = Path(__file__).parents[2]
NETWORK = {"aiohttp", "asyncio", "ftplib", "http", "httpx", "imaplib", "poplib", "requests", "smtplib", "socket", "ssl",
           "telnetlib", "urllib.request", "urllib3", "webbrowser", "xmlrpc"}  # fmt: skip
# Two links with secrets in them, one in a column of its own and one where no link belongs.
EXPORT = """\
Topic,Meeting ID,Host email,Start time,Duration (minutes),Join URL
Kick-off,800 0000 0201,bo@example.org,2027-03-01 09:00,45,https://zoom.us/j/80000000201?pwd=SECRETPASSCODE
Board,https://zoom.us/s/80000000202?zak=SECRETTOKEN,bo@example.org,2027-03-02 09:00,45,
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that was not there, in which a plan was applied and undone and another one applied."""
    folder = tmp_path_factory.mktemp("far") / "site"
    terminal = Terminal(folder.parent)
    (folder.parent / "export.csv").write_text(EXPORT)
    for command in ("init --server meet.example.org", "plan export.csv --timezone Europe/Berlin --since 2027-01-01",
                    "apply site/plan.json --partial", "undo last",
                    "plan export.csv --timezone Europe/Berlin --since 2027-01-01",
                    "apply site/plan.json --partial", "status --export site/journal.jsonl"):  # fmt: skip
        terminal.run(f"jitsi-migrate {command} --site site")
    return folder


def imported(path: Path) -> set[str]:
    """Return the dotted names that a module imports, and what they are parts of."""
    nodes = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, (ast.Import, ast.ImportFrom))]
    names = [f"{getattr(node, 'module', '') or ''}.{alias.name}".strip(".") for node in nodes for alias in node.names]
    return {".".join(name.split(".")[:length]) for name in names for length in range(1, name.count(".") + 2)}


def test_nothing_in_the_package_can_use_the_network() -> None:
    assert not {path.name: found for path in (ROOT / "migrate").rglob("*.py") if (found := imported(path) & NETWORK)}


@pytest.mark.parametrize("line", ["import urllib.request", "from urllib import request", "from http.client import parse"])
def test_what_can_use_the_network_is_noticed(tmp_path: Path, line: str) -> None:
    (tmp_path / "module.py").write_text(line)
    assert imported(tmp_path / "module.py") & NETWORK


def test_files_of_a_site_are_for_their_owner_only(site: Path) -> None:
    assert list(site.rglob("*.ics"))
    files = [path for path in site.rglob("*") if path.is_file()]
    assert not [path for path in (site, *files) if path.stat().st_mode & 0o077]


def test_no_secret_of_a_link_is_in_any_file_of_a_site(site: Path) -> None:
    texts = {path.name: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    assert b'"passcode"' in texts["plan.json"]
    assert not [name for name, text in texts.items() if b"SECRET" in text]


def test_nothing_is_written_without_a_site_directory(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text(EXPORT)
    Terminal(tmp_path).run("jitsi-migrate plan export.csv --timezone Europe/Berlin --since 2027-01-01")
    assert [path.name for path in tmp_path.iterdir()] == ["export.csv"]
