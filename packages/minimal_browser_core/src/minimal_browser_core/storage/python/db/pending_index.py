"""Rows that are stored but not yet in the search index.

A bulk load enters its range of ids in `index_backlog` before it stores the first row, in the same transaction; the
triggers then do not index it. Later the rows are indexed in batches. Each batch shrinks its range in the same
transaction, so that a killed process loses nothing and the next one that opens the file continues.
"""

import sqlite3
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Final

from minimal_browser_core.storage.python.search.segments import is_crowded, merge, promote_large_segments

INDEX: Final = "conversations_fts"
_CHUNK_ROWS: Final = 256  # rows of the first chunk of a transaction; each chunk makes a segment
_MAX_CHUNK_ROWS: Final = 2048
_MAX_TRANSACTION: Final = 0.08  # seconds that a transaction holds the write lock, without its commit
_MERGED_PAGES: Final = 64  # that are merged in a transaction if there are too many segments


def has_pending_rows(db: sqlite3.Connection, sql: Mapping[str, str]) -> bool:
    """Return whether rows are missing in the search index."""
    return db.execute(sql["backlog_next"]).fetchone() is not None


def index_pending_rows(db: sqlite3.Connection, sql: Mapping[str, str], should_stop: Callable[[], bool]) -> bool:
    """Index pending rows until `should_stop()` or 0.08 s have passed; returns whether rows are left.

    If there are too many segments, some are merged instead.
    """
    if is_crowded(db, INDEX):
        merge(db, INDEX, _MERGED_PAGES)
        return has_pending_rows(db, sql)
    started = before = monotonic()
    rows = _CHUNK_ROWS
    while is_left := _index_chunk(db, sql, rows):
        now = monotonic()
        # The next chunk takes the rest of the time.
        rest = (started + _MAX_TRANSACTION - now) / max(now - before, 1e-6)
        rows, before = min(int(rows * rest), _MAX_CHUNK_ROWS), now
        if rows < _CHUNK_ROWS // 2 or should_stop():
            break
    promote_large_segments(db, INDEX)
    return is_left


def _index_chunk(db: sqlite3.Connection, sql: Mapping[str, str], limit: int) -> bool:
    pending = db.execute(sql["backlog_next"]).fetchone()
    if pending is None:
        return False
    first, last = pending
    end = db.execute(sql["backlog_chunk"], {"first": first, "last": last, "limit": limit}).fetchone()[0]
    if end is not None:
        db.execute(sql["index_rows"], {"first": first, "last": end})
    if end is not None and end < last:
        db.execute(sql["backlog_shrink"], {"first": first, "rest": end + 1})
    else:
        db.execute(sql["backlog_done"], {"first": first})
    return has_pending_rows(db, sql)
