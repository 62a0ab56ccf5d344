"""The limits of all measurements, and which ones are met."""

from collections.abc import Iterator
from typing import NamedTuple

import corpus
from history import PAGES
from results import Key, Results, shown

MILLION, HUNDRED_THOUSAND = 1_000_000, 100_000

# Milliseconds, of the 99th percentile if the name says so, otherwise of the median.
SEARCH_P99 = 10.0
EXACT_COMMON = 100.0
RECENT_P99 = 1.0
CJK = 1.0
APPEND_P99 = {"normal": 0.5, "full": 0.8}
OPEN = 2.0
IMPORT = 5.0
COMPLETE_P99 = 5.0
# Relative to the standard library.
APPEND_RATIO = 1.1
LOAD_OVER_TRIGGERS = 3.0
LOAD_OVER_REBUILD = 2.0
# Rows per second; relative to the raw text; megabytes.
READABLE = 80_000.0
FILE_RATIO = 2.9
WHEEL = 4.0


class Target(NamedTuple):
    """A limit and what was measured."""

    text: str
    limit: float
    measured: float | None
    at_least: bool = False

    @property
    def verdict(self) -> str:
        if self.measured is None:
            return "not measured"
        met = self.measured >= self.limit if self.at_least else self.measured <= self.limit
        return "met" if met else "**missed**"


def targets(found: Results) -> Iterator[Target]:
    p50, p99, value = found.p50, found.p99, found.values.get
    for when in ("", ", from the disk"):
        for name in corpus.QUERIES:
            yield Target(f"1M, {name}{when}: p99, ms", SEARCH_P99, p99(Key(MILLION, f"search: {name}{when}")))
    yield Target("1M, common word, exact: p50, ms", EXACT_COMMON, p50(Key(MILLION, "search: common word, exact")))
    for when in ("", ", from the disk"):
        newest = p99(Key(MILLION, f"search: common word, the newest first{when}"))
        yield Target(f"1M, the newest first{when}: p99, ms", RECENT_P99, newest)
    for name in corpus.CJK_QUERIES:
        yield Target(f"100k, Chinese, {name}: p50, ms", CJK, p50(Key(HUNDRED_THOUSAND, f"search: {name}")))
    for durability, limit in APPEND_P99.items():
        for how in (durability, f"{durability}, just opened"):
            ours, theirs = (p50(Key(MILLION, f"append: {how}", name)) for name in ("storage_rust", "sqlite3"))
            yield Target(f"1M, append, {how}: p50 over sqlite3's", APPEND_RATIO, ratio(ours, theirs))
            yield Target(f"1M, append, {how}: p99, ms", limit, p99(Key(MILLION, f"append: {how}")))
    for size in found.sizes():
        steady = p99(Key(size, "steady append"))
        if steady is not None:
            yield Target(f"{size:,}, steady append: p99, ms", APPEND_P99["normal"], steady)
    loaded = value(Key(MILLION, "load: with the index"))
    triggers, rebuild = (
        value(Key(MILLION, f"load: {how}", "sqlite3")) for how in ("with triggers", "rows, then a rebuild")
    )
    yield Target("1M, bulk load over sqlite3 with triggers", LOAD_OVER_TRIGGERS, ratio(loaded, triggers), at_least=True)
    yield Target("1M, bulk load over sqlite3's rebuild", LOAD_OVER_REBUILD, ratio(loaded, rebuild), at_least=True)
    readable = value(Key(MILLION, "load: rows readable"))
    yield Target("1M, bulk load: rows readable, a second", READABLE, readable, at_least=True)
    yield Target("1M, open and first page: p50, ms", OPEN, p50(Key(MILLION, "open and first page")))
    yield Target("import over bare Python, ms", IMPORT, value(Key(0, "import")))
    yield Target("1M, file over the raw text", FILE_RATIO, value(Key(MILLION, "size")))
    yield Target("wheel, MB", WHEEL, value(Key(0, "wheel")))
    for name in corpus.TYPED:
        yield Target(f"address bar, 200k pages, {name}: p99, ms", COMPLETE_P99, p99(Key(PAGES, f"complete: {name}")))


def ratio(ours: float | None, theirs: float | None) -> float | None:
    return ours / theirs if ours is not None and theirs else None


def verdicts(found: Results) -> str:
    lines = ["| target | limit | measured | |", "|---|--:|--:|---|"]
    for target in targets(found):
        bound = f"{'>=' if target.at_least else '<='} {target.limit:,g}"
        lines.append(f"| {target.text} | {bound} | {shown(target.measured) or '-'} | {target.verdict} |")
    return "\n".join(lines)
