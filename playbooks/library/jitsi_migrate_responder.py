#!/usr/bin/python
"""Answer on ports for a few seconds, before their services exist."""

from __future__ import annotations

DOCUMENTATION = r"""
module: jitsi_migrate_responder
short_description: Answer on ports for a few seconds
description:
  - Leaves a process behind that answers whoever says a nonce on ports that nobody has, and ends by itself in time.
  - The process belongs to nobody, writes nothing, and opens no firewall.
  - Connections to ports of TCP are greeted with the nonce.
options:
  ports:
    description: C(protocol), V(tcp) or V(udp), and C(port) of each.
    type: list
    elements: dict
    required: true
  nonce:
    description: What to be answered must begin with.
    type: str
    required: true
  seconds:
    description: How long, up to a minute.
    type: int
    default: 20
attributes:
  check_mode:
    support: full
    description: Does the same, as nothing is changed.
  diff_mode:
    support: none
author: the jitsi-migrate project
"""

EXAMPLES = r"""
- name: Answer where the bridge will
  jitsi_migrate_responder:
    ports:
      - {protocol: udp, port: 10000}
    nonce: 0c5f2a
"""

RETURN = r"""
answering:
  description: The ports where it answers.
  type: list
  elements: dict
  returned: always
taken:
  description: The ports that somebody has already.
  type: list
  elements: dict
  returned: always
"""

import os
import signal
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.jitsi_migrate_echo import Bound, bind, serve

ARGUMENTS: dict[str, dict[str, Any]] = {
    "ports": {"type": "list", "elements": "dict", "required": True},
    "nonce": {"type": "str", "required": True, "no_log": False},
    "seconds": {"type": "int", "default": 20},
}
LONGEST = 60
NOBODY = 65534


def main() -> None:
    """Answer Ansible."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    seconds, nonce = module.params["seconds"], module.params["nonce"]
    if not 0 < seconds <= LONGEST or len(nonce) < 6:
        module.fail_json(msg=f"seconds: 1 to {LONGEST}, and a nonce of six characters at least")
    bound = bind(module.params["ports"])
    if bound.sockets and not os.fork():
        respond(bound, nonce, seconds)
    for one in bound.sockets:
        one.close()
    module.exit_json(changed=False, answering=bound.open, taken=bound.taken)


def respond(bound: Bound, nonce: str, seconds: int) -> None:
    """Become a process of nobody's that answers, and never return."""
    try:
        os.setsid()
        # Whatever happens, the kernel ends it.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(seconds + 2)
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        kept = {one.fileno() for one in bound.sockets}
        # Ansible waits for whoever holds what it reads from.
        for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - the numbers, no paths
            if int(name) > 2 and int(name) not in kept:
                _close(int(name))
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        os.chdir("/")
        serve(bound.sockets, nonce, seconds)
    finally:
        os._exit(0)


def _close(descriptor: int) -> None:
    try:
        os.close(descriptor)
    except OSError:
        return


if __name__ == "__main__":
    main()
