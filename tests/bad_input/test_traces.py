"""Spoilt files all the way: planned, applied, planned again, undone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bad_input import traces
from tests.bad_input.cases import NUMBER, case

CHUNK = 500
# Prime, so that all kinds of files have their turn.
EVERY = 71


@pytest.mark.parametrize("first", range(0, NUMBER, CHUNK))
def test_a_spoilt_file_leaves_no_trace_that_is_not_ours(first: int, tmp_path: Path) -> None:
    for number in range(first + first // CHUNK, first + CHUNK, EVERY):
        spoilt = case(number)
        directory = tmp_path / str(number)
        directory.mkdir()
        path = directory / "spoilt.csv"
        path.write_bytes(spoilt.data)
        words = ["--from-history"] if spoilt.from_history else []
        if found := list(traces.faults_of_run(path, words=words)):
            pytest.fail(f"{spoilt}\nin {path}\n" + "\n".join(found)[:5000], pytrace=False)
