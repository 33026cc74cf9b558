"""Makes large exports: no two runs differ, so that figures can be compared."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path

HEADER = ["Topic", "Meeting ID", "Host name", "Host email", "Start time", "Duration (minutes)"]
HOSTS = 400


def write_export(path: Path, rows: int, series: int, hosts: int = HOSTS) -> None:
    """Write `rows` rows of `series` weekly meetings of 400 hosts; every tenth series misses a date."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        written = 0
        for index in range(series):
            dates = (rows - written) // (series - index)
            writer.writerows(_dates(index, dates, index % hosts))
            written += dates


def _dates(index: int, count: int, host: int) -> list[list[str]]:
    start = datetime(2027, 1, 4) + timedelta(days=index % 5, hours=8 + index % 10, minutes=15 * (index % 4))
    number = f"{80000000000 + index}"
    spaced = f"{number[:3]} {number[3:7]} {number[7:]}"
    weeks = [week + (index % 10 == 0 and week > 1) for week in range(count)]
    return [
        [
            f"Meeting {index}, every week",
            spaced,
            f"Host {host}",
            f"host{host}@example.org",
            (start + timedelta(weeks=week)).strftime("%m/%d/%Y %I:%M:%S %p"),
            "45",
        ]
        for week in weeks
    ]
