"""Measures start-up, planning, writing, servers, rendering and deploying against peers: docs/reference/speed.md.

Usage: python bench/run.py [--rows 100000] [--series 30000] [--meetings 1000] [--runs 3] [--write]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import calendars
import deploying
import rendering
import talk
from exports import write_export

HERE = Path(__file__).resolve().parent
DOCUMENT = HERE.parent / "docs" / "reference" / "speed.md"
# What is written to calendar servers: into so many calendars, by so many requests at once, if a server is far away.
HOSTS, WORKERS, LATENCY = 20, 4, 0.05
TALK_LATENCY = 0.06
VDIRSYNCER = "vdirsyncer brings the same objects there from files, beside it in the same run."
PRODUCT = [str(Path(sys.executable).with_name("jitsi-migrate"))]


@dataclass(frozen=True)
class Row:
    what: str
    ours: float
    peer: float
    aim: str

    def __str__(self) -> str:
        return f"| {self.what} | {self.ours:.2f} s | {self.peer:.2f} s | {self.ours / self.peer:.2f} | {self.aim} |"


def seconds(command: Sequence[str], **kwargs: object) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **kwargs)  # type: ignore[call-overload]
    return time.perf_counter() - began


def in_turn(runs: int, *measures: Callable[[], float]) -> list[float]:
    """Run them in turn, so that a slow moment of the machine meets all; return the medians."""
    rounds = [[measure() for measure in measures] for _ in range(runs)]
    return [statistics.median(times) for times in zip(*rounds, strict=True)]


def start_up(runs: int) -> Row:
    ours, peer = in_turn(
        runs * 5, lambda: seconds([*PRODUCT, "--help"]), lambda: seconds([sys.executable, "-c", "import click"])
    )
    return Row("`--help` / `python -c 'import click'`", ours, peer, "1.5 or less")


def render(runs: int) -> list[Row]:
    found = []
    for what, bridges, aim in (("one host", 0, "none"), ("200 hosts", 198, "3 or less")):
        product = rendering.deployment(bridges)
        times = in_turn(runs * 5, partial(rendering.ours, product), partial(rendering.peer, product))
        found.append(Row(f"render, {what} / Jinja2 alone", *times, aim))
    return found


def deploy(folder: Path, runs: int) -> tuple[list[Row], str]:
    """Deploy one host and five that are in order, and return how long tasks take, too."""
    if why := deploying.obstacle():
        return [], f"Deploying was not measured: {why}."
    found, said, medians = [], [], []
    for what, groups in (("one host", deploying.ONE), ("five hosts", deploying.FIVE)):
        with deploying.deployed(folder / what.replace(" ", "-"), groups) as site:
            pairs = [(deploying.ours(site), deploying.peer(site)) for _ in range(runs)]
        mine, theirs = ([run.seconds for run in side] for side in zip(*pairs, strict=True))
        medians.append(statistics.median(mine))
        found.append(
            Row(f"deploy again, {what} / a task for each file", medians[-1], statistics.median(theirs), "0.5 or less")
        )
        last = pairs[-1]
        said.append(
            f"{what}: {last[0].tasks} tasks at {last[0].each:.2f} s, the peer {last[1].tasks} at {last[1].each:.2f} s"
        )
    found.append(Row("deploy again, five hosts / one host", medians[1], medians[0], "near 1"))
    return found, f"Tasks of the host that has most (aim: at most 40), all hosts together: {'; '.join(said)}."


def on_servers(folder: Path, meetings: int, runs: int) -> tuple[list[Row], str]:
    """Write meetings into calendars on a server near and far, and return how many requests they cost, too."""
    if why := calendars.obstacle():
        return [], f"Calendars on a server were not measured: {why}."
    folder.mkdir()
    with calendars.sabre() as server, calendars.distant(server, LATENCY) as far:
        many = calendars.Task(PRODUCT, folder, server, meetings, HOSTS, WORKERS)
        planned, applied = many.requests()
        one = replace(many, hosts=1)
        rows = [
            *written(many, f"{HOSTS} calendars", WORKERS, runs),
            *written(one, "one calendar", 1, runs),
            *written_far_away(replace(many, server=far), runs),
        ]
    peer = VDIRSYNCER if calendars.vdirsyncer() else "vdirsyncer was not there to be measured beside it."
    cost = (
        f"In {HOSTS} calendars a meeting costs {planned:.2f} requests when it is planned, {applied:.2f} when applied."
    )
    return rows, f"{peer}\n{cost}"


def written(task: calendars.Task, where: str, connections: int, runs: int) -> list[Row]:
    program = calendars.vdirsyncer()
    peers = [partial(task.peer, program)] if program else []
    ours, floor, *others = in_turn(runs, task.ours, partial(task.floor, connections), *peers)
    what = f"apply, {task.meetings:,} meetings, {where}"
    return [
        Row(f"{what} / the same PUTs by requests", ours, floor, "1.5 or less"),
        *(Row(f"{what} / vdirsyncer", ours, other, "1 or less") for other in others),
    ]


def written_far_away(task: calendars.Task, runs: int) -> list[Row]:
    ways = {
        f"{HOSTS} calendars": (task, "0.35 or less"),
        f"{HOSTS} calendars, {HOSTS} at once": (replace(task, workers=HOSTS), "0.25 or less"),
        "one calendar": (replace(task, hosts=1), "1.1 or less"),
    }
    calls, *times = in_turn(runs, partial(task.floor, 1), *(way.ours for way, _ in ways.values()))
    what = f"the same {LATENCY * 1000:.0f} ms away"
    return [
        Row(f"{what}, {where} / one PUT after the other", ours, calls, aim)
        for ours, (where, (_, aim)) in zip(times, ways.items(), strict=True)
    ]


def on_talk(folder: Path, meetings: int, runs: int) -> tuple[Row, str]:
    """Move meetings to Nextcloud Talk, and return how many requests they cost, too."""
    folder.mkdir()
    move = talk.Move(PRODUCT, folder, meetings, HOSTS, TALK_LATENCY)
    costs = move.costs()
    what = f"apply, {meetings:,} meetings of {HOSTS} hosts, to Talk {TALK_LATENCY * 1000:.0f} ms away"
    row = Row(f"{what} / one request after the other", *in_turn(runs, move.ours, move.peer), "0.4 or less")
    return row, f"A meeting costs {costs}."


def main_job(folder: Path, rows: int, series: int, runs: int) -> list[Row]:
    export = folder / "upcoming.csv"
    write_export(export, rows, series)
    plans, writes = [], []
    for number in range(runs):
        site = folder / f"site{number}"
        common = ["--site", str(site)]
        subprocess.run(
            [*PRODUCT, "init", "--server", "meet.example.org", *common], check=True, stdout=subprocess.DEVNULL
        )
        plan = seconds([*PRODUCT, "plan", str(export), "--timezone", "Europe/Berlin", "--since", "2027-01-01", *common])
        apply = seconds([*PRODUCT, "apply", str(site / "plan.json"), *common])
        peer = json.loads(
            subprocess.run(
                [sys.executable, str(HERE / "peer.py"), str(export), str(folder / "peer.ics")],
                check=True, capture_output=True, text=True,
            ).stdout
        )  # fmt: skip
        plans.append((plan, peer["plan"]))
        writes.append((apply, peer["write"]))
    size = f"{rows:,} rows, {series:,} series"
    return [
        Row(
            f"plan, {size} / the peer's reading and grouping", *map(statistics.median, zip(*plans, strict=True)), "none"
        ),
        Row(f"plan, {size} / the whole peer", *whole(plans, writes), "0.33 or less"),
        Row(f"apply, {size} / the peer's writing", *map(statistics.median, zip(*writes, strict=True)), "1 or less"),
    ]


def whole(plans: Sequence[tuple[float, float]], writes: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return our planning, and all that the peer does."""
    peers = [planned + written for (_, planned), (_, written) in zip(plans, writes, strict=True)]
    return statistics.median(plan for plan, _ in plans), statistics.median(peers)


def peak_of_plan(folder: Path, rows: int, series: int) -> float:
    """Return the peak memory of planning, in MB."""
    export, site = folder / "memory.csv", folder / "memory"
    write_export(export, rows, series)
    common = ["--site", str(site)]
    subprocess.run([*PRODUCT, "init", "--server", "meet.example.org", *common], check=True, stdout=subprocess.DEVNULL)
    process = subprocess.Popen(
        [*PRODUCT, "plan", str(export), "--timezone", "Europe/Berlin", "--since", "2027-01-01", *common],
        stdout=subprocess.DEVNULL,
    )
    _, _, usage = os.wait4(process.pid, 0)
    return float(usage.ru_maxrss) / 1024


def document(
    rows: Sequence[Row], peak: float, tasks: str, requests: str, costs: str, arguments: argparse.Namespace
) -> str:
    lines = "\n".join(map(str, rows))
    return f"""# Speed

Written by `make bench`: each figure is the median of {arguments.runs} runs in turn with its peer, on Python
{platform.python_version()} with {os.cpu_count()} cores. Ratios can be compared between machines, seconds cannot.

| what | ours | peer | ratio | aim |
| --- | --- | --- | --- | --- |
{lines}

Planning {arguments.rows:,} rows takes at most {peak:.0f} MB (aim: under 300).

The peer of plan and apply is `bench/peer.py`, the script one would write with `csv.DictReader`, `dateutil` and
`icalendar`: it knows weekly series only, one file, no journal, no files for hosts, no problems and no undo. Ours are
whole processes, start-up and every safety step included; the peer's times leave out its start-up.

The calendars are on sabre/dav, an old release of the library that Nextcloud is made with. The peer is `bench/puts.py`,
which puts the same objects with requests, on as many connections, and does nothing else. A calendar is written by one
request after the other, several calendars by four at once if nothing else is said. Where the server is far away, each
request waits on its way. Plans are made before; what is measured is all of `apply`.
{requests}

Nextcloud with Talk is the stand-in of the tests, in a process of its own. The peer is `bench/conversations.py`: two
requests for each meeting, one makes its conversation and one puts its event, on one connection that is kept. It lists
nothing, reads nothing back, and could not be run a second time. Ours makes three requests at once, and four to
calendars, as it does if nothing else is said.
{costs}

The peer of render is `bench/rendering.py`: Jinja2 with the same templates and values, and filters that quote and check
nothing. Both load the templates anew, in one process. 200 hosts are a web server, 198 bridges and a TURN server.

{tasks}

Hosts that are deployed again have nothing to change. The peer of deploy is `bench/deploying.py`: the same play on the
same hosts, with a task for each file and link in place of the bundle. The hosts are real systems reached by ssh, and
share the processors of one machine; five are a web server, three bridges and a TURN server.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--series", type=int, default=30_000)
    parser.add_argument("--meetings", type=int, default=1_000, help="written to servers")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", action="store_true", help=f"write {DOCUMENT.name}")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [
            start_up(arguments.runs),
            *main_job(folder, arguments.rows, arguments.series, arguments.runs),
            *render(arguments.runs),
        ]
        stored, requests = on_servers(folder / "calendars", arguments.meetings, arguments.runs)
        moved, costs = on_talk(folder / "talk", arguments.meetings, arguments.runs)
        deployed, tasks = deploy(folder, arguments.runs)
        peak = peak_of_plan(folder, arguments.rows, arguments.series)
        text = document([*rows, *stored, moved, *deployed], peak, tasks, requests, costs, arguments)
    sys.stdout.write(text)
    if arguments.write:
        DOCUMENT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
