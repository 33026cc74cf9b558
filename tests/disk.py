"""Disks that are full or write-protected, real ones: a mock knows only the errors one thought of."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(directory: Path, kilobytes: int) -> Iterator[Path]:
    """Mount a small file system; skip the test where that is not allowed."""
    if os.geteuid() != 0:
        pytest.skip("to mount a small disk needs root")
    mount_point = directory / "small-disk"
    mount_point.mkdir()
    _mount("-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(mount_point))
    try:
        yield mount_point
    finally:
        subprocess.run(["umount", "-l", mount_point], check=True)


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Fill a disk to the last byte while the block runs."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as stream:
        try:
            while stream.write(bytes(512)):
                pass
        except OSError:
            pass
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def write_protected(directory: Path) -> Iterator[None]:
    """Make a directory read-only while the block runs; permissions mean nothing to root, so root mounts it so."""
    if os.geteuid() != 0:
        directory.chmod(0o500)
        try:
            yield
        finally:
            directory.chmod(0o700)
        return
    _mount("--bind", str(directory), str(directory))
    try:
        _mount("-o", "remount,bind,ro", str(directory))
        yield
    finally:
        subprocess.run(["umount", "-l", directory], check=True)


def _mount(*arguments: str) -> None:
    result = subprocess.run(["mount", *arguments], check=False, capture_output=True, text=True)
    if result.returncode:
        pytest.skip(f"this machine does not let root mount: {result.stderr.strip()}")
