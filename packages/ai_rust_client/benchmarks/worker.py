"""One contender in a process of its own, so that its CPU is that of this process, with all of its threads.

    python worker.py MODULE:CLASS

Each line of JSON on stdin is an order, and each line on stdout its result: CPU and wall seconds of the work, the median
of the wall seconds of its pieces, the received text, and the number of its chunks. Garbage is collected before each
work; the collector is enabled while it runs, with Python's defaults.
"""

import asyncio
import contextlib
import gc
import json
import os
import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

from contenders.basics import QUESTION, Messages
from contenders.loading import load
from conversation import conversation, turn


class Worker:
    """Executes orders with one contender."""

    def __init__(self, make: Any) -> None:
        self.make = make
        self.clients: dict[tuple[str, bool], Any] = {}
        self.conversations: dict[str, Messages] = {}
        self.runner: asyncio.Runner | None = None
        self.number = 0

    def execute(self, order: dict[str, Any]) -> dict[str, Any]:
        work, url, count = order["work"], order["url"], order["count"]
        asynchronous = work in ("aask", "aread", "many")
        if (url, asynchronous) not in self.clients:
            self.clients[url, asynchronous] = self.make(url, order["ca"])
        client = self.clients[url, asynchronous]
        pieces = self.pieces(work, url, count)
        if asynchronous:
            self.runner = self.runner or asyncio.Runner()
            do = client.aask if work == "aask" else client.aread
            if order["warm"]:
                self.runner.run(do(QUESTION))
            with self.measured() as took:
                results = self.runner.run(_together(do, pieces) if work == "many" else _in_turn(do, pieces, took))
        else:
            do = client.read if work == "read" else client.ask
            if order["warm"]:
                do(QUESTION)
            with self.measured() as took:
                results = _one_by_one(do, pieces, took)
        texts = ["".join(result) for result in results]
        if len(set(texts)) != 1 or len({len(result) for result in results}) != 1:
            raise ValueError(f"different answers came for {count} equal questions")
        laps = took.pop("laps") or [took["wall"]]
        parts = 1 if isinstance(results[0], str) else len(results[0])
        return {**took, "each": statistics.median(laps), "text": texts[0], "parts": parts}

    def pieces(self, work: str, url: str, count: int) -> Iterator[Messages]:
        """The messages of each call, created before the measurement, except for the growth of a conversation."""
        if work == "first":
            self.number += 1
            return iter([conversation(f"{os.getpid()}-{self.number}")])
        if work != "later":
            return iter([QUESTION] * count)
        if url not in self.conversations:
            self.conversations[url] = conversation("later")
        return _growing(self.conversations[url], count)

    @contextlib.contextmanager
    def measured(self) -> Iterator[dict[str, Any]]:
        took: dict[str, Any] = {"laps": []}
        gc.collect()
        wall, cpu = time.perf_counter(), time.process_time()
        yield took
        took["cpu"], took["wall"] = time.process_time() - cpu, time.perf_counter() - wall

    def close(self) -> None:
        if self.runner is None:
            return
        for (_, asynchronous), client in self.clients.items():
            if asynchronous and hasattr(client, "aclose"):
                self.runner.run(client.aclose())
        self.runner.close()


def _growing(messages: Messages, count: int) -> Iterator[Messages]:
    for _ in range(count):
        messages.extend(turn())
        yield messages


def _one_by_one(do: Any, pieces: Iterator[Messages], took: dict[str, Any]) -> list[Any]:
    results, laps = [], took["laps"]
    for messages in pieces:
        start = time.perf_counter()
        results.append(do(messages))
        laps.append(time.perf_counter() - start)
    return results


async def _in_turn(do: Any, pieces: Iterator[Messages], took: dict[str, Any]) -> list[Any]:
    results, laps = [], took["laps"]
    for messages in pieces:
        start = time.perf_counter()
        results.append(await do(messages))
        laps.append(time.perf_counter() - start)
    return results


async def _together(do: Any, pieces: Iterator[Messages]) -> list[Any]:
    return await asyncio.gather(*(do(messages) for messages in pieces))


def main() -> None:
    """Execute orders from stdin."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is not a result
    worker = Worker(load(sys.argv[1]))
    for line in sys.stdin:
        print(json.dumps(worker.execute(json.loads(line))), file=answers)
    worker.close()


if __name__ == "__main__":
    main()
