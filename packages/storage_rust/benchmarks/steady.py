"""Writing at a steady pace for a long time into stores that stay open: are merges put off, and are they made?"""

import contextlib
import sqlite3
import time
from pathlib import Path

from crew import crew, place
from results import OURS, Key, Results
from stores import has_grown

NAMES = (OURS, "sqlite3")
TICK = 0.25  # seconds
ROWS = 5  # at each tick
PARTS = 4  # of the time, told one by one
SEGMENTS = "SELECT count(DISTINCT segid) FROM conversations_fts_idx"


def steady(results: Results, folder: Path, count: int, minutes: float) -> None:
    with crew(NAMES, folder, "rows", count) as processes:
        for process in processes:
            process("open")
        written, worst = 0, dict.fromkeys(NAMES, 0)
        begun, part = time.monotonic(), 1
        while (now := time.monotonic()) < begun + minutes * 60:
            for process in processes:
                samples = process("append", samples=ROWS, seconds=TICK)
                results.add(Key(count, "steady append", process.name), samples)
                results.add(Key(count, f"steady append, {part} of {PARTS}", process.name), samples)
            written += ROWS
            ends = part < PARTS and time.monotonic() - begun > part * minutes * 60 / PARTS
            if ends or written % (ROWS * 40) == 0:
                for name in NAMES:
                    now_there = segments(place(folder, name))
                    worst[name] = max(worst[name], now_there)
                    if ends:
                        results.values[Key(count, f"index segments: after {part} of {PARTS}", name)] = now_there
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
    """Read from a process that writes none of the files."""
    with contextlib.closing(sqlite3.connect(f"{(folder / 'store.db').as_uri()}?mode=ro", uri=True)) as db:
        return int(db.execute(SEGMENTS).fetchone()[0])
