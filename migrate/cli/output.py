"""The output layer: text for people, one JSON document for programs, progress on standard error."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from migrate.cli.text import visible
from migrate.core.errors import Exit

if TYPE_CHECKING:
    from migrate.cli.session import Ending, Session
    from migrate.services.applying import Progress

RESULT_FORMAT = "jitsi-migrate/result"
RESULT_VERSION = 1
_TRAILING = re.compile(r" +((?:\x1b\[[0-9;]*m)*)$")
_STATUS = {Exit.OK: "success", Exit.CHANGES_PENDING: "success", Exit.PARTIAL: "partial"}


class Output:
    """Prints what a command found. Foreign text must be passed as arguments, never as styles."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._console = _console(sys.stdout)
        self.verbose = session.verbosity > 0
        self.quiet = session.verbosity < 0

    def end(self, ending: Ending) -> None:
        """Show how a command ended, as text or as the JSON envelope."""
        if not self._session.json:
            ending.show(self)
            return
        envelope = {
            "format": RESULT_FORMAT,
            "version": RESULT_VERSION,
            "command": self._session.command,
            "status": _STATUS.get(Exit(ending.exit_code), "error"),
            "exit_code": int(ending.exit_code),
            "data": ending.data,
        }
        sys.stdout.write(orjson.dumps(envelope, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode())

    def line(self, *parts: str | tuple[str, str], indent: int = 0) -> None:
        """Print one paragraph of parts, each a text or (text, style); long ones wrap under their indent."""
        if not self.quiet:
            self._print(_text(parts), indent)

    def verdict(self, *parts: str | tuple[str, str]) -> None:
        """Print the closing line, which --quiet shows too."""
        self._print(_text(parts), 0)

    def suggest(self, why: str, *words: str) -> None:
        """Print a command to type next; its words are those after the name of the program."""
        self._print(_text([why, (self._session.command_line(*words), "bold")]), 0)

    def heading(self, text: str) -> None:
        """Print the title of a section, after an empty line."""
        if not self.quiet:
            self._console.print()
            self._console.print(_text([(text, "bold")]))

    def pairs(self, rows: Iterable[tuple[str, str]], *, indent: int = 2) -> None:
        """Print names and what they are, in two columns."""
        self.table([[(name, "dim"), value] for name, value in rows], indent=indent)

    def table(self, rows: Iterable[Sequence[str | tuple[str, str]]], *, indent: int = 2) -> None:
        """Print rows in columns as wide as they need to be; the last column wraps."""
        rows = list(rows)
        if self.quiet or not rows:
            return
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
        for _ in rows[0][:-1]:
            table.add_column(overflow="fold")
        table.add_column(overflow="fold", ratio=1)
        for row in rows:
            table.add_row(*(_text([cell]) for cell in row))
        self._print(table, indent)

    def raw(self, text: str) -> None:
        """Print what is meant for a program, as it is."""
        sys.stdout.write(text)

    def gap(self) -> None:
        """Print an empty line."""
        if not self.quiet:
            self._console.print()

    @property
    def width(self) -> int:
        """The columns there are."""
        return self._console.width

    def _print(self, what: Text | Table, indent: int) -> None:
        from rich.padding import Padding

        with self._console.capture() as captured:
            self._console.print(Padding(what, (0, 0, 0, indent), expand=False) if indent else what)
        # Cells are padded to their column: spaces at line ends spoil what is copied, piped or compared.
        for line in captured.get().splitlines():
            self._console.file.write(_TRAILING.sub(r"\1", line) + "\n")


@contextmanager
def progress(session: Session, title: str) -> Iterator[Progress]:
    """Show a bar with rate and remaining time on standard error, if a person is watching there."""
    if session.json or session.verbosity < 0 or not _is_terminal(sys.stderr):
        yield lambda _done, _total: None
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )

    class _Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f}/s" if task.speed else "")

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
        console=_console(sys.stderr),
        transient=True,
    )
    with bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _console(stream: object) -> Console:
    # A character the terminal cannot write becomes "?", not a traceback.
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="replace")
    return Console(file=stream, markup=False, highlight=False, emoji=False)  # type: ignore[arg-type]


def _is_terminal(stream: object) -> bool:
    return bool(getattr(stream, "isatty", lambda: False)()) and os.environ.get("TERM") != "dumb"


def _text(parts: Iterable[str | tuple[str, str]]) -> Text:
    text = Text()
    for part in parts:
        words, style = (part, "") if isinstance(part, str) else part
        text.append(visible(words), style)
    return text
