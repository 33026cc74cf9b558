"""A Prosody that starts without one of its modules is told of: by itself it goes on, and something is missing."""

from __future__ import annotations

import json

import pytest

from tests.hosts.deployed import Deployed

pytestmark = [pytest.mark.hosts, pytest.mark.exhaustive, pytest.mark.slow, pytest.mark.timeout(400)]

PLUGINS = "/usr/share/jitsi-meet/prosody-plugins"


def test_a_module_that_is_missing_is_named_until_it_is_there_again(deployed_to_change: Deployed):
    site, meet = deployed_to_change.site, deployed_to_change.meet
    meet.run(f"mv {PLUGINS}/mod_muc_hide_all.lua /srv; systemctl restart prosody")
    done = site.tried("--json", "deploy", meet.name)
    assert done.returncode == 7
    (told,) = json.loads(done.stdout)["data"]["hosts"]
    (failure,) = told["failures"]
    assert failure["code"] == "prosody-module-missing"
    assert "muc_hide_all" in failure["message"]

    # Prosody runs without it all the while.
    meet.run(f"mv /srv/mod_muc_hide_all.lua {PLUGINS}")
    site.run("deploy", meet.name)
    site.run("deploy", "--check", "--detailed-exitcode", meet.name)
