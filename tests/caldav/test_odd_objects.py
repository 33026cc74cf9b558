"""Servers differ in what they refuse: the answers that were recorded are those of the servers of the tests."""

from __future__ import annotations

import json

import pytest

from tests.caldav.test_nextcloud import RECORDED, VALIDATION, recorded
from tests.caldav.test_servers import SERVERS

MATRIX = json.loads((RECORDED / "10-caldav-standin-matrix.json").read_text("utf-8"))
BODIES = {entry["name"].removeprefix("bad-"): entry["request"]["body"] for entry in recorded(VALIDATION)}
# A task was put into a calendar for tasks too; those of the tests are for events.
del BODIES["vtodo"]


@pytest.mark.slow
@pytest.mark.parametrize("column", MATRIX["columns"][1:])
def test_an_odd_object_is_answered_as_recorded(column: str) -> None:
    answers = {row[0]: row[MATRIX["columns"].index(column)] for row in MATRIX["rows"] if row[0] in BODIES}
    with SERVERS[column.split(maxsplit=1)[0]]() as server:
        found = {}
        for name in answers:
            # The recording could not hold a byte that is not UTF-8.
            body = BODIES[name].encode().replace("\ufffd".encode(), b"\xe4")
            found[name] = server.request("PUT", f"{server.collections[0]}{name}.ics", body).status
    assert found == answers
