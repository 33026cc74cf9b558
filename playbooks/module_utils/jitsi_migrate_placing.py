"""Changing the server: what is new is made beside its place, validated there, and replaces the old at once."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ansible.module_utils.jitsi_migrate_files import beside, gid_of, set_rights, sync, uid_of, write
from ansible.module_utils.jitsi_migrate_masking import without
from ansible.module_utils.jitsi_migrate_plan import File, Link, Placed, Plan
from ansible.module_utils.jitsi_migrate_programs import ENVIRONMENT
from ansible.module_utils.jitsi_migrate_record import record_text
from ansible.module_utils.jitsi_migrate_refused import Refused

DIRECTORY_MODE, RECORD_MODE = 0o755, 0o600
PATIENCE = 60  # seconds for a validator
WORDS = 2000  # characters of a validator's words


class Server:
    """Changes the server: what is made is made beside its place first, and taken away if it gets no further."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self._contents = contents
        self._made: list[Path] = []
        self._touched: set[Path] = set()

    def prepare(self, plan: Plan) -> None:
        """Write all that is new beside its place, and have it validated."""
        for file in plan.new_files:
            self._make_directory(Path(file.path).parent)
            self._write_beside(file)
        for file in plan.new_files:
            validate(file, self._contents[file.path])

    def place(self, plan: Plan) -> None:
        """Put all in its place. From here on only the server itself can say no."""
        for item in plan.differences:
            if item.wanted is None:
                self._remove(Path(item.path))
            elif isinstance(item.wanted, Link):
                self._link(item.wanted)
            elif item.needs_content:
                self._replace(Path(item.path))
            else:
                self._set_rights(item.wanted)
        self._sync()

    def keep(self, path: Path, record: Placed) -> None:
        """Write down what was placed."""
        self._make_directory(path.parent)
        write(beside(path), record_text(record), RECORD_MODE)
        self._replace(path)
        self._sync()

    def undo(self) -> None:
        """Take away what was made and has no use."""
        for path in reversed(self._made):
            with suppress(OSError):  # a directory that is in use by now
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()

    def _make_directory(self, path: Path) -> None:
        if path.is_dir():
            return
        self._make_directory(path.parent)
        path.mkdir()
        self._made.append(path)
        os.chown(path, os.geteuid(), os.getegid())
        path.chmod(DIRECTORY_MODE)
        self._touched.add(path.parent)

    def _write_beside(self, file: File) -> None:
        path = beside(Path(file.path))
        self._made.append(path)
        write(path, self._contents[file.path], int(file.mode, 8), uid_of(file.owner), gid_of(file.group))

    def _replace(self, path: Path) -> None:
        beside(path).replace(path)
        self._touched.add(path.parent)

    def _link(self, link: Link) -> None:
        self._make_directory(Path(link.path).parent)
        path = beside(Path(link.path))
        path.unlink(missing_ok=True)
        self._made.append(path)
        path.symlink_to(link.target)
        self._replace(Path(link.path))

    def _set_rights(self, file: File) -> None:
        descriptor = os.open(file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            set_rights(descriptor, int(file.mode, 8), uid_of(file.owner), gid_of(file.group))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _remove(self, path: Path) -> None:
        path.unlink()
        self._touched.add(path.parent)

    def _sync(self) -> None:
        sync(self._touched)
        self._touched.clear()


def validate(file: File, data: bytes) -> None:
    """Run a file's validator on what lies beside its place."""
    if not file.validate:
        return
    made = str(beside(Path(file.path)))
    command = [word.replace("{}", made) for word in file.validate]
    failed = failure(command)
    if failed is not None:
        text = data.decode("utf-8", "replace")
        words = without(failed, [text[first:last] for first, last, _ in file.secrets])
        shown = " ".join(file.validate).replace("{}", file.path)
        told = shortened(words.replace(made, file.path))
        raise Refused(f"{file.path}: its validator refuses it, so no file was replaced. {shown}: {told}")


def failure(command: Sequence[str]) -> str | None:
    """Return what a validator says if it does not agree."""
    try:
        done = subprocess.run(  # noqa: S603 - a list of words of the manifest, without a shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=ENVIRONMENT,
            cwd="/",
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"no answer in {PATIENCE} seconds"
    except OSError as error:
        return f"cannot be run ({error.strerror})"
    words = done.stdout.decode("utf-8", "replace")
    return (words or f"exit status {done.returncode}, no words") if done.returncode else None


def shortened(words: str) -> str:
    """Return so much of a program's words as is told."""
    return words.strip()[:WORDS]
