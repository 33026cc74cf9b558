"""What a host is and has, as far as it can be read without a change."""

from __future__ import annotations

import ctypes
import json
import os
import platform
import re
import socket
from typing import Any

from ansible.module_utils.jitsi_migrate_files import text_of
from ansible.module_utils.jitsi_migrate_programs import said
from ansible.module_utils.jitsi_migrate_system import distribution, release

# Addresses of documentation: nothing is sent to them, only the kernel's choice of a route is asked for.
ELSEWHERE = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
UNSYNCHRONISED = 5
PROGRAM = re.compile(r'"([^"]*)",pid=(\d+)')
UNIT = re.compile(r"([^/]+\.(?:service|socket))$", re.MULTILINE)


def system() -> dict[str, Any]:
    """Return distribution, architecture and the like."""
    virtualisation = said("systemd-detect-virt", "--container").strip()
    return {
        "distribution": distribution(),
        "name": release().get("PRETTY_NAME", "an unknown system"),
        "architecture": said("dpkg", "--print-architecture").strip() or platform.machine(),
        "init": text_of("/proc/1/comm").strip(),
        "container": "" if virtualisation == "none" else virtualisation,
        "root": os.geteuid() == 0,
        "hostname": socket.gethostname(),
        "hostname_resolves": _resolves(socket.gethostname()),
    }


def size() -> dict[str, Any]:
    """Return how big the host is, in bytes and cores."""
    memory = re.search(r"^MemTotal:\s+(\d+) kB", text_of("/proc/meminfo"), re.MULTILINE)
    return {
        "memory": int(memory[1]) * 1024 if memory else 0,
        "cores": len(os.sched_getaffinity(0)),
        "disks": {path: _free(path) for path in ("/", "/var")},
    }


def synchronised() -> bool:
    """Tell whether the kernel's clock is kept by somebody."""
    state = ctypes.create_string_buffer(512)  # larger than the kernel's structure, and zero: nothing is set
    return int(ctypes.CDLL(None).adjtimex(state)) != UNSYNCHRONISED


def addresses() -> dict[str, Any]:
    """Return the addresses of the host's interfaces, and those by which it goes out."""
    try:
        links = json.loads(said("ip", "-json", "address", "show", "up"))
    except ValueError:
        links = []
    own = [one["local"] for link in links for one in link.get("addr_info", ()) if one.get("scope") == "global"]
    return {"own": own, "routed": [route for route in map(_route, ELSEWHERE) if route]}


def listening() -> list[dict[str, Any]]:
    """Return what listens: protocol, address, port, program and unit."""
    return [found for line in said("ss", "-Hlntup").splitlines() if (found := listener(line))]


def listener(line: str) -> dict[str, Any] | None:
    """Understand one line of `ss -Hlntup`."""
    words = line.split(None, 6)
    if len(words) < 6:
        return None
    address, _, port = words[4].rpartition(":")
    program = PROGRAM.search(words[6]) if len(words) > 6 else None
    return {
        "protocol": words[0],
        "address": address.partition("%")[0].strip("[]"),
        "port": int(port),
        "program": program[1] if program else "",
        "unit": _unit(program[2]) if program else "",
    }


def _unit(process: str) -> str:
    found = UNIT.search(text_of(f"/proc/{process}/cgroup"))
    return found[1] if found else ""


def _route(family: socket.AddressFamily) -> str:
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as one:
            one.connect((ELSEWHERE[family], 9))
            return str(one.getsockname()[0])
    except OSError:
        return ""


def _resolves(name: str) -> list[str]:
    try:
        return sorted({str(found[4][0]) for found in socket.getaddrinfo(name, None)})
    except OSError:
        return []


def _free(path: str) -> int:
    disk = os.statvfs(path)
    return disk.f_bavail * disk.f_frsize
