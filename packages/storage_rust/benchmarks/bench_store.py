"""Append and search, the wheel against the stdlib fallback: `python benchmarks/bench_store.py [--rows 10000]`.

Each implementation runs in a process of its own, on the same rows: 200 to 2,000 characters with a Zipfian vocabulary.
Times are in milliseconds; the last column says how many times faster the wheel is.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

VOCABULARY = 50_000
QUERIES = {
    "a rare word": "word49000",
    "a word of 1 % of the rows": "word800",
    "a common word": "word1",
    "two common words": "word1 word2",
    "a phrase": '"word1 word2"',
    "a prefix of two letters": "wo*",
    "two ideographs": "東京",
}


def rows(count: int) -> Iterator[tuple[str, str]]:
    chance = random.Random(20_241_123)
    words = [f"word{n}" for n in range(1, VOCABULARY + 1)]
    weights = [1 / n for n in range(1, VOCABULARY + 1)]
    for n in range(count):
        text, size = [], chance.randint(200, 2000)
        for word in chance.choices(words, weights, k=size // 5):
            text.append(word)
            size -= len(word) + 1
            if size < 0:
                break
        response = " ".join(text)
        yield f"question {n} {text[0]}", response + (" 東京都の天気" if n % 100 == 0 else "")


def timed(action: Callable[[], Any]) -> float:
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


def measure(implementation: str, count: int) -> dict[str, float]:
    if implementation == "native":
        from storage_rust import ConversationStore as Store
    else:
        from minimal_browser_core.fallback.conversations import PythonConversationStore as Store
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        with Store(path) as store:
            data = list(rows(count))
            times = [timed(lambda row=row: store.add_conversation(*row, "a-model")) for row in data]
            found["append, median"] = statistics.median(times)
            found["append, 99th percentile"] = statistics.quantiles(times, n=100)[98]
            for name, query in QUERIES.items():
                assert store.search(query).hits, query
                times = [timed(lambda query=query: store.search(query)) for _ in range(20)]
                found[f"search, {name}"] = statistics.median(times)
            times = [timed(lambda: store.search("word1", order="recent")) for _ in range(20)]
            found["search, the newest first"] = statistics.median(times)
            times = [timed(store.recent) for _ in range(20)]
            found["the first page of recent"] = statistics.median(times)
        found["open and the first page"] = timed(lambda: opened(Store, path))
        found["size of the file, times the text"] = path.stat().st_size / sum(
            len(text.encode()) for row in data for text in row
        )
    return found


def opened(store_class: Any, path: Path) -> None:
    with store_class(path) as store:
        store.recent()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--measure", choices=["native", "fallback"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure, options.rows)))
        return
    found = {}
    for name in ("native", "fallback"):
        command = [sys.executable, __file__, "--measure", name, "--rows", str(options.rows)]
        found[name] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    print(f"{options.rows} rows{'native':>46}{'fallback':>12}{'ratio':>9}")
    for what, native in found["native"].items():
        fallback = found["fallback"][what]
        print(f"{what:<45}{native:>12.3f}{fallback:>12.3f}{fallback / native:>8.1f}x")


if __name__ == "__main__":
    main()
