"""Taking a deployment away: what records say is ours, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from ansible.module_utils.jitsi_migrate_apt import REMOVED, UNATTENDED
from ansible.module_utils.jitsi_migrate_files import put
from ansible.module_utils.jitsi_migrate_foreign import changed
from ansible.module_utils.jitsi_migrate_installed import complete, interrupted, packages
from ansible.module_utils.jitsi_migrate_programs import output, tried
from ansible.module_utils.jitsi_migrate_refused import Refused

# Of a script in /etc/init.d systemd makes a unit.
_UNIT = re.compile(r"(?:/usr)?/lib/systemd/system/([^/@]+\.(?:service|timer|socket|path))|/etc/init\.d/([^/]+)")
OWN_UNITS = Path("/etc/systemd/system")
# To stop it is to remove the rules of everybody.
_LEFT_ALONE = {"nftables.service"}
# Where others, too, tell a service what to serve, by its name and its package's.
_SHARED: Mapping[str, Sequence[str]] = {
    "nginx": ("etc/nginx/sites-enabled/*", "etc/nginx/conf.d/*.conf"),
    "prosody": ("etc/prosody/conf.d/*.cfg.lua",),
}
# Whoever holds a package back needs it, which is to be seen and not to be refused.
_APT = ("apt-get", *UNATTENDED, "--allow-change-held-packages", "--ignore-hold")


def shared(ours: Collection[str], root: Path = Path("/")) -> dict[str, list[str]]:
    """Return the services that serve others, too, each with the files by which they do, and which are not ours."""
    found = {}
    for name, patterns in _SHARED.items():
        paths = [path for pattern in patterns for path in sorted(root.glob(pattern)) if str(path) not in ours]
        # What a link leads to, as others would have changed it. One that leads nowhere, or to no file, serves nothing.
        targets = {path: str(path.resolve()) for path in paths if path.is_file()}
        foreign = {*changed(list(targets.values()))} - {*ours}
        theirs = [str(path) for path, target in targets.items() if target in foreign]
        if theirs:
            found[name] = theirs
    return found


def bring_back(names: Iterable[str]) -> None:
    """Let packages that stay have their own files again, in whose places ours were."""
    for name in names:
        told = output("dpkg-query", "--show", "--showformat=${Conffiles}\n", name)
        if any(not Path(line.split()[0]).exists() for line in told.splitlines() if line and " obsolete" not in line):
            output(*_APT, "-o", "Dpkg::Options::=--force-confmiss", "--reinstall", "install", name)


def units(installed: Iterable[str], paths: Iterable[str], staying: Iterable[str] = ()) -> list[str]:
    """Return the units of some packages, and those among some files, but for services that stay."""
    there = [name for name in installed if name in packages()]
    listed = output("dpkg-query", "--listfiles", *there).splitlines() if there else []
    found = {match[1] or f"{match[2]}.service" for match in map(_UNIT.fullmatch, listed) if match}
    own = {Path(path).name for path in paths if Path(path).parent == OWN_UNITS}
    return sorted(found - _LEFT_ALONE - {f"{name}.service" for name in staying} | own)


def running(names: Iterable[str]) -> list[str]:
    """Return those units that run, or that systemd starts at boot."""
    found = []
    for name in names:
        enabled = tried("systemctl", "is-enabled", name).stdout.strip() in ("enabled", "enabled-runtime")
        if enabled or not tried("systemctl", "is-active", "--quiet", name).returncode:
            found.append(name)
    return found


def stop(names: Collection[str]) -> None:
    """Stop units for good."""
    if names:
        output("systemctl", "disable", "--now", "--quiet", *names)


def removable(installed: Iterable[str], staying: Collection[str] = ()) -> tuple[list[str], list[str]]:
    """Return which packages can go, and which stay, as others need them by now."""
    known = packages()
    ours = {name for name in installed if name in known}
    going = ours - {*staying}
    while going:
        foreign = taken(going) - going
        if not foreign:
            break
        needed = {name for name in going if taken({name}) - going}
        going -= needed or going
    return sorted(going), sorted(ours - going)


def taken(names: Collection[str]) -> set[str]:
    """Return all packages that go with some."""
    done = tried(*_APT, "--simulate", "purge", *sorted(names))
    if done.returncode:
        raise Refused(f"apt cannot tell what would be removed. {done.stderr.strip()}")
    return set(REMOVED.findall(done.stdout))


def purge(names: Collection[str]) -> None:
    """Remove packages with their configuration."""
    if interrupted(packages()):
        complete()
    if names:
        output(*_APT, "purge", *sorted(names))


def release(names: Iterable[str]) -> list[str]:
    """Let others change packages again that were held; return which."""
    known = packages()
    held = sorted(name for name in names if name in known and known[name].is_held)
    if held:
        output("dpkg", "--set-selections", text="".join(f"{name} install\n" for name in held))
    return held


def prune(directories: Iterable[str]) -> list[str]:
    """Remove directories that are empty and belong to no package, and so those above them."""
    pruned = []
    for directory in sorted({path for name in directories for path in _above(Path(name))}, reverse=True):
        if directory.is_dir() and not directory.is_symlink() and not any(directory.iterdir()) and not _owned(directory):
            directory.rmdir()
            pruned.append(str(directory))
    return pruned


def _above(path: Path) -> Iterator[Path]:
    # Never what is next to the root, nor what administrators have for themselves.
    while len(path.parts) > 2 and not path.is_relative_to("/usr/local"):
        yield path
        path = path.parent


def _owned(path: Path) -> bool:
    return bool(tried("dpkg-query", "--search", str(path)).returncode == 0)


def noted(path: Path) -> list[str]:
    """Return the files that an interrupted run noted."""
    try:
        return [str(name) for name in json.loads(path.read_text("utf-8"))["files"]]
    except FileNotFoundError:
        return []
    except (ValueError, KeyError):
        raise Refused(f"{path}: cannot be read. Remove it; empty directories then stay") from None


def note(path: Path, files: Iterable[str]) -> None:
    """Note the files that are ours, as what tells so goes with them."""
    fields = {"format": "jitsi-migrate/removal", "version": 1, "files": sorted({*files})}
    put(path, (json.dumps(fields) + "\n").encode(), 0o600)
