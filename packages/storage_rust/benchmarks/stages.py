"""Measuring search, opening and appending on existing stores. The contenders take turns."""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import corpus
from processes import Process, running
from results import OURS, Key, Results
from stores import has_grown

MAX_SECONDS = 2  # for a class of queries; a contender that has taken longer is not measured again
QUIET = 0.5  # seconds after which an open store has finished its idle maintenance
ALL_FOUND = 10_000  # each query has matches among this many conversations
IMPLEMENTATIONS = (OURS, "core")


class Effort(NamedTuple):
    """The limits of a turn, in which at least one sample is taken."""

    rounds: int
    samples: int
    seconds: float


class Query(NamedTuple):
    """A class of queries, and how to search for them."""

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
        *(Query(f"{name}, exact", corpus.QUERIES[name], {"exact": True}, IMPLEMENTATIONS) for name in EXACT),
    ]


EXACT = ("common word", "two common words", "phrase", "prefix of two letters")


def search(results: Results, names: Sequence[str], folder: Path, kind: str, count: int, effort: Effort) -> None:
    with running(names, folder, kind, count) as processes:
        classes = queries(kind)
        for process in processes:
            process("open")
            first = process("search", queries=classes[0].queries[:1], samples=1, seconds=0)
            results.add(Key(count, f"first search of a process ({kind})", process.name), first)
            for query in classes:
                if count >= ALL_FOUND and not process("hits", query=query.queries[0]):
                    raise SystemExit(f"{process.name} finds nothing for {query.queries[0]!r} in {count:,} {kind}")
        for query in classes:
            search_class(results, query, processes, count, effort)
        for process in processes:
            results.values[Key(count, f"memory of searching ({kind})", process.name)] = process("memory")
            process("close")


def search_class(results: Results, query: Query, processes: Sequence[Process], count: int, effort: Effort) -> None:
    """One class of queries: first from the disk, then in turns."""
    able = [process for process in processes if not query.only or process.name in query.only]
    for process in able:
        is_cold = not query.only and process("forget")
        once = {"queries": query.queries, "samples": len(query.queries), "seconds": MAX_SECONDS}
        samples = process("search", **once, **query.how)
        if is_cold:
            results.add(Key(count, f"search: {query.name}, from the disk", process.name), samples)
    for _ in range(effort.rounds):
        for process in able:
            key = Key(count, f"search: {query.name}", process.name)
            if sum(results.samples.get(key, ())) / 1000 < MAX_SECONDS:
                results.add(key, process("search", queries=query.queries, **limits(effort), **query.how))


def open_and_look(results: Results, names: Sequence[str], folder: Path, count: int, effort: Effort) -> None:
    with running(names, folder, "rows", count) as processes:
        for _ in range(effort.rounds):
            for process in processes:
                results.add(Key(count, "open and first page", process.name), process("opened", **limits(effort)))


def append(results: Results, names: Sequence[str], folder: Path, count: int, effort: Effort) -> None:
    """The stores stay open. In the first turn their logs are new and grow, so that turn is reported separately."""
    with running(names, folder, "rows", count) as processes:
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
