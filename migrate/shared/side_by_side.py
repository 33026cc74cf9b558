"""Tasks that wait for a network, made at the same time.

The threads are not those of concurrent.futures: the interpreter joins these before it ends, so that Ctrl-C would wait
for the slowest server. Ours die with the program, and what they were about to write the next run finds out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

from migrate.core.errors import MigrateError

Result = TypeVar("Result")
Tell = Callable[[], None]
Task = Callable[[Tell], Result]


def side_by_side(
    tasks: Sequence[Task[Result]], most: int, stop: Callable[[], None], told: Tell = lambda: None
) -> list[Result | MigrateError]:
    """Run the tasks, `most` at once; return what each returned, or the MigrateError that it raised.

    A task is given a function to tell of progress; `told` is then called, by the thread that called us. `stop` is
    called if that thread is interrupted, or a task has a bug: it must make the other tasks end soon.
    """
    todo: SimpleQueue[int] = SimpleQueue()
    done: SimpleQueue[tuple[int, Result | BaseException] | None] = SimpleQueue()
    for number in range(len(tasks)):
        todo.put(number)

    def work() -> None:
        while True:
            try:
                number = todo.get_nowait()
            except Empty:
                return
            try:
                done.put((number, tasks[number](lambda: done.put(None))))
            except BaseException as error:  # noqa: BLE001  # it is raised again by the thread that called us
                done.put((number, error))

    for _ in range(min(most, len(tasks))):
        Thread(target=work, daemon=True).start()
    results: dict[int, Result | MigrateError] = {}
    try:
        while len(results) < len(tasks):
            report = done.get()
            if report is None:
                told()
            elif isinstance(report[1], BaseException) and not isinstance(report[1], MigrateError):
                raise report[1]
            else:
                results[report[0]] = report[1]
    except BaseException:
        stop()
        raise
    return [results[number] for number in range(len(tasks))]
