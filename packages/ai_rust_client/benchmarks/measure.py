"""Measuring and printing, for all benchmarks.

All contenders take turns in one run, and what counts is the ratio between them: the machine's mood is the same for all.
CPU is that of this process, all of its threads; the server runs in another. Medians of the rounds.
"""

import contextlib
import gc
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

Run = Callable[[], tuple[float, float] | None]
"""Does the work once; gives its own CPU and wall seconds where they are not this process's."""


@dataclass(frozen=True)
class Cost:
    """Seconds for one unit of work."""

    cpu: float
    wall: float


def measure(runs: dict[str, Run], units: int, rounds: int) -> dict[str, Cost]:
    """Medians over `rounds`, after one that does not count."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for number in range(rounds + 1):
        for name, run in runs.items():
            gc.collect()
            wall, cpu = time.perf_counter(), time.process_time()
            own = run()
            used = own or (time.process_time() - cpu, time.perf_counter() - wall)
            if number > 0:
                taken[name].append(used)
    return {
        name: Cost(statistics.median(c for c, _ in all_) / units, statistics.median(w for _, w in all_) / units)
        for name, all_ in taken.items()
    }


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The address of the server, in a process of its own; says at the end what it cost."""
    command = [sys.executable, str(Path(__file__).with_name("server.py"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        try:
            yield address
            with urllib.request.urlopen(f"{address}/cpu") as answer:
                print(f"  (the server's own CPU, apart: {float(answer.read()):.1f} s)")
        finally:
            process.communicate()


def table(title: str, costs: dict[str, Cost], unit: str = "us", scale: float = 1e6) -> None:
    ours = costs["ai_rust_client"]
    print(f"\n{title}")
    print(f"  {'':16} {'CPU ' + unit:>12} {'x ours':>8} {'wall ' + unit:>12} {'x ours':>8}")
    for name, cost in sorted(costs.items(), key=lambda item: item[1].cpu):
        cpu, wall = f"{cost.cpu * scale:12.2f}", f"{cost.wall * scale:12.2f}"
        print(f"  {name:16} {cpu} {cost.cpu / ours.cpu:8.2f} {wall} {cost.wall / ours.wall:8.2f}")


def target(what: str, value: float, limit: float, *, least: bool = False, unit: str = "x") -> None:
    """Print a target of the project beside what was measured."""
    met = value >= limit if least else value <= limit
    bound = "at least" if least else "at most"
    print(f"  {'met   ' if met else 'MISSED'} {what}: {value:.2f} {unit} ({bound} {limit:g} {unit})")


def ratio(costs: dict[str, Cost], name: str, to: str, kind: str = "cpu") -> float | None:
    """What `name` takes of what `to` takes; None where one of them was left out."""
    if name not in costs or to not in costs:
        return None
    return float(getattr(costs[name], kind) / getattr(costs[to], kind))


def compare(costs: dict[str, Cost], what: str, name: str, to: str, limit: float, *, kind: str = "cpu",
            least: bool = False) -> None:  # fmt: skip
    value = ratio(costs, name, to, kind)
    if value is None:
        print(f"  unknown {what}: {name} or {to} was left out")
    else:
        target(what, value, limit, least=least)


def load() -> str:
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
