"""Sessions of the docs that need servers print what the pages show. If not: python -m tests.hosts.sessions"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hosts.bed import Bed
from tests.hosts.sessions import PAGES, sessions, settled

pytestmark = [pytest.mark.hosts, pytest.mark.exhaustive, pytest.mark.slow, pytest.mark.timeout(400)]


def test_what_a_person_does_with_a_server_prints_what_the_pages_show(servers_to_change: Bed, tmp_path: Path):
    for page, text in sessions(servers_to_change, tmp_path, PAGES):
        assert settled(text) == settled(page.read_text("utf-8"))
