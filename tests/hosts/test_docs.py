"""Sessions of the docs that need servers print what the pages show. If not: python -m tests.hosts.sessions"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hosts.bed import Bed
from tests.hosts.sessions import PAGES, sessions, settled
from tests.hosts.talk import CLOUD, Talk
from tests.hosts.talk_sessions import talk_sessions

pytestmark = [pytest.mark.hosts, pytest.mark.exhaustive, pytest.mark.slow, pytest.mark.timeout(400)]


def test_what_a_person_does_with_a_server_prints_what_the_pages_show(servers_to_change: Bed, tmp_path: Path):
    for page, text in sessions(servers_to_change, tmp_path, PAGES):
        assert settled(text) == settled(page.read_text("utf-8"))


@pytest.mark.talk
def test_what_a_person_does_with_a_server_of_nextcloud_prints_what_its_page_shows(talk_to_change: Talk, tmp_path: Path):
    talk_to_change.bed.hosts[CLOUD].renew()
    for page, text in talk_sessions(talk_to_change.bed, tmp_path):
        assert settled(text) == settled(page.read_text("utf-8"))
