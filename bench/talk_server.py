"""The stand-in of Nextcloud with Talk as a process of its own, so that it takes no time from what is measured.

Usage: talk_server.py HOSTS LATENCY. Prints as JSON its URL and passwords; then, for each line on standard input, what
it was asked so far and what it has. Ends with its input. LATENCY: seconds that each request waits before.
"""

from __future__ import annotations

import json
import sys

from tests.caldav.proxy import Proxy, proxied
from tests.talk.nextcloud import NextcloudTalk, nextcloud_talk


def main() -> None:
    hosts, latency = int(sys.argv[1]), float(sys.argv[2])
    users = {f"host{host}": f"password-{host}" for host in range(hosts)}
    with nextcloud_talk(users) as server, proxied(server, latency=latency) as proxy:
        tell({"url": proxy.server.url, "users": users})
        for _ in sys.stdin:
            tell(state(server, proxy))


def state(server: NextcloudTalk, proxy: Proxy) -> dict[str, int]:
    """Count requests, by what they are about, and what is there."""
    about_rooms = sum(one.path.startswith("/ocs/") for one in proxy.passed)
    return {
        "rooms": sum(room.object_type == "" and room.type in (2, 3) for room in server.rooms.values()),
        "events": sum(len(server.store.objects(user, "personal")) for user in server.users),
        "asked_for_rooms": about_rooms,
        "asked_for_events": len(proxy.passed) - about_rooms,
    }


def tell(found: object) -> None:
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
