#!/usr/bin/env python3
"""Import conversations from JSON and other exports into a SQLite store; running it again adds nothing.

    scripts/migrate_to_sqlite.py conversations.json conversations.db

It needs minimal_browser_core or storage_rust, and prefers storage_rust. The source is never changed.
"""

import argparse
import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any


def main() -> int:
    """The command line; returns its exit code."""
    parser = argparse.ArgumentParser(description="Import conversations from other programs into a SQLite store.")
    parser.add_argument("source", help="conversations.json, or any other file that an import reads")
    parser.add_argument("database", nargs="?", help="the store (default: the source with the suffix .db)")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    options = parser.parse_args()
    database = options.database or str(Path(options.source).with_suffix(".db"))
    run, store = _implementation()
    arguments = [database, "import", options.source, *(["--json"] if options.json else [])]
    code: int = run("migrate_to_sqlite", store, arguments)
    return code


def _implementation() -> tuple[Any, Any]:
    """The command line and the store: those of the wheel if it is installed, whose failures are then not hidden."""
    if importlib.util.find_spec("storage_rust") is not None:
        store = importlib.import_module("storage_rust").ConversationStore
        return importlib.import_module("storage_rust._transfer.cli").main, store
    store = importlib.import_module("minimal_browser_core.storage.python.stores.conversations").PythonConversationStore
    return importlib.import_module("minimal_browser_core.storage.transfer.cli").main, store


if __name__ == "__main__":
    sys.exit(main())
