"""Rows that are stored but not yet in the search index.

A bulk load enters its range of ids in `index_backlog` before it stores the first row, in the same transaction: the
triggers then leave the index alone. Afterwards the rows are indexed in batches, each with the shrinking of its range in
one transaction, so that a kill loses nothing and whoever opens the file next goes on.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING, Final

from minimal_browser_core.errors import StorageError

from .segments import raise_big

if TYPE_CHECKING:
    from .database import Database

INDEX: Final = "conversations_fts"
_CHUNK: Final = 2000  # rows between two looks whether to go on; each makes a segment
_BATCH: Final = 0.2  # seconds that a transaction holds the write lock, but for its commit


def is_behind(db: sqlite3.Connection, sql: Mapping[str, str]) -> bool:
    """Whether rows are missing in the search index."""
    return db.execute(sql["backlog_next"]).fetchone() is not None


def catch_up(db: sqlite3.Connection, sql: Mapping[str, str], enough: Callable[[], bool]) -> bool:
    """Index what stands in the backlog until `enough` says so; whether some is left."""
    until = monotonic() + _BATCH
    while is_left := _index_chunk(db, sql):
        if monotonic() >= until or enough():
            break
    raise_big(db, INDEX)
    return is_left


def _index_chunk(db: sqlite3.Connection, sql: Mapping[str, str]) -> bool:
    found = db.execute(sql["backlog_next"]).fetchone()
    if found is None:
        return False
    first, last = found
    end = db.execute(sql["backlog_chunk"], {"first": first, "last": last, "limit": _CHUNK}).fetchone()[0]
    if end is not None:
        db.execute(sql["index_rows"], {"first": first, "last": end})
    if end is not None and end < last:
        db.execute(sql["backlog_shrink"], {"first": first, "rest": end + 1})
    else:
        db.execute(sql["backlog_done"], {"first": first})
    return is_behind(db, sql)


@contextmanager
def load(database: "Database", sql: Mapping[str, str]) -> Iterator[sqlite3.Connection]:
    """A transaction that stores many rows; they are indexed when it ends, a few with it and the rest in more of them.

    Those never fail, since the rows themselves are stored: what is left is indexed by `maintenance`, or by whoever
    opens the file next. `interrupt` leaves it to them, too.
    """
    mark = database.interrupt_mark()
    with database.write_many() as db:
        first = db.execute(sql["backlog_first"]).fetchone()[0]
        db.execute(sql["backlog_begin"], {"first": first})
        yield db
        db.execute(sql["backlog_end"], {"first": first})
        is_left = catch_up(db, sql, lambda: True)
    with suppress(StorageError):
        while is_left and database.interrupt_mark() == mark:
            with database.write() as db:
                is_left = catch_up(db, sql, lambda: database.interrupt_mark() != mark)
