#!/usr/bin/python
"""Look at ports of other hosts from where this runs."""

from __future__ import annotations

DOCUMENTATION = r"""
module: jitsi_migrate_probe
short_description: Look at ports of other hosts
description:
  - Connects to ports of TCP, and asks those of UDP for the words of M(jitsi_migrate_responder) or for those of STUN.
  - Names are looked up where this runs. All are tried at the same time.
options:
  targets:
    description: C(host), its name in the inventory; C(address), an address or a name, or empty; C(protocol); C(port).
    type: list
    elements: dict
    required: true
  reached_by:
    description: Host to address, for targets without an address of their own.
    type: dict
    default: {}
  nonce:
    description: That of the responder.
    type: str
    required: true
  seconds:
    description: How long to wait for an answer.
    type: float
    default: 3
attributes:
  check_mode:
    support: full
    description: Does the same, as nothing is changed.
  diff_mode:
    support: none
author: the jitsi-migrate project
"""

EXAMPLES = r"""
- name: Look at the port of the bridge
  jitsi_migrate_probe:
    targets:
      - {host: bridge.example.org, address: 198.51.100.12, protocol: udp, port: 10000}
    nonce: 0c5f2a
"""

RETURN = r"""
looks:
  description: >-
    The targets with their C(state). V(answered): by our own words. V(open): by a service. V(refused), V(silent),
    V(unreachable), V(unknown): what the network or the resolver said. C(arrived) is the address of the host where it
    arrived, C(seen) the one that it came from, C(clock) the time there, and C(after) by how much this clock is ahead.
  type: list
  elements: dict
  returned: always
"""

import os
import socket
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.jitsi_migrate_echo import LONGEST, is_stun_answer, question, stun_question, understood

ARGUMENTS: dict[str, dict[str, Any]] = {
    "targets": {"type": "list", "elements": "dict", "required": True},
    "reached_by": {"type": "dict", "default": {}},
    "nonce": {"type": "str", "required": True, "no_log": False},
    "seconds": {"type": "float", "default": 3.0},
}
AT_ONCE = 64
EVERY = 0.4  # seconds after which a datagram is sent again


def main() -> None:
    """Answer Ansible."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    given = module.params
    targets = [addressed(target, given["reached_by"]) for target in given["targets"]]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        looks = [pool.submit(look, target, given["nonce"], given["seconds"]) for target in targets]
    module.exit_json(changed=False, looks=[one.result() for one in looks])


def addressed(target: Mapping[str, Any], reached_by: Mapping[str, str]) -> dict[str, Any]:
    """Return a target with its address: whoever has none is reached as Ansible does."""
    host = target["host"]
    return {**target, "address": target["address"] or reached_by.get(host) or host}


def look(target: Mapping[str, Any], nonce: str, seconds: float) -> dict[str, Any]:
    """Try one port, and tell what came back."""
    try:
        kind = socket.SOCK_DGRAM if target["protocol"] == "udp" else socket.SOCK_STREAM
        family, _, _, _, place = socket.getaddrinfo(target["address"], int(target["port"]), type=kind)[0]
        with socket.socket(family, kind) as one:
            one.settimeout(seconds)
            one.connect(place)
            told = asked(one, nonce, seconds) if kind == socket.SOCK_DGRAM else greeted(one, nonce)
    except socket.gaierror:
        told = {"state": "unknown"}
    except ConnectionRefusedError:
        told = {"state": "refused"}
    except TimeoutError:
        told = {"state": "silent"}
    except OSError as error:
        told = {"state": "unreachable", "why": error.strerror or ""}
    return {**target, **told}


def greeted(one: socket.socket, nonce: str) -> dict[str, Any]:
    """Tell who greets on a connection. Most services wait to be greeted."""
    one.settimeout(1)
    data = b""
    try:
        while more := one.recv(LONGEST):
            data += more
    except OSError:
        pass
    return answer(data, nonce) or {"state": "open"}


def asked(one: socket.socket, nonce: str, seconds: float) -> dict[str, Any]:
    """Ask a port of UDP in both ways, again and again: datagrams get lost."""
    transaction = os.urandom(12)
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        one.send(question(nonce))
        one.send(stun_question(transaction))
        one.settimeout(min(EVERY, left))
        try:
            data = one.recv(LONGEST)
        except TimeoutError:
            continue
        if told := answer(data, nonce):
            return told
        if is_stun_answer(data, transaction):
            return {"state": "open"}
    return {"state": "silent"}


def answer(data: bytes, nonce: str) -> dict[str, Any] | None:
    """Return what our own responder says, if it is it."""
    told = understood(data, nonce)
    return None if told is None else {"state": "answered", "now": time.time(), **told}


if __name__ == "__main__":
    main()
