"""Decision records are numbered without gaps and say all that a record must say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

RECORDS = sorted((Path(__file__).parents[2] / "docs" / "explanation" / "decisions").glob("*.md"))


def test_records_are_numbered_without_gaps():
    assert [path.name[:5] for path in RECORDS] == [f"{number:04}-" for number in range(1, len(RECORDS) + 1)]


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_a_record_has_its_four_parts(record):
    assert re.findall(r"^## (.+)$", record.read_text("utf-8"), re.MULTILINE) == [
        "Status",
        "Context",
        "Decision",
        "Consequences",
    ]
