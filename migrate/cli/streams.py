"""Standard output and error of the process: that something cannot be printed never stops a command half-way."""

from __future__ import annotations

import errno
import io
import sys
from typing import TYPE_CHECKING

from migrate.core.errors import MigrateError, TargetError, TryLaterError

if TYPE_CHECKING:
    from typing import TextIO

    from _typeshed import ReadableBuffer

    from migrate.cli.session import Session


class Streams:
    """Takes the place of both streams.

    A reader that leaves early (head, less) is no error, and no reason for an exit code of its own: commands print when
    their work is done, and a script with `pipefail` must not take a finished run for a failed one, as it would if we
    died of SIGPIPE (141, what programs in C do). Like ripgrep we end as if everything had been read.
    """

    def __init__(self) -> None:
        self._printed: _Lenient | None = None
        # A stream that the caller closed is None, and one that a program redirected is its own affair.
        if sys.__stdout__ and sys.__stdout__ is sys.stdout:
            self._printed = _Lenient(1)
            sys.stdout = _on(self._printed, sys.__stdout__)
        if sys.__stderr__ and sys.__stderr__ is sys.stderr:
            sys.stderr = _on(_Lenient(2), sys.__stderr__)

    def check(self, session: Session) -> None:
        """Raise MigrateError if not everything could be printed for another reason, such as a full disk."""
        if self._printed is None:
            return
        sys.stdout.flush()
        fault = self._printed.fault
        if fault:
            # The error must not go where nothing can be written.
            session.json = False
            raise _unprinted(fault, session)


class _Lenient(io.FileIO):
    """A file descriptor that takes everything; `fault` is why something could not be passed on."""

    fault: OSError | None = None

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "w", closefd=False)

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            if error.errno != errno.EPIPE:
                self.fault = self.fault or error
            return memoryview(data).nbytes


def _unprinted(fault: OSError, session: Session) -> MigrateError:
    writes = session.command in ("apply", "undo") and "--dry-run" not in session.words
    done = "the run is done" if writes else "the command did its work"
    rest = f"{done}, but not all that it tells could be printed"
    if fault.errno in (errno.ENOSPC, errno.EDQUOT):
        hint = f"{session.command_line('status')} lists it." if writes else "Free some space and run it again."
        return TryLaterError(f"standard output: the disk is full; {rest}", hint=hint)
    return TargetError(f"standard output: cannot be written ({fault.strerror}); {rest}")


def _on(raw: io.FileIO, stream: TextIO) -> TextIO:
    return io.TextIOWrapper(
        io.BufferedWriter(raw), stream.encoding, stream.errors, line_buffering=bool(stream.line_buffering)
    )
