"""What Nextcloud says of itself, and what becomes of it: the answer of its program was recorded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.playbooks.talk_backend import found
from tests.readers import directory

DATA = Path(__file__).parents[1] / "data/nextcloud"
pytestmark = pytest.mark.slow


def recorded() -> dict[str, dict]:
    return next(
        json.loads(one["stdout"])
        for one in json.loads((DATA / "05-rewrite-eventrooms-occ.json").read_text())
        if one.get("argv", [""])[0] == "setupchecks"
    )


def said(text: str, code: int) -> tuple[list[str], list[str]]:
    with directory() as here:
        (here / "text").write_text(text)
        (here / "occ").write_text(f"[ $1 = setupchecks ] && cat {here}/text && exit {code}")
        return found({}, ("sh", str(here / "occ")))


def test_errors_of_nextcloud_fail_and_warnings_are_told():
    problems, remarks = said(json.dumps(recorded()), 1)
    assert problems == [
        "Nextcloud says (CodeIntegrity): Some files have not passed the integrity check. "
        "List of invalid files… Rescan…",
        "Nextcloud says (HighPerformanceBackend): Error: Cannot connect to server",
    ]
    assert [one.partition(")")[0].partition("(")[2] for one in remarks] == [
        "WellKnownUrls",
        "CronInfo",
        "MaintenanceWindowStart",
        "SecurityHeaders",
        "DatabaseHasMissingIndices",
    ]


@pytest.mark.parametrize(
    ("kind", "severity", "description", "fails"),
    [
        ("CronInfo", "error", "Last background job execution ran 2 hours ago. Something seems wrong. {link}.", True),
        ("HighPerformanceBackend", "warning", "Warning: Running version: 2.1.1; missing features: changed-users", None),
        ("HighPerformanceBackend", "warning", "Warning: Running version: 2.0; missing features: chat-relay", False),
        ("OverwriteCliUrl", "warning", "it is not set", False),
        ("NotifyPush", "warning", "it is not installed", None),
        ("NotifyPush", "error", "it is broken", True),
        ("WellKnownUrls", "error", "Could not check that your web server serves `.well-known` correctly.", False),
        ("PhpOutdated", "warning", "You are currently running PHP 8.2.29. PHP 8.2 is deprecated", None),
        ("PushService", "error", "This is the unsupported community build of Nextcloud.", None),
    ],
)
def test_what_each_says_counts_by_its_severity_and_by_whether_it_matters_here(kind, severity, description, fails):
    check = {"name": kind, "severity": severity, "description": description, "descriptionParameters": None}
    problems, remarks = said(json.dumps({"x": {f"OCA\\X\\{kind}": check}}), 1)
    assert (len(problems), len(remarks)) == {True: (1, 0), False: (0, 1), None: (0, 0)}[fails]


def test_what_php_has_to_say_first_is_passed_over():
    check = {"name": "x", "severity": "warning", "description": "it is not set", "descriptionParameters": None}
    text = "PHP Deprecated:  something is old in a.php on line 1\n" + json.dumps({"x": {"OCA\\X": check}})
    assert said(text, 0) == ([], ["Nextcloud says (X): it is not set"])


def test_a_nextcloud_that_says_nothing_of_itself_fails_in_its_own_words():
    assert said("Nextcloud is in maintenance mode, no apps are loaded.", 0)[0] == [
        "Nextcloud does not tell how it is set up: Nextcloud is in maintenance mode, no apps are loaded."
    ]
