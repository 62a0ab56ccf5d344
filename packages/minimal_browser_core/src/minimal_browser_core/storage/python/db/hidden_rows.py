"""The rows of a load that has not finished, which no read returns.

Each transaction of the load enters the ranges of ids that it stores in `index_backlog` and `hidden_threads`. The last
one removes these entries, which shows all rows at once. An unfinished load is undone from its last row on, each batch
in one transaction with the update of its range.
"""

import sqlite3
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Final

_CHUNK: Final = 100  # rows that are deleted at once
_MAX_TRANSACTION: Final = 0.05  # seconds that a transaction holds the write lock, without its commit
_UNDO: Final = {"rows": ("undo_fingerprints", "undo_rows"), "threads": ("undo_threads",)}
_TABLES: Final = {"rows": "conversations", "threads": "threads"}


def exist(db: sqlite3.Connection, sql: Mapping[str, str]) -> bool:
    """Return whether a load has not finished."""
    return db.execute(sql["hidden"]).fetchone() is not None


def begin(db: sqlite3.Connection, sql: Mapping[str, str]) -> None:
    """Hide what this transaction stores from now on."""
    for kind, next_id in zip(_TABLES, db.execute(sql["next_ids"]).fetchone(), strict=True):
        if db.execute(sql[f"continue_hidden_{kind}"], {"next": next_id}).rowcount == 0:
            db.execute(sql[f"begin_hidden_{kind}"], {"next": next_id})


def end(db: sqlite3.Connection, sql: Mapping[str, str], rows: int, threads: int) -> None:
    """End the ranges before the transaction ends; it has stored so many rows and threads."""
    for kind, added in (("rows", rows), ("threads", threads)):
        db.execute(sql[f"end_hidden_{kind}"], {"added": added})
        db.execute(sql[f"drop_empty_hidden_{kind}"])


def show(db: sqlite3.Connection, sql: Mapping[str, str]) -> None:
    """Show all rows."""
    db.execute(sql["show_rows"])
    db.execute(sql["show_threads"])


def undo_batch(db: sqlite3.Connection, sql: Mapping[str, str], should_stop: Callable[[], bool]) -> bool:
    """Delete the last hidden rows until `should_stop()` or 0.05 s have passed; returns whether rows are left.

    Their text is overwritten.
    """
    deadline = monotonic() + _MAX_TRANSACTION
    db.execute("PRAGMA secure_delete = ON")
    while _undo_chunk(db, sql) and monotonic() < deadline and not should_stop():
        continue
    db.execute("PRAGMA secure_delete = OFF")
    return exist(db, sql)


def _undo_chunk(db: sqlite3.Connection, sql: Mapping[str, str]) -> bool:
    for kind, table in _TABLES.items():
        if (found := db.execute(sql[f"last_hidden_{kind}"]).fetchone()) is None:
            continue
        first, last = found
        chunk = db.execute(sql[f"undo_chunk_of_{kind}"], {"first": first, "last": last, "limit": _CHUNK}).fetchone()
        start, deleted = first if chunk[0] is None else chunk[0], 0
        for name in _UNDO[kind]:
            deleted = db.execute(sql[name], {"first": start, "last": last}).rowcount
        db.execute(sql[f"shorten_hidden_{kind}"], {"first": first, "last": start - 1, "deleted": deleted})
        db.execute(sql[f"drop_empty_hidden_{kind}"])
        db.execute(sql["return_ids"], {"table": table, "last": last, "seq": start - 1})
        return True
    return False
