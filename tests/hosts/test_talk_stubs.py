"""What stands in for releases of a Nextcloud server is what their makers publish, as far as a deployment sees it."""

from __future__ import annotations

from runpy import run_path

from migrate.shared.resources import data_rows
from tests.hosts.talk_releases import SIGNALING


def test_the_signaling_server_has_the_features_of_its_release_and_no_others():
    stub = run_path(str(SIGNALING))
    since = {name: first for name, _, first in data_rows("nextcloud/signaling-features.tsv") if first}
    assert {*since} == {*stub["FEATURES"]} - {"welcome"}
    assert max(since.values()) <= stub["RELEASE"]
