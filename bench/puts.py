"""The floor of writing into calendars: the same objects, put by requests and nothing else.

Usage: puts.py CONNECTIONS   with JSON on standard input: {"login": [user, password], "puts": [[URL, path], …]}.
Prints how many seconds it took. Each connection has a session of its own.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

HEADERS = {"Content-Type": "text/calendar; charset=utf-8", "If-None-Match": "*"}


def put_all(puts: list[tuple[str, bytes]], login: tuple[bytes, bytes]) -> None:
    """Put one object after the other on one connection."""
    with requests.Session() as session:
        for url, data in puts:
            session.put(url, data, headers=HEADERS, auth=login).raise_for_status()


def main() -> None:
    connections = int(sys.argv[1])
    given = json.load(sys.stdin)
    user, password = (text.encode() for text in given["login"])
    puts = [(url, Path(path).read_bytes()) for url, path in given["puts"]]
    began = time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(lambda first: put_all(puts[first::connections], (user, password)), range(connections)))
    print(time.perf_counter() - began)


if __name__ == "__main__":
    main()
