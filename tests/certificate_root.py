"""A directory that stands for a server's root, in which the program runs that keeps certificates good."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.readers import directory, program

PROGRAM, SETTINGS = "/usr/local/sbin/jitsi-migrate-certificates", "/etc/default/jitsi-migrate-certificates"
# A stand-in for the one program that a test has none to talk to.
SYSTEMCTL = """#!/bin/sh
[ "$1" != is-active ] || { grep -qx "$3" "$0.running"; exit; }
echo "$*" >>"$0.called"
[ ! -e "$0.failing" ]
"""
AUTHORITY = "var/lib/jitsi-migrate/authority/ca"


@dataclass(frozen=True)
class Root:
    """A directory that stands for a server's root."""

    path: Path

    def prepare(self, found: Mapping[str, str], web: str, *places: str) -> None:
        """Put the program there, and what packages and the role of certificates bring before it: a pair for nginx."""
        for place in (*places, SETTINGS[1:], PROGRAM[1:], "run/lock/x", "bin/x"):
            (self.path / place).parent.mkdir(parents=True, exist_ok=True)
        for place in (SETTINGS, PROGRAM):
            text = re.sub(r'="/(etc|var|run)/', rf'="{self.path}/\1/', found[place])
            (self.path / place[1:]).write_text(text.replace("PATH=", f"PATH={self.path}/bin:", 1))
        self.running()
        (self.path / "bin/systemctl").write_text(SYSTEMCTL)
        (self.path / "bin/systemctl").chmod(0o755)
        if web:
            self.pair(web, "/CN=first")

    def running(self, *services: str) -> None:
        """Say which services run."""
        (self.path / "bin/systemctl.running").write_text("".join(f"{name}\n" for name in services))

    def pair(self, stem: str, subject: str, ends: tuple[str, str] = (".crt", ".key")) -> None:
        """Make a pair that signs itself."""
        certificate, key = (self.path / f"{stem}{end}" for end in ends)
        certificate.parent.mkdir(parents=True, exist_ok=True)
        openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "90"),
            *("-subj", subject, "-out", certificate, "-keyout", key),
        )

    def tried(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Run the program."""
        command = [program("dash", "dash"), self.path / PROGRAM[1:], *options]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    def run(self, *options: str) -> list[str]:
        """Run the program, which must succeed, and return what it says, without where its root is."""
        done = self.tried(*options)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.replace(f"{self.path}/", "").splitlines()

    def called(self) -> list[str]:
        """Return what services were told since this was last asked."""
        path = self.path / "bin/systemctl.called"
        told = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return told

    def accepted(self, stem: str, name: str) -> bool:
        """Tell whether who trusts the authority accepts a certificate for a name."""
        trusting = ("-no-CApath", "-no-CAstore", "-CAfile", self.path / f"{AUTHORITY}.crt", "-verify_hostname", name)
        done = openssl("verify", *trusting, self.path / f"{stem}.crt", check=False)
        return done.returncode == 0


def openssl(*words: object, check: bool = True) -> subprocess.CompletedProcess[bytes]:
    """Run OpenSSL."""
    return subprocess.run([program("openssl", "openssl"), *map(str, words)], capture_output=True, check=check)


@contextmanager
def new_root(users: Mapping[str, str]) -> Iterator[Root]:
    """Yield an empty one; `users` are programs whose users own files there, with their packages."""
    for name, package in users.items():
        program(name, package)
    if os.geteuid():
        pytest.skip("only root gives files to others")
    with directory() as made:
        made.chmod(0o755)
        yield Root(made)
