"""Building the stores, which measures bulk loading and sizes. A folder with stores is used again."""

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

import corpus
from clock import CPU
from contenders import BORROWS, DISTRIBUTIONS
from processes import Process, place
from results import Key, Results

IDLE = 2.0  # seconds without a change after which the idle maintenance of a store has finished


def build(results: Results, names: Sequence[str], folder: Path, kind: str, count: int) -> None:
    """Build one store after the other, unless the folder has one of the same version."""
    for name in (name for name in names if name not in BORROWS):
        note = folder / f"{place(folder, name).name}.json"
        made = json.loads(note.read_text()) if note.is_file() else {}
        if made.get("made_by") != (version := made_by()) or made["grown"] > count / 100:
            print(f"building {kind}, {count:,}: {name}", flush=True)
            note.unlink(missing_ok=True)
            with Process(name, place(folder, name), kind, count) as process:
                made = process("build") | {"made_by": version, "grown": 0}
                if (file := place(folder, name) / "store.db").is_file():
                    print(f"settled in {settle(process, file):.0f} s", flush=True)
            made["free"] = free_pages(place(folder, name) / "store.db")
            note.write_text(json.dumps(made))
        if kind == "cjk":
            results.values[Key(count, "size of Chinese", name)] = made["over_text"]
        else:
            for how, rate in made["rates"].items():
                results.values[Key(count, f"load: {how}", name)] = rate
            results.values[Key(count, "size", name)] = made["over_text"]
            if made.get("free") is not None:
                results.values[Key(count, "free", name)] = made["free"]
            results.values[Key(count, "memory of the load", name)] = made["peak_mb"]


def settle(process: Process, file: Path) -> float:
    """The seconds, not counted as loading, until the open store has merged its index."""
    started = time.monotonic()
    process("open")
    with contextlib.closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as db:
        seen = None
        while seen != (now := db.execute("PRAGMA data_version").fetchone()[0]):
            seen = now
            time.sleep(IDLE)
    process("close")
    return time.monotonic() - started


def free_pages(file: Path) -> float | None:
    """The percentage of free pages; None if the store is not an SQLite file."""
    if not file.is_file():
        return None
    with contextlib.closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as db:
        free, pages = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("freelist_count", "page_count"))
    return 100.0 * float(free) / float(pages)


def has_grown(name: str, folder: Path, rows: int) -> None:
    """Note that rows were appended: a store is used again only if it has about the right size."""
    note = folder / f"{place(folder, name).name}.json"
    made = json.loads(note.read_text())
    note.write_text(json.dumps(made | {"grown": made["grown"] + rows}))


def made_by() -> str:
    """A hash of what a store and its rates depend on: all versions, our code, the texts and the clock."""
    parts = [f"{name} {importlib.metadata.version(name)}" for name in DISTRIBUTIONS]
    native = importlib.util.find_spec("storage_rust._native")
    parts.append(os.environ.get(CPU, ""))
    files = [Path(corpus.__file__), *sorted(Path(__file__).with_name("contenders").glob("*.py"))]
    if native and native.origin:
        files.append(Path(native.origin))
    return hashlib.sha256("\n".join(parts).encode() + b"".join(file.read_bytes() for file in files)).hexdigest()
