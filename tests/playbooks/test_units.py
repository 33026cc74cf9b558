"""A unit that fails is quoted, also where its words are in a file of its own."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import ansible.module_utils
import pytest

from tests.playbooks.modules import PLAYBOOKS

ansible.module_utils.__path__.append(str(PLAYBOOKS / "module_utils"))
from ansible.module_utils import jitsi_migrate_units as units  # noqa: E402

# As Jicofo logs, shortened.
OLD = "Jicofo 2026-11-22 08:00:00.000 SEVERE: [1] of the day before\n"
NEW = """Jicofo 2026-11-22 09:00:00.000 INFO: [1] Started
Jicofo 2026-11-22 09:00:01.000 WARNING: [22] Failed to connect or login
javax.net.ssl.SSLHandshakeException: PKIX path building failed
\tat java.base/sun.security.ssl.Alert.createSSLException(Alert.java:131)
"""
REASON = "No operational bridges available (total bridge count: 0)"


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "jicofo.log"
    path.write_text(OLD)
    return path


def words(log, written):
    unit = units.Unit("jitsi-migrate-is-no-unit", log=str(log))
    return units.last_words(unit, units.Moment(4e9, written))


def test_what_a_log_tells_of_a_failure_is_quoted_and_nothing_older(log):
    log.write_text(OLD + NEW)
    told = words(log, len(OLD))
    assert "Failed to connect or login | javax.net.ssl.SSLHandshakeException: PKIX path" in told
    assert "the day before" not in told
    assert "Started" not in told
    assert "Alert.java" not in told


def test_a_log_that_was_begun_anew_is_read_from_its_start(log):
    log.write_text("WARNING: shorter\n")
    assert words(log, len(OLD)).endswith("It says: WARNING: shorter")


def test_where_nothing_was_said_the_places_to_look_at_are_named(log):
    assert words(log, len(OLD)).endswith(f". See: journalctl --unit=jitsi-migrate-is-no-unit, {log}")


class Unhealthy(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(500)
        self.end_headers()
        self.wfile.write(REASON.encode())

    def log_message(self, *_):
        pass


def test_the_reason_that_an_address_answers_is_told():
    with ThreadingHTTPServer(("127.0.0.1", 0), Unhealthy) as server:
        threading.Thread(target=server.serve_forever).start()
        url = f"http://127.0.0.1:{server.server_port}/about/health"
        told = list(units._answers(url, None))
        server.shutdown()
    assert told == [f"{url} answers: {REASON}"]


def test_a_unit_is_outdated_by_what_changed_since_it_started(tmp_path):
    read = tmp_path / "read"
    unit = units.Unit("jitsi-migrate-is-no-unit", reads=[str(read), str(tmp_path / "absent")])
    assert not unit.outdates(0)
    read.touch()
    changed = read.stat().st_mtime
    assert [unit.outdates(changed - 0.001), unit.outdates(changed)] == [True, False]


def test_a_unit_that_is_outdated_is_restarted_and_one_that_does_not_run_is_started():
    outdated = units.Standing(known=True, masked=False, enabled=True, running=True, stale=False, outdated=True)
    assert units.steps(outdated, restart=False, reload=True) == ["restart"]
    assert units.steps(outdated._replace(running=False), restart=False, reload=False) == ["start"]
