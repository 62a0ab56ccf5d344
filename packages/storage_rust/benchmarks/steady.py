"""Writing at a constant rate for a long time into open stores, to see whether idle maintenance keeps up."""

import contextlib
import sqlite3
import time
from pathlib import Path

from processes import place, running
from results import OURS, Key, Results
from stores import has_grown

NAMES = (OURS, "sqlite3")
TICK = 0.25  # seconds
ROWS = 5  # per tick
PARTS = 4  # of the time, reported separately
SEGMENTS = "SELECT count(DISTINCT segid) FROM conversations_fts_idx"


def steady(results: Results, folder: Path, count: int, minutes: float) -> None:
    with running(NAMES, folder, "rows", count) as processes:
        for process in processes:
            process("open")
        written, worst = 0, dict.fromkeys(NAMES, 0)
        started, part = time.monotonic(), 1
        while (now := time.monotonic()) < started + minutes * 60:
            for process in processes:
                samples = process("append", samples=ROWS, seconds=TICK)
                results.add(Key(count, "steady append", process.name), samples)
                results.add(Key(count, f"steady append, {part} of {PARTS}", process.name), samples)
            written += ROWS
            ends = part < PARTS and time.monotonic() - started > part * minutes * 60 / PARTS
            if ends or written % (ROWS * 40) == 0:
                for name in NAMES:
                    current = segments(place(folder, name))
                    worst[name] = max(worst[name], current)
                    if ends:
                        results.values[Key(count, f"index segments: after {part} of {PARTS}", name)] = current
                part += ends
            time.sleep(max(0.0, now + TICK - time.monotonic()))
        for process in processes:
            results.values[Key(count, "index segments: most", process.name)] = worst[process.name]
            results.values[Key(count, "index segments: at the end", process.name)] = segments(
                place(folder, process.name)
            )
            process("close")
            has_grown(process.name, folder, written)


def segments(folder: Path) -> int:
    """The number of segments of the index. This process does not write the file."""
    with contextlib.closing(sqlite3.connect(f"{(folder / 'store.db').as_uri()}?mode=ro", uri=True)) as db:
        return int(db.execute(SEGMENTS).fetchone()[0])
