"""What the shared servers are."""

from __future__ import annotations

MEET, BRIDGE = "meet.example.org", "bridge.example.org"
GROUPS = {"jitsi_meet": (MEET,), "jitsi_videobridge": (BRIDGE,), "coturn": (MEET,)}
