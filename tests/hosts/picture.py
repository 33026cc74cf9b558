"""All of a host that a deployment may change, to be compared: what another run leaves must look the same.

Run as a program, which a host does, it prints the picture of where it runs.
"""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from grp import getgrall, getgrgid
from hashlib import sha256
from os import scandir
from pathlib import Path
from pwd import getpwall, getpwuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.hosts.bed import Bed

Pictures = Mapping[str, Mapping[str, Mapping[str, object]]]

# What programs write for themselves, not looked into.
_ELSEWHERE = re.compile(
    r"/(dev|proc|run|srv|sys|tmp|var/(backups|cache|lib/(apt|mysql|private|redis|systemd)|log|spool|tmp))$"
    r"|/(__pycache__|\.ansible|\.cache)$|/var/lib/(dpkg/(lock.*|triggers/Lock|.*-old)|ucf|prosody/prosody\.(pid|sock))$"
)
# What another run makes anew: keys and certificates, passwords with their salt, and what counts or has a time in it.
_OWN = re.compile(
    r"/etc/(?!letsencrypt/renewal-hooks).*(\.pem|\.crt|\.key|\.der|\.0)$|/var/lib/jitsi-migrate/authority/"
    r"|/etc/(ld\.so\.cache|machine-id|resolv\.conf|group|gshadow|passwd|shadow|sub.id)-?$|/etc/\.pwd\.lock$"
    r"|/etc/letsencrypt/(accounts|renewal|csr)|/etc/ssl/certs/|/usr/local/share/ca-certificates/"
    r"|/var/lib/(prosody|turn|letsencrypt|jitsi-migrate/certificates)/|/var/lib/dpkg/(available|status|statoverride)$"
    r"|/etc/jitsi/.*\.jks$|/\.(bash|python)_history$|/var/lib/dpkg/(info|triggers)/"
)
# What comes and goes by the clock, or with each connection.
_PASSING = re.compile(
    r"(apt-daily|certbot|dpkg-db-backup|e2scrub|fstrim|logrotate|nextcloud-cron|phpsessionclean|systemd-tmpfiles|systemd-update-utmp|user).*\.service|.*@.+"
    r"|jitsi-migrate-certificates\.service|.*\.(scope|mount|swap|device|slice)"
)
# What no two deployments have in common: how the ACME server names a server, since when it is ours, and the sums of
# certificates and keys by which services are told of new ones, and what Nextcloud calls itself.
_ITS_OWN = re.compile(
    r"path (/etc/letsencrypt/accounts/|/var/lib/jitsi-migrate/(ours|told/(coturn|nginx|prosody)):"
    r"|/var/www/nextcloud/config/config\.php:)"
)


def pictures(bed: Bed) -> Pictures:
    """Return what all hosts are made of, by host, kind and name."""
    source = Path(__file__).read_text("utf-8")
    return {name: json.loads(host.run("python3 -", text=source)) for name, host in bed.hosts.items()}


def differences(before: Pictures, after: Pictures, *leaving_out: str) -> list[str]:
    """Return what is not the same, a line each, and some kinds left out."""
    return [
        f"{host}: {kind} {name}: {old.get(name)} -> {new.get(name)}"
        for host, kinds in before.items()
        for kind, old, new in ((kind, old, after[host][kind]) for kind, old in kinds.items())
        for name in sorted(old.keys() | new.keys())
        if kind not in leaving_out and old.get(name) != new.get(name)
    ]


def unlike(one: Pictures, other: Pictures) -> list[str]:
    """Return what is not the same of two deployments, each from fresh servers."""
    return [line for line in differences(one, other, "process") if not _ITS_OWN.search(line)]


def _tree(directory: str = "/") -> Iterator[tuple[str, object]]:
    with scandir(directory) as entries:
        for entry in entries:
            if _ELSEWHERE.search(entry.path) or _is_of_systemd(entry.path):
                continue
            yield entry.path, _node(entry.path)
            if entry.is_dir(follow_symlinks=False):
                yield from _tree(entry.path)


def _is_of_systemd(name: str) -> bool:
    """Tell whether it is what a host's systemd leaves of itself when it crashes, as it now and then does at its end."""
    # The field of a core that names the program has sixteen bytes.
    return name == "/core" and b"systemd".ljust(16, b"\0") in Path(name).read_bytes()[:65536]


def _node(name: str) -> object:
    path = Path(name)
    status = path.lstat()
    rights = (stat.filemode(status.st_mode), getpwuid(status.st_uid).pw_name, getgrgid(status.st_gid).gr_name)
    if path.is_symlink():
        return (*rights, "" if _OWN.search(name) else str(path.readlink()))
    if not path.is_file() or _OWN.search(name):
        return rights
    return (*rights, sha256(path.read_bytes()).hexdigest()[:12])


def _users() -> Iterator[tuple[str, object]]:
    groups = getgrall()
    for user in getpwall():
        yield (
            user.pw_name,
            (user.pw_dir, user.pw_shell, sorted(one.gr_name for one in groups if user.pw_name in one.gr_mem)),
        )
    yield from ((f"group {one.gr_name}", sorted(one.gr_mem)) for one in groups)


def _units() -> Iterator[tuple[str, object]]:
    for line in _lines("systemctl", "list-unit-files", "--no-legend", "--plain", "--full"):
        name, state, *_ = line.split()
        if state != "transient":
            yield f"file {name}", state
    for line in _lines("systemctl", "list-units", "--all", "--no-legend", "--plain", "--full"):
        name, loaded, active, _ = line.split()[:4]
        if not _PASSING.fullmatch(name) and loaded != "not-found":
            yield name, (loaded, active)


def _packages() -> Iterator[tuple[str, object]]:
    form = r"${Package}\t${Version}\t${Status}\n"
    for line in _lines("dpkg-query", "--show", f"--showformat={form}"):
        name, *told = line.split("\t")
        yield name, told
    for name in _lines("apt-mark", "showmanual"):
        yield f"manual {name}", True


def _answers() -> Iterator[tuple[str, object]]:
    """Yield answers to packages' questions, secret ones unreadable."""
    for name in ("config.dat", "passwords.dat"):
        for stanza in Path("/var/cache/debconf", name).read_text("utf-8").strip().split("\n\n"):
            fields = dict(line.split(": ", 1) for line in stanza.splitlines() if ": " in line)
            if "Name" in fields:
                value = sha256(fields.get("Value", "").encode()).hexdigest()[:12]
                yield fields["Name"], (value, fields.get("Flags", ""))


def _kernel() -> Iterator[tuple[str, object]]:
    for path in Path("/etc/sysctl.d").glob("*.conf"):
        for name in re.findall(r"^([a-z]\S+)\s*=", path.read_text("utf-8"), re.MULTILINE):
            place = Path("/proc/sys", *name.split("."))
            yield name, place.read_text().split() if place.exists() else None


def _ports() -> Iterator[tuple[str, object]]:
    for line in _lines("ss", "--no-header", "--listening", "--tcp", "--udp", "--numeric", "--processes"):
        kind, _, _, _, address, *_ = line.split()
        yield f"{kind} {address}", sorted(set(re.findall(r'\("([^"]+)"', line)))


def _processes() -> Iterator[tuple[str, object]]:
    """Yield the processes of services, by unit, number and start."""
    for line in _lines("ps", "-e", "--no-headers", "--format", "unit:80,pid,lstart"):
        if ".service" in line and not _PASSING.fullmatch(line.split()[0]):
            yield " ".join(line.split()), True


def _lines(*command: str) -> list[str]:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def _print() -> None:
    rules = enumerate(
        _lines("nft", "--stateless", "--numeric", "list", "ruleset") if Path("/usr/sbin/nft").exists() else []
    )
    kinds = {
        "path": _tree(),
        "user": _users(),
        "unit": _units(),
        "package": _packages(),
        "answer": _answers(),
        "rule": ((f"{number:03} {line.strip()}", True) for number, line in rules),
        "setting": _kernel(),
        "port": _ports(),
        "process": _processes(),
    }
    json.dump({kind: dict(found) for kind, found in kinds.items()}, sys.stdout)


if __name__ == "__main__":
    _print()
