"""Appending right after a bulk load, while the index is still being merged: how long does the slowest append take?

usage: python benchmarks/after_load.py [ROWS] [SECONDS] [BURNERS]

Loads ROWS (default 300,000, in batches of 50,000) into a new store, then appends about a hundred rows per second for
SECONDS (default 60), while BURNERS processes (default 6) keep the CPU busy, so that merging takes long. Not part of
`run.py`, which measures on an idle machine.
"""

import contextlib
import itertools
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import corpus

from storage_rust import ConversationStore

BATCH = 50_000
PAUSE = 0.01  # seconds after each append


def burn() -> None:
    while True:
        sum(range(10_000))


@contextlib.contextmanager
def busy(burners: int) -> Iterator[None]:
    processes = [multiprocessing.Process(target=burn, daemon=True) for _ in range(burners)]
    for process in processes:
        process.start()
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.join()


def main(count: int, seconds: float, burners: int) -> None:
    rows = corpus.rows(sys.maxsize)
    with busy(burners), tempfile.TemporaryDirectory() as folder, ConversationStore(Path(folder) / "store.db") as store:
        for loaded in range(0, count, BATCH):
            batch = itertools.islice(rows, min(BATCH, count - loaded))
            store.add_many([{"prompt": row.prompt, "response": row.response, "model": row.model} for row in batch])
        samples = []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            row = next(rows)
            start = time.perf_counter()
            store.add_conversation(row.prompt, row.response, row.model)
            samples.append((time.perf_counter() - start) * 1000)
            time.sleep(PAUSE)
    samples.sort()
    p50, p99 = samples[len(samples) // 2], samples[len(samples) * 99 // 100]
    print(f"{len(samples)} appends: p50 {p50:.2f} ms, p99 {p99:.1f} ms, worst {samples[-1]:,.0f} ms")


if __name__ == "__main__":
    arguments = sys.argv[1:] + ["300000", "60", "6"][len(sys.argv) - 1 :]
    main(int(arguments[0]), float(arguments[1]), int(arguments[2]))
