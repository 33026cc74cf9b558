"""Units of systemd: how they stand, what is to do, and whether they serve."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from http.client import HTTPException
from pathlib import Path
from subprocess import CompletedProcess
from typing import NamedTuple
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

from ansible.module_utils.jitsi_migrate_programs import tried
from ansible.module_utils.jitsi_migrate_refused import Refused

PROPERTIES = (
    *("LoadState", "UnitFileState", "ActiveState", "NeedDaemonReload"),
    *("ConditionResult", "ConditionTimestampMonotonic", "InactiveExitTimestampMonotonic"),
)
# How the kernel writes that a socket waits for connections; one of UDP is just there.
LISTENING = {"tcp": "0A", "udp": "07"}
PAUSE = 0.2
LINES, LONGEST = 6, 300  # of what is quoted; the second in characters
TAIL = 65536  # bytes of a log that are looked at
# What dpkg writes when it puts a version of a package in place.
DPKG = Path("/var/lib/dpkg/info")


class Unit(NamedTuple):
    """A unit that is to run.

    `listens` are ports such as 5222/tcp. `url` is what answers when it works, without a line that matches `not_yet`.
    `log` is where it writes what does not reach the journal.
    What it is made of are `packages`, and it reads the files of `reads` only when it starts.
    `complaint` matches what it logs when it starts without a part of itself.
    """

    name: str
    listens: Sequence[str] = ()
    url: str | None = None
    not_yet: str | None = None
    log: str | None = None
    packages: Sequence[str] = ()
    reads: Sequence[str] = ()
    complaint: str | None = None

    @property
    def id(self) -> str:
        """The name that systemd knows it by."""
        return f"{self.name}.service"

    def outdates(self, since: float) -> bool:
        """Tell whether a process of that age is older than its program, or than what it has read."""
        files = [*(DPKG / f"{package}.list" for package in self.packages), *map(Path, self.reads)]
        return any(path.exists() and path.stat().st_mtime > since for path in files)


class Moment(NamedTuple):
    """From when on a unit's words count: what is written in its log by then is older."""

    time: float
    written: int = 0


class Standing(NamedTuple):
    """How a unit stands. `known`: there is one, be it masked. `outdated`: it runs what is not there any more."""

    known: bool
    masked: bool
    enabled: bool
    running: bool
    stale: bool
    outdated: bool


def standings(units: Sequence[Unit]) -> dict[str, Standing]:
    """Return how units stand, by their names."""
    if not units:
        return {}
    told = systemctl("show", f"--property={','.join(PROPERTIES)}", *(unit.id for unit in units))
    blocks = [dict(line.split("=", 1) for line in block.splitlines()) for block in told.stdout.strip().split("\n\n")]
    return {unit.name: _standing(unit, block) for unit, block in zip(units, blocks)}


def _standing(unit: Unit, told: dict[str, str]) -> Standing:
    file = told["UnitFileState"]
    # What is made from an old start script has no state of its own.
    enabled = systemctl("is-enabled", unit.id).returncode == 0 if file in ("generated", "bad") else file != "disabled"
    return Standing(
        told["LoadState"] != "not-found",
        told["LoadState"] == "masked",
        enabled and bool(file) and not file.startswith("masked"),
        # A unit of a condition that this server does not meet has done all that it will do.
        told["ActiveState"] in ("active", "reloading") or _needless(told),
        told["NeedDaemonReload"] == "yes",
        unit.outdates(_since(told)),
    )


def _since(told: dict[str, str]) -> float:
    """Return when the unit began to start, by the clock of today: it may have been set meanwhile."""
    return time.time() - time.monotonic() + int(told["InactiveExitTimestampMonotonic"]) / 1_000_000


def _needless(told: dict[str, str]) -> bool:
    tried = told["ConditionTimestampMonotonic"] != "0"
    return tried and (told["LoadState"], told["ActiveState"], told["ConditionResult"]) == ("loaded", "inactive", "no")


def steps(standing: Standing, *, restart: bool, reload: bool) -> list[str]:
    """Return what systemctl has to do so that the unit runs as it should."""
    masked = ["unmask"] if standing.masked else []
    disabled = [] if standing.enabled else ["enable"]
    if not standing.running:
        return [*masked, *disabled, "start"]
    return [*masked, *disabled, *(["restart"] if restart or standing.outdated else ["reload"] if reload else [])]


def ending(standing: Standing) -> list[str]:
    """Return what systemctl has to do so that the unit does not run, nor at the next boot."""
    return [*(["stop"] if standing.running else []), *(["disable"] if standing.enabled else [])]


def carry_out(unit: Unit, doing: Sequence[str], within: float) -> None:
    """Do steps, and wait until the unit serves. Raises Refused, with the unit's last words."""
    since = Moment(time.time(), _size(unit.log) if doing and unit.log else 0)
    take(unit, doing, since)
    lacking = awaited(unit, time.monotonic() + within)
    if lacking:
        raise Refused(f"{unit.name} does not work {within:.0f} s later: {lacking}{last_words(unit, since)}")
    missing = complaints(unit)
    if missing:
        raise Refused(f"{unit.name} runs, but without a part of it: {' | '.join(missing)}")


def take(unit: Unit, doing: Sequence[str], since: Moment) -> None:
    """Do steps. Raises Refused, with the unit's last words since then."""
    for step in doing:
        if step in ("start", "restart"):
            # Whoever failed too often is not started any more.
            systemctl("reset-failed", unit.id)
        done = systemctl(step, unit.id)
        if done.returncode:
            reason = f"{unit.name} cannot be {_PAST[step]}: {done.stderr.strip().partition(chr(10))[0].rstrip('.')}"
            raise Refused(reason + last_words(unit, since))


_PAST = {
    "unmask": "unmasked",
    "enable": "enabled",
    "start": "started",
    "restart": "restarted",
    "reload": "reloaded",
    "stop": "stopped",
    "disable": "disabled",
}


def awaited(unit: Unit, deadline: float) -> str:
    """Wait until a unit serves. Return what it lacks if it does not in time, else nothing."""
    while True:
        lacking = next(lacks(unit), "")
        if not lacking or time.monotonic() > deadline:
            return lacking
        time.sleep(PAUSE)


def lacks(unit: Unit) -> Iterator[str]:
    """Yield what a unit lacks."""
    if not standings([unit])[unit.name].running:
        yield "it has ended"
    for port in unit.listens:
        number, _, protocol = port.partition("/")
        holders = set(_holders(int(number), protocol))
        if not holders:
            yield f"nothing listens on port {port}"
        elif strange := {socket for socket in holders if not _belongs(socket, unit)}:
            # Be it by one family or on one address only: there people would meet that program.
            yield f"another program listens on port {port}, {_owner(strange)}"
    if unit.url:
        yield from _answers(unit.url, unit.not_yet)


def _holders(port: int, protocol: str) -> Iterator[str]:
    """Yield the sockets of a port, on any address."""
    for table in (protocol, f"{protocol}6"):
        path = Path(f"/proc/net/{table}")
        for line in path.read_text().splitlines()[1:] if path.exists() else []:
            fields = line.split()
            if int(fields[1].rpartition(":")[2], 16) == port and fields[3] == LISTENING[protocol]:
                yield f"socket:[{fields[9]}]"


def _belongs(socket: str, unit: Unit) -> bool:
    return any(socket in _sockets(process) for process in _processes() if f"/{unit.id}" in _group(process))


def _owner(sockets: set[str]) -> str:
    owners = (process for process in _processes() if sockets & _sockets(process))
    return next((f"{(one / 'comm').read_text().strip()} (process {one.name})" for one in owners), "of the kernel")


def _processes() -> Iterator[Path]:
    return (path for path in Path("/proc").iterdir() if path.name.isdigit())


def _group(process: Path) -> str:
    try:
        return (process / "cgroup").read_text()
    except OSError:
        return ""


def _sockets(process: Path) -> set[str]:
    try:
        return {str(path.readlink()) for path in (process / "fd").iterdir()}
    except OSError:
        # It has just ended, or closed one.
        return set()


def _answers(url: str, not_yet: str | None) -> Iterator[str]:
    """Yield why what an address answers is not what it should be."""
    try:
        # A proxy of the environment has nothing to do with addresses of this server.
        with build_opener(ProxyHandler({})).open(url, timeout=5) as response:
            found = re.search(not_yet, response.read().decode("utf-8", "replace"), re.MULTILINE) if not_yet else None
    except HTTPError as error:
        said = error.read().decode("utf-8", "replace").strip().partition("\n")[0]
        yield f"{url} answers: {said[:LONGEST] or error.reason}"
    except URLError as error:
        yield f"{url} answers: {error.reason}"
    except (OSError, HTTPException) as error:
        yield f"{url} answers: {error}"
    else:
        if found:
            yield f"{url} still says: {found[0]}"


def complaints(unit: Unit) -> list[str]:
    """Return what a unit has complained about since it last started, each complaint once."""
    if not unit.complaint:
        return []
    start = systemctl("show", "--property=InvocationID", "--value", unit.id).stdout.strip()
    lines = tried("journalctl", "--output=cat", "--no-pager", f"_SYSTEMD_INVOCATION_ID={start}").stdout.splitlines()
    return list(dict.fromkeys(line for line in lines if re.search(unit.complaint, line)))


def last_words(unit: Unit, since: Moment) -> str:
    """Return the last lines that a unit logged since a moment, as the end of a message."""
    options = ("--output=cat", "--no-pager", f"--since=@{since.time:.0f}")
    told = tried("journalctl", f"--unit={unit.id}", f"--lines={LINES}", *options).stdout.splitlines()
    lines = [line for line in dict.fromkeys(told) if line.strip() and not _OF_SYSTEMD.match(line)]
    lines += _written(unit.log, since.written) if unit.log else []
    places = [f"journalctl --unit={unit.name}", *([unit.log] if unit.log else [])]
    return ". It says: " + " | ".join(lines) if lines else f". See: {', '.join(places)}"


def _written(log: str, start: int) -> list[str]:
    """Return the last lines of a log that tell of a failure, after `start` bytes; any lines where none does."""
    size = _size(log)
    try:
        with Path(log).open("rb") as stream:
            # A log that was begun anew is shorter.
            stream.seek(max(start if start <= size else 0, size - TAIL))
            lines = [line.strip()[:LONGEST] for line in stream.read().decode("utf-8", "replace").splitlines()]
    except OSError:
        return []
    telling = [line for line in lines if _OF_FAILURE.search(line) and not line.startswith("at ")]
    return (telling or [line for line in lines if line])[-LINES:]


def _size(path: str) -> int:
    return Path(path).stat().st_size if Path(path).exists() else 0


_OF_SYSTEMD = re.compile("-- |Start(ed|ing) |Stop(ped|ping) |Reload(ed|ing) ")
# As Java writes it.
_OF_FAILURE = re.compile(r"\b(SEVERE|WARNING|Caused by|FATAL)\b|Exception|Error\b")


def systemctl(*words: str) -> CompletedProcess[str]:
    """Run systemctl."""
    done: CompletedProcess[str] = tried("systemctl", "--no-ask-password", *words)
    return done
