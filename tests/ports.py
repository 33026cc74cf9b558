"""Ports of loopback for the servers of tests, which run beside each other."""

from __future__ import annotations

from contextlib import ExitStack
from random import SystemRandom
from socket import AF_INET6, SOCK_DGRAM, SOCK_STREAM, socket

# Below those that the kernel gives to clients. Each process of the tests has an order of its own, and no port twice.
_PORTS = iter(SystemRandom().sample(range(20100, 32000), 11900))


def free_port() -> int:
    """Find a port that nobody has, neither by TCP nor by UDP."""
    return next(filter(_free, _PORTS))


def _free(port: int) -> bool:
    with ExitStack() as stack:
        try:
            for kind in (SOCK_STREAM, SOCK_DGRAM):
                stack.enter_context(socket(AF_INET6, kind)).bind(("::", port))
        except OSError:
            return False
        return True
