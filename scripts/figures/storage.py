"""docs/STORAGE_BENCHMARK.md: the native store compared with the Python implementation and with a JSON log."""

import math
import sys
import tempfile
from pathlib import Path

import document
import plot
from verdict import judge_module

BENCHMARKS = document.ROOT / "packages" / "storage_rust" / "benchmarks"
sys.path.append(str(BENCHMARKS))
import corpus  # noqa: E402
from results import Key, Results, shown  # noqa: E402
from stages import Effort, append, open_and_look, search  # noqa: E402
from stores import build  # noqa: E402

RUST, PYTHON, LOG = "storage_rust", "core", "JSON log"
NAMES = {PYTHON: "Python", RUST: "Rust", LOG: "JSON log"}
SIZES = (10_000, 100_000)
HEAD = ["p50 / p99, ms", *NAMES.values(), "Python, of Rust"]
TIMES = {
    **{f"search: {name}": f"search: {name}" for name in corpus.QUERIES},
    "search: common word, the newest first": "search: common word, the newest first",
    "open and first page": "open, and the first page",
    "append: normal": "append, survives a crash of the process",
    "append: full": "append, survives loss of power",
}

INTRODUCTION = """\
Both stores write one file format, so that either can open the other's files. The Python store uses the standard
library's `sqlite3` and ranks and cuts snippets in Python; the native store does so in Rust, with its own SQLite. The
third column is the JSON log of minimal_browser 0.x: a list in memory, searched word by word and rewritten at each
append.

Conversations have 200 to 2,000 characters, with word frequencies of a natural language. Each store runs in a separate
process, and they take turns; a ratio is that of the medians of one run. [The benchmarks of
`storage_rust`](../packages/storage_rust/benchmarks/README.md) compare it with other stores, up to a million
conversations, and explain the method."""


def measure(rounds: int) -> Results:
    """Run the benchmarks of the store in every size."""
    found, effort = Results(), Effort(rounds, 80, 0.2)
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            place = Path(folder) / str(size)
            place.mkdir()
            build(found, list(NAMES), place, "rows", size)
            search(found, list(NAMES), place, "rows", size, effort)
            open_and_look(found, list(NAMES), place, size, effort)
            append(found, list(NAMES), place, size, effort)
    return found


def median(found: Results, size: int, what: str, name: str) -> float:
    """Milliseconds; NaN if a store cannot do it."""
    value = found.p50(Key(size, what, name))
    return math.nan if value is None else value


def both(found: Results, size: int, what: str, name: str) -> str:
    """The cell of a table: median and 99th percentile."""
    key = Key(size, what, name)
    return f"{shown(found.p50(key))} / {shown(found.p99(key))}" if key in found.samples else ""


def make(rounds: int) -> None:
    """Measure, and write the document."""
    document.refuse_editable("storage_rust")
    found = measure(rounds)
    tables, better = [], {}
    for size in SIZES:
        rows = []
        for what, title in TIMES.items():
            improvement = median(found, size, what, PYTHON) / median(found, size, what, RUST)
            better[f"{title}, {size:,}"] = improvement
            rows.append([title, *(both(found, size, what, name) for name in NAMES), f"{document.number(improvement)}x"])
        rates = [found.values[Key(size, "load: with the index", name)] for name in (PYTHON, RUST)]
        better[f"load, {size:,}"] = rates[1] / rates[0]
        rows.append(["load, rows a second", *map(shown, rates), "", f"{document.number(rates[1] / rates[0])}x"])
        held = {name: found.values[Key(size, "memory of searching (rows)", name)] for name in NAMES}
        rows.append(
            ["memory of a process that searched, MiB", *map(shown, held.values()), f"{held[PYTHON] / held[RUST]:.2f}x"]
        )
        better[f"memory, {size:,}"] = held[PYTHON] / held[RUST]
        tables.append(f"## {size:,} conversations\n\n{document.table(HEAD, rows)}")
    verdict = judge_module(better)
    chart = f"Searching, opening and appending, {SIZES[-1]:,} conversations"
    series = {title: [median(found, SIZES[-1], what, name) for what in TIMES] for name, title in NAMES.items()}
    losses = [f"{what} ({document.number(value)}x)" for what, value in better.items() if value < 1]
    document.write(
        "STORAGE_BENCHMARK",
        "The native store, measured",
        "scripts/nox -s figures -- storage",
        [
            INTRODUCTION,
            plot.bars(document.FIGURES / "storage.svg", chart, list(TIMES.values()), series, "ms, p50"),
            *tables,
            f"## The decision\n\n{document.RULE} {document.verdict('`storage_rust`', verdict)}\n\n"
            + (f"Python is better in: {'; '.join(losses)}." if losses else "Python is better in none of them."),
        ],
        ("storage_rust", "minimal_browser_core"),
    )
    queries = {title: median(found, SIZES[0], "search: common word", name) for name, title in NAMES.items()}
    document.save("storage", {"improvement": verdict.improvement, "query_ms": queries})
