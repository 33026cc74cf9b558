"""A diff of many files is made short: of those that come or go whole only the names are left."""

from __future__ import annotations

from difflib import unified_diff

from migrate.cli.diff import without_contents

LUA = ["-- a comment", "one()", "", "++ nothing", "two()"]


def diff(before: list[str], after: list[str], *names: str) -> list[str]:
    return list(unified_diff(before, after, *names, lineterm=""))


def test_a_file_that_comes_or_goes_whole_is_its_name():
    came, went = diff([], LUA, "/dev/null", "/etc/new (root:root 0644)"), diff(LUA, [], "/etc/old", "/dev/null")
    assert without_contents([*came, *went]) == ["+/etc/new (root:root 0644)", "-/etc/old"]


def test_a_file_that_changes_is_shown_as_it_was():
    changed = diff(LUA, [*LUA[1:], "-- other"], "/etc/file", "/etc/file")
    went = diff(["-- /dev/null", "++ /dev/null"], [], "/etc/odd", "/dev/null")
    assert without_contents([*changed, *went, *changed]) == [*changed, "-/etc/odd", *changed]


def test_what_is_no_diff_of_files_is_shown_as_it_is():
    words = ["coturn: start", "--- running", "+++ running", "@@ -1,2 +0,0 @@", "-nginx", "-prosody"]
    assert without_contents(words) == words


def test_a_file_of_one_line_and_one_without_an_end_are_counted_right():
    lines = ["--- /etc/a", "+++ /dev/null", "@@ -1 +0,0 @@", "-a", "\\ No newline at end of file", "--- x", "+++ x"]
    assert without_contents(lines) == ["-/etc/a", "--- x", "+++ x"]
