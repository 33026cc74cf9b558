"""Five thousand spoilt files: every row is accounted for, and what was not spoilt stays as it was."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bad_input import oracle, past_oracle, unfit_oracle, users_oracle
from tests.bad_input.cases import NUMBER, Case, case
from tests.cli.program import ZONE, Result, run

CHUNK = 100


@pytest.mark.parametrize("first", range(0, NUMBER, CHUNK))
def test_a_mutation_changes_nothing_but_what_it_touches(first: int, tmp_path: Path) -> None:
    site = tmp_path / "site"
    run("init", "--site", site, "--server", "meet.example.org")
    for number in range(first, first + CHUNK):
        spoilt = case(number)
        if found := list(faults(spoilt, tmp_path, site if needs_site(spoilt) else tmp_path)):
            (tmp_path / "before.csv").write_bytes(spoilt.base.data())
            text = "\n".join(found)[:5000]
            pytest.fail(f"{spoilt}\nin {tmp_path}/spoilt.csv, before.csv is beside it\n{text}", pytrace=False)


def faults(spoilt: Case, directory: Path, site: Path) -> Iterator[str]:
    files = [
        directory / "spoilt.csv",
        *(directory / f"beside{number}.csv" for number, _ in enumerate(spoilt.base.beside)),
    ]
    for path, data in zip(files, (spoilt.data, *spoilt.base.beside), strict=True):
        path.write_bytes(data)
    (site / "hosts.csv").unlink(missing_ok=True)
    words = ["--from-history"] if spoilt.from_history else []
    begin = time.process_time()
    result = run("--site", site, "--json", "plan", *files, *ZONE, *words)
    seconds = time.process_time() - begin
    return said(spoilt, result, seconds, hosts_of(site))


def said(spoilt: Case, result: Result, seconds: float, hosts: users_oracle.Hosts) -> Iterator[str]:
    match spoilt.base.kind:
        case "past":
            return past_oracle.faults(spoilt, result, seconds, hosts)
        case "users":
            return users_oracle.faults(spoilt, result, seconds, hosts)
        case "unfit":
            return unfit_oracle.faults(spoilt, result, seconds)
        case _:
            return oracle.faults(spoilt, result, seconds)


def needs_site(spoilt: Case) -> bool:
    """Tell whether a file is planned where hosts are learnt: users always, past meetings every third time."""
    return spoilt.base.kind == "users" or (spoilt.base.kind == "past" and spoilt.number // 20 % 3 == 0)


def hosts_of(site: Path) -> users_oracle.Hosts:
    path = site / "hosts.csv"
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline=""))) if path.exists() else []
