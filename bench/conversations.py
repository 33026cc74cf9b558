"""Makes conversations and puts their events with requests, one after the other, and nothing else.

Usage: conversations.py with JSON on standard input: {"url": …, "users": {name: password}, "meetings": [[user, body of
the conversation, name of the event, its text], …]}. Prints how many seconds it took. One connection is kept for all.
"""

from __future__ import annotations

import json
import sys
import time

import requests

HEADERS = {"OCS-APIRequest": "true", "Accept": "application/json"}


def main() -> None:
    given = json.load(sys.stdin)
    url = given["url"]
    began = time.perf_counter()
    with requests.Session() as session:
        for user, body, name, text in given["meetings"]:
            login = (user, given["users"][user])
            made = session.post(f"{url}ocs/v2.php/apps/spreed/api/v4/room", json=body, headers=HEADERS, auth=login)
            made.raise_for_status()
            # What leads to another conversation takes as long to put.
            place = f"{url}remote.php/dav/calendars/{user}/personal/{name}"
            put = session.put(place, text.encode(), headers={"Content-Type": "text/calendar"}, auth=login)
            put.raise_for_status()
    print(time.perf_counter() - began)


if __name__ == "__main__":
    main()
