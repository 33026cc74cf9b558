"""Tables and terminal sessions in pages are what the code says now. If one is not: python -m docs.generate"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.generate.pages import ROOT, pages, retabled
from docs.generate.sessions import rerun
from docs.generate.tables import TABLES
from tests.hosts.sessions import PAGES as SERVER_PAGES
from tests.hosts.talk_sessions import PAGES as TALK_PAGES

PAGES = pages()


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def with_sessions() -> list[Path]:
    return [path for path in PAGES if "```console" in path.read_text("utf-8")]


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_tables_are_up_to_date(path: Path) -> None:
    page = path.read_text("utf-8")
    assert retabled(page) == page


@pytest.mark.parametrize("path", with_sessions(), ids=name)
def test_sessions_print_what_the_page_shows(path: Path) -> None:
    page = path.read_text("utf-8")
    assert rerun(page) == page


def test_every_page_with_a_session_on_servers_is_run_on_servers() -> None:
    assert {path for path in PAGES if "```console on servers" in path.read_text("utf-8")} == {
        *SERVER_PAGES,
        *TALK_PAGES,
    }


def test_a_session_on_servers_stays_as_it_is_where_there_are_none() -> None:
    page = "```console on servers\n$ jitsi-migrate --version\nversion 9\n```\n```console\n$ echo here\n```"
    assert rerun(page) == page.replace("echo here\n", "echo here\nhere\n")


def test_the_deployment_that_the_readme_shows_is_the_one_that_was_run() -> None:
    (shown,) = re.findall(r"^```text\n(.*?)^```$", PAGES[0].read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert set(shown.splitlines()) <= set(SERVER_PAGES[0].read_text("utf-8").splitlines())


def test_readme_and_tutorial_have_sessions() -> None:
    assert {"README.md", "docs/tutorial/first-plan.md"} <= {name(path) for path in with_sessions()}


def test_every_table_is_in_a_page() -> None:
    everything = "".join(path.read_text("utf-8") for path in PAGES)
    assert not [table for table in TABLES if f"<!-- table: {table} -->" not in everything]


def test_a_table_that_is_out_of_date_is_noticed() -> None:
    page = "<!-- table: secrets -->\nold\n<!-- end -->"
    assert retabled(page) != page
    assert retabled(retabled(page)) == retabled(page)


def test_what_a_command_does_not_print_is_noticed() -> None:
    page = "```console\n$ jitsi-migrate --version\njitsi-migrate, version 9\n```"
    assert "version 9" not in rerun(page)


def test_a_session_is_the_same_each_time_though_rooms_and_runs_differ() -> None:
    page = (ROOT / "docs" / "tutorial" / "first-plan.md").read_text("utf-8").replace("meet.example", "m.example")
    assert rerun(page) == rerun(page)
    assert "m.example.org/" in rerun(page)


def test_a_session_knows_files_folders_setup_and_exit_codes() -> None:
    page = """
```csv one.csv
Topic
```

<!-- setup
$ mkdir inside
-->

```console
$ cat one.csv
$ cd inside
$ jitsi-migrate status
$ echo $?
$ pwd
```
"""
    shown = rerun(page)
    assert "$ cat one.csv\nTopic\n$ cd inside\n" in shown
    assert "$ echo $?\n3\n$ pwd\n/srv/inside\n" in shown


def test_a_session_has_a_calendar_server_under_the_address_that_the_page_shows() -> None:
    page = """
```csv credentials.csv
account,password
anna,secret
```
<!-- server: nextcloud at https://cloud.example.org -->

```console
$ echo https://cloud.example.org/
$ echo https://cloud.example.org | cut -c 1-17
```
"""
    shown = rerun(page)
    assert "$ echo https://cloud.example.org/\nhttps://cloud.example.org/\n" in shown
    assert shown.endswith("cut -c 1-17\nhttp://127.0.0.1:\n```\n")
