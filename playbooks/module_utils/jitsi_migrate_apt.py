"""What apt knows and would do. In check mode it works on copies, so that it tells the truth and changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from shutil import copytree, ignore_patterns
from tempfile import TemporaryDirectory
from typing import NamedTuple

from ansible.module_utils.jitsi_migrate_files import put
from ansible.module_utils.jitsi_migrate_programs import said, tried
from ansible.module_utils.jitsi_migrate_refused import Refused

ETC, LISTS = Path("/etc/apt"), Path("/var/lib/apt/lists")
# What is not asked for by name stays out: recommended packages ask servers of others, or edit files of others.
LEAN = ("--no-install-recommends", "-o", "APT::Install-Suggests=0")
# A version that we pin may be older than what stands there, and what we hold is changed by nobody else.
PINNED = ("--allow-downgrades", "--allow-change-held-packages")
# What the bundle placed stays.
KEEPING = ("-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold")
# Without a question; others who install are waited for once more.
UNATTENDED = ("-y", "-q", "-o", "Dpkg::Use-Pty=0", "-o", "DPkg::Lock::Timeout=60")
LAST = 15  # lines
_INSTALLED = re.compile(r"Inst (\S+)(?: \[([^\]]+)\])? \((\S+)")
REMOVED = re.compile(r"^(?:Remv|Purg) (\S+)", re.MULTILINE)
_EXACT = re.compile(r"([a-z0-9][a-z0-9+.-]+)(?::\w+)? \(= ([^)]+)\)")


class Change(NamedTuple):
    """A package that is installed, or gets another version."""

    name: str
    old: str  # nothing if it is not there yet
    new: str


class Apt:
    """apt, with the host's own files or with copies in a directory."""

    def __init__(self, copies: Path | None = None) -> None:
        self._copies = copies
        self._options = _options(copies) if copies else ()
        self.is_updated = False

    def place(self, path: Path) -> Path:
        """Return where a file of /etc/apt is written."""
        return self._copies / path.relative_to(ETC) if self._copies else path

    def write(self, files: Mapping[Path, str | None]) -> None:
        """Write files of /etc/apt; None takes one away."""
        for path, text in files.items():
            place = self.place(path)
            if text is None:
                place.unlink(missing_ok=True)
                continue
            # In another place keys are in another place.
            own = text.replace(f"{ETC}/keyrings/", f"{self.place(ETC / 'keyrings')}/")
            put(place, own.encode(), 0o644)

    def update(self) -> None:
        """Fetch what the repositories have."""
        done = tried("apt-get", *self._options, "update", "--error-on=any", "-q")
        if done.returncode:
            raise Refused(f"apt cannot learn what the repositories have. {reasons(done.stderr)}")
        self.is_updated = True

    def fetch(self, uri: str) -> bytes:
        """Return a file of a server, reached as apt reaches repositories."""
        with TemporaryDirectory() as directory:
            path = Path(directory) / "file"
            download(uri, path)
            return path.read_bytes()

    def release(self, package: str, pattern: str) -> dict[str, str]:
        """Return the newest version that fits a pattern, and those its dependencies name, by package."""
        for record in self._records(package):
            if fnmatchcase(record["Version"], pattern):
                needed = f"{record.get('Pre-Depends', '')}, {record.get('Depends', '')}"
                return {**dict(_EXACT.findall(needed)), package: record["Version"]}
        return {}

    def versions(self, package: str) -> list[str]:
        """Return the versions that can be had, the newest first."""
        return [record["Version"] for record in self._records(package)]

    def mirrors(self, codename: str) -> Iterator[tuple[Path, str]]:
        """Yield the repositories of a release of Debian: the file that names it, and its address."""
        fields = "$(SOURCESENTRY)|$(REPO_URI)"
        known = ("Created-By: Packages", "Component: main", f"Codename: {codename}")
        for line in tried("apt-get", *self._options, "indextargets", "--format", fields, *known).stdout.splitlines():
            entry, uri = line.split("|")
            yield Path(entry.rpartition(":")[0]), uri

    def simulate(self, wanted: Sequence[str]) -> list[Change]:
        """Return what an installation would change. Raises Refused if it would remove anything."""
        done = tried("apt-get", *self._options, *LEAN, *PINNED, "-s", "-q", "-f", "install", *wanted)
        removed = REMOVED.findall(done.stdout)
        if removed:
            raise Refused(
                f"apt would remove {', '.join(sorted(removed))} to install {', '.join(wanted)}. Nothing was installed: "
                "remove them yourself, or use another host"
            )
        if done.returncode:
            raise Refused(f"apt cannot install {', '.join(wanted)}. {reasons(done.stderr, done.stdout)}")
        return [Change(name, old, new) for name, old, new in _INSTALLED.findall(done.stdout)]

    def install(self, wanted: Sequence[str]) -> None:
        """Install it, and change nothing but that."""
        done = tried("apt-get", *LEAN, *PINNED, *KEEPING, *UNATTENDED, "-f", "--no-remove", "install", *wanted)
        if done.returncode:
            # Last come the words of the script that failed, and then dpkg's and apt's own.
            last = " | ".join((done.stdout + done.stderr).strip().splitlines()[-LAST:])
            raise Refused(f"apt could not install {', '.join(wanted)}. Run it again when that is put right: {last}")

    def _records(self, package: str) -> Iterator[dict[str, str]]:
        text = tried("apt-cache", *self._options, "--all-versions", "show", package).stdout
        for paragraph in text.strip().split("\n\n"):
            record = dict(line.split(": ", 1) for line in paragraph.splitlines() if re.match(r"[A-Z][\w-]*: ", line))
            if record.get("Package") == package:
                yield record


def download(uri: str, path: Path) -> None:
    """Fetch a file of a server as apt fetches packages: through its proxies, and trusting whom it trusts."""
    # Its sandbox's user may not write here.
    done = tried("/usr/lib/apt/apt-helper", "-o", "APT::Sandbox::User=root", "download-file", uri, str(path))
    if done.returncode:
        raise Refused(f"{uri}: cannot be fetched by this host. {reasons(done.stderr)}")


def proxies(address: str) -> dict[str, str] | None:
    """Return apt's own proxy for an address, None where the environment's is for it."""
    scheme = address.partition(":")[0]
    told = said("apt-config", "shell", "P", f"Acquire::{scheme}::Proxy").strip()
    return {scheme: told[3:-1]} if told.startswith("P='") else None


def reasons(*texts: str) -> str:
    """Return apt's reasons in one line."""
    lines = [line.strip() for text in texts for line in text.splitlines()]
    told = [line[2:].strip() for line in lines if line[:2] in ("E:", "W:")]
    unmet = [line for line in lines if " : " in line or line.startswith(("Depends:", "Breaks:", "Conflicts:"))]
    return f"apt says: {'; '.join(dict.fromkeys([*unmet, *told])) or ' '.join(lines)[-500:]}"


@contextmanager
def apt_for(*, check: bool) -> Iterator[Apt]:
    """Give apt of this host, in check mode with copies of its files."""
    if not check:
        yield Apt()
        return
    with TemporaryDirectory() as directory:
        copies = Path(directory)
        copies.chmod(0o755)
        copytree(ETC, copies, dirs_exist_ok=True, ignore=ignore_patterns("keyrings", "auth.conf*"))
        lists = copies / "lists"
        lists.mkdir()
        for path in LISTS.iterdir() if LISTS.is_dir() else ():
            if path.is_file() and path.name != "lock":
                (lists / path.name).symlink_to(path)
        yield Apt(copies)


def _options(copies: Path) -> tuple[str, ...]:
    places = {
        "Dir::Etc::SourceList": copies / "sources.list",
        "Dir::Etc::SourceParts": copies / "sources.list.d",
        "Dir::Etc::Preferences": copies / "preferences",
        "Dir::Etc::PreferencesParts": copies / "preferences.d",
        "Dir::State::Lists": copies / "lists",
        "Dir::Cache": copies / "cache",
        "APT::Sandbox::User": "root",
    }
    return tuple(word for name, value in places.items() for word in ("-o", f"{name}={value}"))
