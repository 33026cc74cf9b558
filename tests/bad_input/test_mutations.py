"""Five thousand spoilt files: every row is accounted for, and what was not spoilt stays as it was."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.bad_input import oracle
from tests.bad_input.cases import NUMBER, case
from tests.cli.program import ZONE, run

CHUNK = 100


@pytest.mark.parametrize("first", range(0, NUMBER, CHUNK))
def test_a_mutation_changes_nothing_but_what_it_touches(first: int, tmp_path: Path) -> None:
    path = tmp_path / "spoilt.csv"
    for number in range(first, first + CHUNK):
        spoilt = case(number)
        path.write_bytes(spoilt.data)
        begin = time.process_time()
        result = run("--site", tmp_path, "--json", "plan", path, *ZONE)
        found = list(oracle.faults(spoilt, result, time.process_time() - begin))
        if found:
            (tmp_path / "before.csv").write_bytes(spoilt.base.data())
            pytest.fail(f"{spoilt}\nin {path}, before.csv is beside it\n" + "\n".join(found)[:5000], pytrace=False)
