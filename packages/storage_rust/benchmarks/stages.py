"""What is measured on a store that is there: searching, opening, appending. The contenders take turns."""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import corpus
from crew import crew
from results import OURS, Key, Results
from stores import has_grown

ENOUGH = 2  # seconds for a class of queries; who has taken so long is not asked again
QUIET = 0.5  # seconds after which a store that stays open has done what it does between writes
ALL_FOUND = 10_000  # conversations among which each query finds something
TWINS = (OURS, "core")


class Effort(NamedTuple):
    """How long a contender may take at each turn; at least one sample is taken at any."""

    rounds: int
    samples: int
    seconds: float


class Query(NamedTuple):
    name: str
    queries: list[str]
    how: dict[str, bool]
    only: Sequence[str] = ()  # contenders; none means all


def queries(kind: str) -> list[Query]:
    if kind == "cjk":
        return [Query(name, some, {}) for name, some in corpus.CJK_QUERIES.items()]
    common = corpus.QUERIES["common word"]
    return [
        *(Query(name, some, {}) for name, some in corpus.QUERIES.items()),
        Query("common word, the newest first", common, {"recent": True}),
        *(Query(f"{name}, exact", corpus.QUERIES[name], {"exact": True}, TWINS) for name in EXACT),
    ]


EXACT = ("common word", "two common words", "phrase", "prefix of two letters")


def search(results: Results, names: Sequence[str], folder: Path, kind: str, count: int, effort: Effort) -> None:
    with crew(names, folder, kind, count) as processes:
        wanted = queries(kind)
        for process in processes:
            process("open")
            first = process("search", queries=wanted[0].queries[:1], samples=1, seconds=0)
            results.add(Key(count, f"first search of a process ({kind})", process.name), first)
            for query in wanted:
                if count >= ALL_FOUND and not process("hits", query=query.queries[0]):
                    raise SystemExit(f"{process.name} finds nothing for {query.queries[0]!r} in {count:,} {kind}")
        for query in wanted:
            asked = [process for process in processes if not query.only or process.name in query.only]
            for process in asked:
                is_cold = not query.only and process("forget")
                once = {"queries": query.queries, "samples": len(query.queries), "seconds": ENOUGH}
                samples = process("search", **once, **query.how)
                if is_cold:
                    results.add(Key(count, f"search: {query.name}, from the disk", process.name), samples)
            for _ in range(effort.rounds):
                for process in asked:
                    key = Key(count, f"search: {query.name}", process.name)
                    if sum(results.samples.get(key, ())) / 1000 < ENOUGH:
                        samples = process("search", queries=query.queries, **limits(effort), **query.how)
                        results.add(key, samples)
        for process in processes:
            results.values[Key(count, f"memory of searching ({kind})", process.name)] = process("memory")
            process("close")


def open_and_look(results: Results, names: Sequence[str], folder: Path, count: int, effort: Effort) -> None:
    with crew(names, folder, "rows", count) as processes:
        for _ in range(effort.rounds):
            for process in processes:
                results.add(Key(count, "open and first page", process.name), process("opened", **limits(effort)))


def append(results: Results, names: Sequence[str], folder: Path, count: int, effort: Effort) -> None:
    """The stores stay open: in the first turn their logs are new, and grow; that turn is told by itself."""
    with crew(names, folder, "rows", count) as processes:
        for durability in ("normal", "full"):
            able = [process for process in processes if durability in process("durabilities")]
            for process in able:
                process("open", durability=durability)
            for turn in range(effort.rounds + 1):
                for process in able:
                    samples = process("append", samples=effort.samples * 5, seconds=effort.seconds * 2)
                    what = f"append: {durability}" if turn else f"append: {durability}, just opened"
                    results.add(Key(count, what, process.name), samples)
                    has_grown(process.name, folder, len(samples))
                    time.sleep(QUIET)
                    os.sync()
            for process in able:
                process("close")


def limits(effort: Effort) -> dict[str, float]:
    return {"samples": effort.samples, "seconds": effort.seconds}
