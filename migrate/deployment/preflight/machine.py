"""The host itself: its system, its size, its clock, and whether others use it."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.core.check import Finding, Needs, Seen
from migrate.deployment.preflight.findings import failed, gigabytes, listed, ok, warning

CLOCKS_APART = 5
"""Seconds that a clock may be wrong by: tokens and certificates go by it."""
_ADOPT = "Take another host, or take this one over: jitsi-migrate deploy --adopt saves all of it first."


def checks(needs: Needs, seen: Seen) -> Iterator[Finding]:
    """Yield what the host is and has."""
    yield from _system(needs, seen)
    yield from _size(needs, seen)
    yield from _clock(needs, seen)
    yield from _name(needs, seen)
    yield from _files(needs, seen)
    yield from _others(needs, seen)


def _system(needs: Needs, seen: Seen) -> Iterator[Finding]:
    system = seen.facts["system"]
    if not system["root"]:
        yield failed(needs, "not-root", "the login is not root's", "Set ansible_user=root, or ansible_become=true.")
    if system["distribution"] != needs.distribution:
        message = f"it runs {system['name']}, and the files are made for {needs.distribution}"
        yield failed(
            needs, "distribution", message, f"Install that, or change {needs.product}.distribution and render."
        )
    else:
        yield ok(needs, "distribution", system["name"])
    if system["architecture"] not in needs.architectures:
        message = f"its architecture is {system['architecture']}, and there are no packages for it"
        yield failed(needs, "architecture", message, f"Take a host with {' or '.join(needs.architectures)}.")
    else:
        yield ok(needs, "architecture", system["architecture"])
    if system["init"] != "systemd":
        message = f"its first process is {system['init']}, and services are started by systemd"
        yield failed(needs, "init", message, "Take a virtual machine, or a container that runs systemd.")
    if system["container"]:
        message = f"it is a container ({system['container']}), in which limits of the kernel cannot be raised"
        yield warning(needs, "container", message, "For many people, set net.core.rmem_max=10485760 on its host.")


def _size(needs: Needs, seen: Seen) -> Iterator[Finding]:
    size = seen.facts["size"]
    yield _enough(needs, "memory", "memory", size["memory"], needs.memory, "is enough for small meetings only")
    least, good = needs.disk
    tight = [path for path, free in sorted(size["disks"].items()) if free < good]
    for path in tight:
        yield _enough(needs, "disk", f"room on {path}", size["disks"][path], (least, good), "is soon used up")
    if not tight:
        yield ok(needs, "disk", f"{gigabytes(min(size['disks'].values()))} of room")
    if size["cores"] < needs.cores:
        message = f"it has {size['cores']} core, which is enough to try it only"
        yield warning(needs, "cores", message, "Give a bridge 4 cores or more.")
    else:
        yield ok(needs, "cores", f"{size['cores']} cores")


def _enough(needs: Needs, code: str, what: str, found: int, bounds: tuple[int, int], tight: str) -> Finding:
    least, good = bounds
    if found < least:
        message = f"{gigabytes(found)} of {what} is too little"
        return failed(needs, code, message, f"Give it {gigabytes(least)} at least; {gigabytes(good)} is good.")
    if found < good:
        message = f"{gigabytes(found)} of {what} {tight}"
        return warning(needs, code, message, f"Give it {gigabytes(good)} or more.")
    return ok(needs, code, f"{gigabytes(found)} of {what}")


def _clock(needs: Needs, seen: Seen) -> Iterator[Finding]:
    ahead = seen.ahead or 0
    if abs(ahead) > CLOCKS_APART:
        way = "ahead" if ahead > 0 else "behind"
        message = f"its clock is {abs(ahead):.0f} seconds {way} of this machine's"
        yield failed(needs, "clock", message, "One of both is wrong: certificates and tokens will not be accepted.")
    else:
        yield ok(needs, "clock", "its clock is right")
    if not seen.facts["synchronised"]:
        message = "nothing keeps its clock right"
        yield warning(needs, "time-service", message, "Run there: timedatectl set-ntp true")


def _name(needs: Needs, seen: Seen) -> Iterator[Finding]:
    system = seen.facts["system"]
    if not system["hostname_resolves"]:
        message = f"it does not know the address of its own name, {system['hostname']}"
        yield failed(needs, "hostname", message, f"Add it to /etc/hosts there: 127.0.1.1 {system['hostname']}")
    else:
        yield ok(needs, "hostname", f"it knows itself as {system['hostname']}")


def _files(needs: Needs, seen: Seen) -> Iterator[Finding]:
    missing = seen.facts["missing"]
    if missing:
        message = f"{listed(missing)}: the settings name it, and it is not there"
        yield failed(needs, "file-missing", message, "Put it there before you deploy.")
    elif needs.files:
        yield ok(needs, "file-missing", f"{listed(needs.files)}: there")


def _others(needs: Needs, seen: Seen) -> Iterator[Finding]:
    owner = seen.facts["owner"]
    if owner and owner != needs.domain:
        yield failed(needs, "other-deployment", f"it was taken for {owner}, another deployment", _ADOPT)
    for found in seen.facts["foreign"]:
        yield failed(needs, f"foreign-{found['kind']}", f"others set up {found['words']}", _ADOPT)
    if not seen.facts["foreign"] and owner in (None, "", needs.domain):
        yield ok(needs, "foreign", "nobody else uses it" if owner is None else "it is ours already")
