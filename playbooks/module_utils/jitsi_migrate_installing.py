"""One installation, step by step. Whatever it finds to do it shows, and does unless it only checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import unified_diff
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from ansible.module_utils.jitsi_migrate_apt import Apt, Change
from ansible.module_utils.jitsi_migrate_debconf import Answer, set_answers, unanswered
from ansible.module_utils.jitsi_migrate_installed import (
    Record,
    complete,
    hold,
    interrupted,
    keep,
    packages,
    read_record,
)
from ansible.module_utils.jitsi_migrate_locks import wait_for_locks
from ansible.module_utils.jitsi_migrate_openpgp import NoKey, certificates
from ansible.module_utils.jitsi_migrate_policy import Policy
from ansible.module_utils.jitsi_migrate_refused import Refused
from ansible.module_utils.jitsi_migrate_repositories import PREFERENCES, preferences, source_files
from ansible.module_utils.jitsi_migrate_system import distribution

CODENAMES = {"debian-12": "bookworm", "debian-13": "trixie"}


class Installation:
    """What is wanted, what was done for it in `changes`, and all that in words in `diff`."""

    def __init__(self, wanted: Mapping[str, Any], apt: Apt, answers: Sequence[Answer], *, check: bool) -> None:
        self._wanted, self._apt, self._answers, self._check = wanted, apt, answers, check
        self._path = Path(wanted["record"])
        self._record = read_record(self._path)
        self._policy = Policy(wanted["packages"])
        self.changes: list[Change] = []
        self.diff: list[str] = []

    def carry_out(self) -> None:
        """Do it all."""
        refuse_another_system(distribution(), self._wanted["distribution"])
        if not self._check:
            # First of all: what an interrupted run started may still be running, and relies on the policy.
            wait_for_locks(self._wanted["patience"])
        self._restore_policy()
        versions = self._tell_apt()
        self._refuse_kept_out()
        self._answer()
        self._repair()
        self._install(versions)
        self._hold(versions)
        self._keep(self._record)

    def _restore_policy(self) -> None:
        if self._policy.left_behind:
            self._show("left behind by an interrupted installation", self._policy.left_behind, [])
            if not self._check:
                self._policy.restore()

    def _tell_apt(self) -> dict[str, str]:
        """Let apt know the repositories and the release, and return the release's versions."""
        codename = CODENAMES[self._wanted["distribution"]]
        files: dict[Path, str | None] = {**source_files(self._apt, self._wanted["repositories"], codename)}
        unwanted = [Path(path) for path in self._record.files if Path(path) not in {*files, PREFERENCES}]
        self._write({**files, **dict.fromkeys(unwanted)})
        versions = self._versions()
        self._write({PREFERENCES: preferences(self._wanted["kept_out"], versions, self._wanted["repositories"])})
        self._record = self._record._replace(
            files=tuple(str(path) for path in (*files, PREFERENCES)),
            release=self._pattern,
            versions=tuple(sorted(versions.items())),
        )
        return versions

    def _write(self, files: Mapping[Path, str | None]) -> None:
        standing = {path: path.read_text("utf-8", "replace") if path.is_file() else None for path in files}
        differing = {path: text for path, text in files.items() if standing[path] != text}
        for path, text in differing.items():
            self._show(str(path), lines(path, standing[path]), lines(path, text))
        if not differing:
            return
        # Known as ours before they are there.
        known = {*self._record.files, *map(str, files)}
        self._keep(self._record._replace(files=tuple(sorted(known))))
        self._apt.write(files if self._check else differing)
        if {*differing} != {PREFERENCES}:
            self._apt.update()

    @property
    def _pattern(self) -> str:
        release = self._wanted["release"]
        return f"{release['package']} {release['version']}" if release else ""

    def _versions(self) -> dict[str, str]:
        release = self._wanted["release"]
        if not release:
            return {}
        found: dict[str, str] = self._apt.release(release["package"], release["version"])
        if not found and self._record.release == self._pattern:
            return dict(self._record.versions)  # gone from the repository; what is installed stays what it is
        if not found and not self._apt.is_updated:
            self._apt.update()
            found = self._apt.release(release["package"], release["version"])
        if not found:
            others = ", ".join(self._apt.versions(release["package"])) or "none at all"
            raise Refused(
                f"apt knows no version {release['version']} of {release['package']}, but {others}. "
                "Name the release that you want in migrate.toml, or a mirror that has it"
            )
        return found

    def _refuse_kept_out(self) -> None:
        there = sorted({*self._wanted["kept_out"]} & packages().keys())
        if there:
            raise Refused(
                f"{', '.join(there)}: installed here, and {self._wanted['kept_out_because']}. "
                f"Remove it first: apt purge {' '.join(there)}"
            )

    def _answer(self) -> None:
        lacking = unanswered(self._answers)
        if lacking:
            self._show("debconf", [], [f"{answer.question}: answered" for answer in lacking])
            if not self._check:
                set_answers(lacking)

    def _repair(self) -> None:
        broken = interrupted(packages())
        if not broken:
            return
        self._show("dpkg", [f"interrupted: {what}" for what in broken], [])
        if not self._check:
            with self._policy.no_starts():
                complete()

    def _install(self, versions: Mapping[str, str]) -> None:
        wanted = self._requested(versions)
        if not wanted:
            return
        if not self._apt.is_updated:
            self._apt.update()  # old lists name files that are gone
        self.changes = self._apt.simulate(wanted)
        self._show(
            "packages",
            [f"{change.name} {change.old}" for change in self.changes if change.old],
            [f"{change.name} {change.new}" for change in self.changes],
        )
        if self._check:
            return
        new = {change.name for change in self.changes if not change.old}
        self._keep(self._record._replace(installed=tuple(sorted({*self._record.installed, *new}))))
        with self._policy.no_starts():
            self._apt.install(wanted)
        broken = interrupted(packages())
        if broken:
            raise Refused(f"dpkg has left these half way: {', '.join(broken)}. Run it again, or see dpkg --audit")

    def _requested(self, versions: Mapping[str, str]) -> list[str]:
        """Return what apt is asked for: what is missing, broken, or not at its version."""
        known = packages()
        suites = {
            name: (pattern, repository["suites"][0])
            for repository in self._wanted["repositories"]
            for name, pattern in repository["packages"].items()
        }
        requested = []
        # The release's other packages count where they are there, such as by hand.
        for name in dict.fromkeys([*self._wanted["packages"], *(versions.keys() & known.keys())]):
            standing = known.get(name)
            pattern, suite = suites.get(name, (versions.get(name, "*"), ""))
            if not (standing and standing.is_whole and fnmatchcase(standing.version, pattern)):
                requested.append(f"{name}={versions[name]}" if name in versions else f"{name}/{suite}".rstrip("/"))
        return requested

    def _hold(self, versions: Mapping[str, str]) -> None:
        known = packages()
        coming = {change.name for change in self.changes} | {name for name in known if not known[name].is_held}
        names = sorted(coming & versions.keys())
        if names:
            self._show("holds", [], [f"{name} held" for name in names])
            if not self._check:
                hold(names)

    def _keep(self, record: Record) -> None:
        self._record = record
        if not self._check and record != read_record(self._path):
            keep(self._path, record)

    def _show(self, what: str, old: Sequence[str], new: Sequence[str]) -> None:
        self.diff.append("\n".join(unified_diff(old, new, what, what, n=0, lineterm="")) + "\n")


def refuse_another_system(found: str, wanted: str) -> None:
    """Raise Refused unless the host runs what the settings say."""
    if found != wanted:
        raise Refused(
            f"this host runs {found}, and its files were made for {wanted}. Set `distribution` in migrate.toml "
            "and render again, or use another host"
        )


def lines(path: Path, text: str | None) -> list[str]:
    """Return a file's lines as they are shown; of a key its fingerprint."""
    if text is None:
        return []
    if path.suffix != ".asc":
        return text.splitlines()
    try:
        return [f"the key {fingerprint}" for fingerprint in certificates(text.encode())]
    except NoKey:
        return ["no key"]
