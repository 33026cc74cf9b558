"""The output layer: text for people on standard output, progress on standard error."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from migrate.cli.text import visible

if TYPE_CHECKING:
    from rich.progress import TaskID

    from migrate.cli.session import Session
    from migrate.services.applying import Progress

_TRAILING = re.compile(r" +((?:\x1b\[[0-9;]*m)*)$")
# The signs of our own that a terminal may not be able to write.
_IN_ASCII = str.maketrans({"→": "->", "←": "<-", "…": "...", "“": '"', "”": '"'})


class Output:
    """Prints what a command found. Foreign text must be passed as arguments, never as styles."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._console = _console(sys.stdout)
        self._ascii = self._console.options.ascii_only
        self.verbose = session.verbosity > 0
        self.quiet = session.verbosity < 0

    def line(self, *parts: str | tuple[str, str], indent: int = 0) -> None:
        """Print one paragraph of parts, each a text or (text, style); long ones wrap under their indent."""
        if not self.quiet:
            self._print(self._text(parts), indent)

    def unwrapped(self, *parts: str | tuple[str, str], indent: int = 0) -> None:
        """Print one line, however long: one that is compared or copied is another one when it is wrapped."""
        if not self.quiet:
            self._print(self._text(parts), indent, whole=True)

    def verdict(self, *parts: str | tuple[str, str], indent: int = 0) -> None:
        """Print the closing line, which --quiet shows too."""
        self._print(self._text(parts), indent)

    def suggest(self, why: str, *words: str) -> None:
        """Print a command to type next; its words are those after the name of the program."""
        self._print(self._text([why]), 0)
        # Whole on a line of its own, however long: a command that was wrapped is another one when it is pasted.
        self._print(self._text([(self._session.command_line(*words), "bold")]), 2, whole=True)

    def again(self, why: str) -> None:
        """Print the command that was given, to be given once more."""
        self._print(self._text([why]), 0)
        self._print(self._text([(self._session.again, "bold")]), 2, whole=True)

    def heading(self, text: str) -> None:
        """Print the title of a section, after an empty line."""
        self.gap()
        self.line((text, "bold"))

    def pairs(self, rows: Iterable[tuple[str, str]], *, indent: int = 2) -> None:
        """Print names and what they are, in two columns."""
        self.table([[(name, "dim"), value] for name, value in rows], indent=indent)

    def table(
        self,
        rows: Iterable[Sequence[str | tuple[str, str]]],
        *,
        indent: int = 2,
        notes: Mapping[int, Sequence[str]] = MappingProxyType({}),
    ) -> None:
        """Print rows in columns as wide as they need to be; the last column wraps.

        `notes` are lines under a row, by its place; they have the whole width.
        """
        texts = [[self._text([cell]) for cell in row] for row in rows]
        if self.quiet or not texts:
            return
        widths = [max(text.cell_len for text in column) for column in zip(*texts, strict=True)] if notes else []
        begin = 0
        for place in sorted(notes):
            self._print(_table(texts[begin : place + 1], widths), indent)
            begin = place + 1
            for note in notes[place]:
                self._print(self._text([note]), indent + 5)
        if begin < len(texts):
            self._print(_table(texts[begin:], widths), indent)

    def raw(self, text: str) -> None:
        """Print what is meant for a program, as it is."""
        sys.stdout.write(text)

    def gap(self) -> None:
        """Print an empty line."""
        self.line("")

    @property
    def width(self) -> int:
        """The columns there are."""
        return self._console.width

    def _print(self, what: Text | Table, indent: int, *, whole: bool = False) -> None:
        from rich.padding import Padding

        with self._console.capture() as captured:
            if whole:
                self._console.print(" " * indent, what, sep="", soft_wrap=True)
            else:
                self._console.print(Padding(what, (0, 0, 0, indent), expand=False) if indent else what)
        # Cells are padded to their column: spaces at line ends spoil what is copied, piped or compared.
        for line in captured.get().splitlines():
            self._console.file.write(_TRAILING.sub(r"\1", line) + "\n")

    def _text(self, parts: Iterable[str | tuple[str, str]]) -> Text:
        text = Text()
        for part in parts:
            words, style = (part, "") if isinstance(part, str) else part
            shown = visible(words)
            text.append(shown.translate(_IN_ASCII) if self._ascii else shown, style)
        return text


def is_watched(session: Session) -> bool:
    """Tell whether a person sees how the work goes on."""
    return not session.json and session.verbosity >= 0 and _is_terminal(sys.stderr)


@contextmanager
def progress(session: Session, title: str) -> Iterator[Progress]:
    """Show a bar with rate and remaining time on standard error, if a person is watching there."""
    if not is_watched(session):
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


@contextmanager
def host_lines() -> Iterator[Callable[[str, str, int, bool], None]]:
    """Show a line for each host on standard error: name, what it is at, tasks done, time; red if it failed."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.fields[host]}", style="bold"),
        SpinnerColumn(finished_text="!", style="cyan"),
        TextColumn("{task.description}"),
        TextColumn("{task.completed:.0f} done", style="dim"),
        TimeElapsedColumn(),
    )
    lines = Progress(*columns, console=_console(sys.stderr), transient=True)
    known: dict[str, TaskID] = {}

    def show(host: str, words: str, done: int, failed: bool) -> None:
        if host not in known:
            known[host] = lines.add_task("", total=None, host=host)
        lines.update(known[host], description=words, completed=done, total=done if failed else None)

    with lines:
        yield show


def _table(rows: Sequence[Sequence[Text]], widths: Sequence[int]) -> Table:
    """Return rows as a table; with `widths` its columns are those of other parts of the same table."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for place in range(len(rows[0]) - 1):
        table.add_column(overflow="fold", width=widths[place] if widths else None)
    table.add_column(overflow="fold", ratio=1)
    for row in rows:
        table.add_row(*row)
    return table


def _console(stream: object) -> Console:
    # A character the terminal cannot write becomes "?", not a traceback.
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="replace")
    return Console(file=stream, markup=False, highlight=False, emoji=False)  # type: ignore[arg-type]


def _is_terminal(stream: object) -> bool:
    return bool(getattr(stream, "isatty", lambda: False)()) and os.environ.get("TERM") != "dumb"
