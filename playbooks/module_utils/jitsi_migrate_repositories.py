"""The files that tell apt of repositories, their keys, and which versions to take."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible.module_utils.jitsi_migrate_apt import ETC, Apt
from ansible.module_utils.jitsi_migrate_openpgp import NoKey, armored, certificates
from ansible.module_utils.jitsi_migrate_refused import Refused

PREFERENCES = ETC / "preferences.d" / "jitsi-migrate"
HEAD = "# Managed by jitsi-migrate: change migrate.toml and render again.\n"
DEBIAN = "/usr/share/keyrings/debian-archive-keyring.gpg"
_SIGNED_BY = re.compile(r"^[^#\n]*signed-by[:=]\s*(/[^\s\],]+)", re.IGNORECASE | re.MULTILINE)
# Never; also if that is an older one; rather than the distribution's own. See apt_preferences(5).
NEVER, ALWAYS, RATHER = -1, 1001, 990


def source_files(apt: Apt, repositories: Sequence[Mapping[str, Any]], codename: str) -> dict[Path, str]:
    """Return the files of the repositories and of their keys."""
    files: dict[Path, str] = {}
    for repository in repositories:
        source = ETC / "sources.list.d" / f"{repository['name']}.sources"
        if repository["uri"]:
            keyring, uri = repository["keyring"], repository["uri"]
        else:
            found = _own_mirror(apt, repository, codename, source)
            if not found:
                continue
            uri, keyring = found
        if not keyring:
            key = ETC / "keyrings" / f"{repository['name']}.asc"
            files[key] = _key(apt, repository, key)
            keyring = str(key)
        files[source] = _source(repository, uri, keyring)
    return files


def preferences(kept_out: Iterable[str], versions: Mapping[str, str], repositories: Sequence[Mapping[str, Any]]) -> str:
    """Return which versions apt shall take of what."""
    stanzas = []
    if kept_out:
        stanzas.append(_stanza(" ".join(sorted(kept_out)), "version *", NEVER))
    for repository in repositories:
        if repository["packages"]:
            names = " ".join(sorted(repository["packages"]))
            stanzas.append(_stanza(names, f"release n={repository['suites'][0]}", RATHER))
    stanzas += [_stanza(name, f"version {version}", ALWAYS) for name, version in sorted(versions.items())]
    return HEAD + "\n".join(stanzas)


def _stanza(packages: str, pin: str, priority: int) -> str:
    return f"Package: {packages}\nPin: {pin}\nPin-Priority: {priority}\n"


def _source(repository: Mapping[str, Any], uri: str, keyring: str) -> str:
    components = " ".join(repository["components"])
    return (
        f"{HEAD}Types: deb\nURIs: {uri}\nSuites: {' '.join(repository['suites'])}\n"
        + f"Components: {components}\n" * bool(components)
        + f"Signed-By: {keyring}\n"
    )


def _own_mirror(apt: Apt, repository: Mapping[str, Any], codename: str, source: Path) -> tuple[str, str] | None:
    """Return address and keyring of the host's own mirror, None if that has the suites already."""
    ours = apt.place(source)
    if all(any(file != ours for file, _ in apt.mirrors(suite)) for suite in repository["suites"]):
        return None
    if not any(apt.mirrors(codename)) and not apt.is_updated:
        apt.update()
    for file, uri in apt.mirrors(codename):
        named = _SIGNED_BY.search(file.read_text("utf-8", "replace"))
        return uri, named[1] if named else DEBIAN
    raise Refused(
        f"apt knows no mirror of Debian {codename} that could have {', '.join(repository['suites'])}: "
        f"name one as repositories.{repository['name']} in migrate.toml"
    )


def _key(apt: Apt, repository: Mapping[str, Any], path: Path) -> str:
    """Return a repository's key: the one that was given, or the expected one."""
    if repository["key"]:
        try:
            certificates(repository["key"].encode())
        except NoKey:
            raise Refused(f"the key of the repository {repository['name']} is no OpenPGP key of version 4") from None
        return str(repository["key"]).strip() + "\n"
    expected = repository["fingerprint"].replace(" ", "").upper()
    standing = path.read_bytes() if path.is_file() else b""
    try:
        if [*certificates(standing)] == [expected]:
            return standing.decode("ascii")
    except (NoKey, UnicodeDecodeError):
        pass
    return _fetched(apt, repository["key_uri"], expected)


def _fetched(apt: Apt, uri: str, expected: str) -> str:
    try:
        found = certificates(apt.fetch(uri))
    except NoKey:
        raise Refused(f"{uri}: is no OpenPGP key of version 4") from None
    if expected not in found:
        raise Refused(
            f"{uri}: is the key {', '.join(found)} and not {expected}, so nothing that it signed is trusted. Is it "
            "your mirror's own key? Then save it in the site directory and name it as repositories.jitsi_key"
        )
    return str(armored(found[expected]))
