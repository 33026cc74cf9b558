"""What the shared servers are."""

from __future__ import annotations

GROUPS = {
    "jitsi_meet": ("meet.example.org",),
    "jitsi_videobridge": ("bridge.example.org",),
    "coturn": ("meet.example.org",),
}
