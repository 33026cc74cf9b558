"""A host with a firewall of its own and a neighbour that knocks: two network namespaces with a wire between them.

Run by `knock` in a namespace of its own. Nothing listens on the host, so that a port which the firewall lets through
answers "refused" at once, and one that it closes does not answer.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from socket import AF_INET, AF_INET6, SOCK_DGRAM, SOCK_STREAM, socket

import pytest

from tests.readers import directory, program, run

HOST = ("192.0.2.10/24", "2001:db8::10/64")
NEIGHBOUR = ("192.0.2.21/24", "192.0.2.99/24", "2001:db8::21/64", "2001:db8::99/64")
PATIENCE = 0.4

Knock = tuple[str, str, int]
"""Whose address knocks, by which protocol, at which port."""


def alone() -> list[str]:
    """Return what a command needs before it to run in a network of its own."""
    command = [program("unshare", "util-linux"), *(() if os.geteuid() == 0 else ("--map-root-user",)), "--net"]
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody make a network of their own")
    return command


def knock(rules: str, knocks: Sequence[Knock], *, before: str = "") -> set[Knock]:
    """Return those that a host with these rules lets in; `before` are rules that it had already."""
    nft, ip = program("nft", "nftables"), program("ip", "iproute2")
    with directory() as here:
        (here / "before").write_text(before)
        (here / "rules").write_text(rules)
        files = [str(here / "before"), str(here / "rules")]
        command = [*alone(), sys.executable, "-m", "tests.walled", "host", nft, ip, *files]
        return {tuple(one) for one in json.loads(run(*command, text=json.dumps(knocks)))}


def _host(nft: str, ip: str, *rules: str) -> None:
    with subprocess.Popen(
        ["unshare", "--net", "sh", "-c", "echo ready; exec cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as neighbour:
        neighbour.stdout.readline()
        there = ["nsenter", f"--net=/proc/{neighbour.pid}/ns/net"]
        run(ip, "link", "add", "wire", "type", "veth", "peer", "name", "wire", "netns", neighbour.pid)
        for prefix, addresses in (([], HOST), (there, NEIGHBOUR)):
            for address in addresses:
                run(*prefix, ip, "address", "add", address, "dev", "wire", *["nodad"] * (":" in address))
            run(*prefix, ip, "link", "set", "wire", "up")
        # Each closed port that is let in is told of, however many they are.
        for limit in ("ipv4/icmp_ratelimit", "ipv6/icmp/ratelimit"):
            Path("/proc/sys/net", limit).write_text("0")
        for file in rules:
            run(nft, "--file", file)
        print(run(*there, sys.executable, "-m", "tests.walled", "neighbour", text=sys.stdin.read()))
        neighbour.stdin.close()


def _neighbour() -> None:
    knocks = json.load(sys.stdin)
    with ThreadPoolExecutor(len(knocks)) as pool:
        print(json.dumps([one for one, answered in zip(knocks, pool.map(_answered, knocks), strict=True) if answered]))


def _answered(one: Knock) -> bool:
    source, protocol, port = one
    version = AF_INET6 if ":" in source else AF_INET
    with socket(version, SOCK_STREAM if protocol == "tcp" else SOCK_DGRAM) as line:
        line.settimeout(PATIENCE)
        line.bind((source, 0))
        try:
            line.connect((HOST[version == AF_INET6].partition("/")[0], port))
            line.send(b"knock")
            line.recv(1)
        except ConnectionRefusedError:
            return True
        except TimeoutError:
            return False
    raise AssertionError("somebody listens")


if __name__ == "__main__":
    {"host": _host, "neighbour": _neighbour}[sys.argv[1]](*sys.argv[2:])
