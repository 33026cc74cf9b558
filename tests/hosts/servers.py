"""What the shared servers are."""

from __future__ import annotations

from tests.hosts.repository import Package

GROUPS = {"jitsi_meet": ("meet.example.org",), "jitsi_videobridge": ("bridge.example.org",)}
PACKAGES = (Package("here", {"/usr/bin/here": "#!/bin/sh\necho from the repository of the tests\n"}),)
