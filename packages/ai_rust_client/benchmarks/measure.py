"""Rounds in which all contenders take turns, so that the load of the machine is the same for all of them."""

import random
import statistics
import sys
import time
from dataclasses import dataclass, field

import answers
from cases import Case
from contenders.wire import body
from conversation import conversation
from servers import Server
from workers import Worker

WARM_UP = 1
"""Rounds that do not count: the first one connects and fills caches."""


@dataclass
class Costs:
    """The costs of one contender in one case: seconds for a unit of work, for each round."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)
    http2: bool = False

    def of(self, kind: str) -> list[float]:
        return {"cpu": self.cpu, "wall": self.wall, "server": self.server}[kind]

    def median(self, kind: str = "cpu") -> float:
        return statistics.median(self.of(kind))

    def spread(self, kind: str = "cpu") -> float:
        """Half of the distance between the quartiles, relative to the median."""
        low, middle, high = quartiles(self.of(kind))
        return (high - low) / 2 / middle


def quartiles(values: list[float]) -> tuple[float, float, float]:
    """The first quartile, the median and the third quartile."""
    if len(values) < 2:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high


def measure(case: Case, workers: dict[str, Worker], server: Server) -> dict[str, Costs]:
    """Measure a case. The order changes from round to round, so that no contender always follows the same one."""
    size = len(body(conversation("0"))) if case.work in ("first", "later") else 0
    order = {
        "work": case.work, "url": f"{server.url}/{case.path}", "ca": server.ca, "count": case.count, "size": size,
        "warm": case.warm,
    }  # fmt: skip
    expected = (answers.streamed_text(case.chunks), case.chunks) if case.chunks else (answers.TEXT, 1)
    costs = {name: Costs() for name in workers}
    began = time.monotonic()
    turns, shuffled = list(workers), random.Random(case.name)
    for number in range(WARM_UP + case.rounds):
        shuffled.shuffle(turns)
        for name in turns:
            before = server.used()
            took = workers[name].execute(order)
            after = server.used()
            if (took["text"], took["parts"]) != expected:
                raise SystemExit(
                    f"{name} did other work in {case.name}: {len(took['text'])} characters in {took['parts']} parts, "
                    f"not {len(expected[0])} in {expected[1]}"
                )
            costs[name].http2 = after.http2 > before.http2
            if number >= WARM_UP:
                costs[name].cpu.append(took["cpu"] / case.units)
                costs[name].wall.append(took["each"] if case.each else took["wall"] / case.units)
                costs[name].server.append((after.cpu - before.cpu) / case.units)
    print(f"{case.name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return costs
