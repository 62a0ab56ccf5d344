"""Importing a large file: how long it takes, and how much memory.

usage: python benchmarks/imports.py [MEGABYTES] [FOLDER]

Writes a JSON Lines file and a ChatGPT export of so many MB each (default: 1000) to FOLDER (default: temporary). Each
implementation imports both twice; the second import finds every record stored. Each import runs in a separate process.
Memory is the peak of the process minus what it used before. Not part of `run.py`, because it takes ten minutes.
"""

import importlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

import corpus
from row import Row
from worker import peak_mb

STORES = {
    "storage_rust": ("storage_rust", "ConversationStore"),
    "core": ("minimal_browser_core.storage.python.stores.conversations", "PythonConversationStore"),
}
EXCHANGES = 4  # of a conversation


def json_lines(rows: Iterator[Row], file: TextIO, size: int) -> None:
    while file.tell() < size:
        row = next(rows)
        file.write(json.dumps({"prompt": row.prompt, "response": row.response, "model": row.model}) + "\n")


def chatgpt(rows: Iterator[Row], file: TextIO, size: int) -> None:
    file.write("[")
    while file.tell() < size:
        row = next(rows)
        said = [text for _ in range(EXCHANGES) for text in (row.prompt, row.response)]
        mapping: dict[str, Any] = {"root": {"id": "root", "message": None, "parent": None, "children": ["0"]}}
        for n, text in enumerate(said):
            message = {
                "id": f"{row.timestamp}-{n}",
                "author": {"role": "assistant" if n % 2 else "user"},
                "create_time": row.timestamp / 1000 + n,
                "content": {"content_type": "text", "parts": [f"{n} {text}"]},
                "metadata": {"model_slug": row.model},
            }
            parent, children = str(n - 1) if n else "root", [str(n + 1)] if n + 1 < len(said) else []
            mapping[str(n)] = {"id": str(n), "message": message, "parent": parent, "children": children}
        conversation = {"title": "", "conversation_id": str(row.timestamp), "mapping": mapping}
        file.write((",\n" if file.tell() > 1 else "") + json.dumps(conversation))
    file.write("]")


FORMATS: dict[str, Callable[[Iterator[Row], TextIO, int], None]] = {"lines.jsonl": json_lines, "chatgpt.json": chatgpt}


def take(name: str, source: str, database: str) -> None:
    """In a process of its own."""
    module, store = STORES[name]
    with getattr(importlib.import_module(module), store)(database) as opened:
        before, start = peak_mb(), time.perf_counter()
        report = opened.import_file(source)
        seconds = time.perf_counter() - start
        print(f"{name:<14}{Path(source).name:<14}{seconds:7.0f} s {peak_mb() - before:6.0f} MiB  {report}", flush=True)


def main(megabytes: int, folder: Path) -> None:
    for file, write in FORMATS.items():
        source = folder / file
        with source.open("w") as made:
            write(corpus.rows(sys.maxsize), made, megabytes * 1_000_000)
        for name in STORES:
            database = folder / f"{file}-{name}.db"
            for _ in range(2):
                subprocess.run([sys.executable, __file__, "--take", name, str(source), str(database)], check=True)
            for leftover in folder.glob(f"{database.name}*"):
                leftover.unlink()
        source.unlink()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--take", name, source, database]:
            take(name, source, database)
        case [*some]:
            with tempfile.TemporaryDirectory() as own:
                main(int(some[0]) if some else 1000, Path(some[1]) if some[1:] else Path(own))
