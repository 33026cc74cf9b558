"""A repository of small packages in two releases, which stand in for those of a real one and are as careless."""

from __future__ import annotations

from pathlib import Path

from tests.hosts.enclosure import Enclosure
from tests.hosts.host import Host

ROOT = "/srv/stub"
ANSWER = "stub-focus stub-focus/password password Xq7vPz2LmW9dKt4R\n"
# Asks what must be answered, notes what it was told, starts its service without asking, and may be killed.
_CONFIG = """#!/bin/sh
. /usr/share/debconf/confmodule
db_input critical stub-focus/password || :
db_go
"""
_POSTINST = """#!/bin/sh
set -e
. /usr/share/debconf/confmodule
db_get stub-focus/password
[ "$RET" ] || exit 10
printf %s "$RET" >/etc/stub-focus.told
if [ -e /etc/stub-focus.fails ]; then echo "cannot use $RET" >&2; exit 3; fi
if rm /etc/stub-focus.kills 2>/dev/null; then kill -9 "$PPID"; fi
deb-systemd-helper enable stub-focus.service >/dev/null
deb-systemd-invoke start stub-focus.service >/dev/null || :
systemctl restart stub-focus.service >/dev/null 2>&1 || :
"""
_UNIT = """[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/touch /etc/stub-focus.started
[Install]
WantedBy=multi-user.target
"""
_TEMPLATES = "Template: stub-focus/password\nType: password\nDescription: a password\n"
_FOCUS = {
    "DEBIAN/config": _CONFIG,
    "DEBIAN/postinst": _POSTINST,
    "DEBIAN/templates": _TEMPLATES,
    "lib/systemd/system/stub-focus.service": _UNIT,
}
_PACKAGES = [
    *(
        (
            ("stub-focus", f"1.0-{number}-1", "Depends: debconf\nRecommends: stub-turnserver\n", _FOCUS),
            ("stub-web", f"1.0.{number}-1", "Depends: stub-common\n", {}),
            (
                "stub-meet",
                f"2.0.{number}-1",
                f"Depends: stub-focus (= 1.0-{number}-1), stub-web (= 1.0.{number}-1)\n",
                {},
            ),
        )
        for number in (1, 2)
    ),
    (
        ("stub-common", "1", "", {}),
        ("stub-turnserver", "1", "", {}),
        ("stub-other", "1", "", {}),
        ("stub-user", "1", "Depends: stub-other\n", {}),
        ("stub-greedy", "1", "Conflicts: stub-other\n", {}),
    ),
]


def make_repository(place: Enclosure, path: Path) -> str:
    """Make it, and return the fingerprint of its key."""
    for number, (name, version, fields, files) in enumerate(one for release in _PACKAGES for one in release):
        _build(place, path, f"{path.name}-{number}", name, version, fields, files)
    index = place.run("apt-ftparchive", "packages", ".", cwd=path)
    (path / "Packages").write_text(index)
    (path / "Release").write_text(place.run("apt-ftparchive", "release", ".", cwd=path))
    keys = f"/run/{path.name}"
    place.run("mkdir", "-m", "700", keys)
    gpg = ("gpg", "--homedir", keys, "--batch", "--quiet", "--passphrase", "")
    place.run(*gpg, "--quick-generate-key", "stub@example.org", "ed25519", "sign", "never")
    place.run(*gpg, "--clearsign", "--output", path / "InRelease", path / "Release")
    place.run(*gpg, "--armor", "--output", path / "key.asc", "--export")
    listed = place.run(*gpg, "--with-colons", "--fingerprint")
    return next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr:"))


def bring(host: Host, path: Path, to: str) -> None:
    """Copy a directory to a host."""
    packed = host.bed.place.tried("sh", "-c", f"tar -C {path} -cz . | base64 -w0").stdout
    host.run(f"mkdir -p {to} && base64 -d | tar -xz -C {to} --no-same-owner", text=packed)


def repository(fingerprint: str, **changed: object) -> dict[str, object]:
    """Return it as the module takes it."""
    known = {"name": "stub", "uri": f"file:{ROOT}", "suites": ["./"], "fingerprint": fingerprint}
    return {**known, "key_uri": f"file:{ROOT}/key.asc", **changed}


def _build(
    place: Enclosure, path: Path, tree: str, name: str, version: str, fields: str, files: dict[str, str]
) -> None:
    control = f"Package: {name}\nVersion: {version}\nArchitecture: all\n{fields}"
    control += "Maintainer: Nobody <nobody@example.org>\nDescription: stands in for another\n"
    for file, text in {"DEBIAN/control": control, **files}.items():
        target = path.parent / tree / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        target.chmod(0o755 if text.startswith("#!") else 0o644)
    place.run("dpkg-deb", "--root-owner-group", "-Znone", "--build", path.parent / tree, path)
