"""Store many rows, all or none, while other processes write, and index them afterwards.

A small load is one transaction. A large one stores hidden rows in many short transactions, between which other writers
get their turn, and ends with one that shows all of them: see `hidden_rows`.
"""

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, Protocol

from minimal_browser_core.errors import Interrupted, StorageError
from minimal_browser_core.storage.python.db import hidden_rows
from minimal_browser_core.storage.python.db.database import Database
from minimal_browser_core.storage.python.db.load_lock import try_load_lock
from minimal_browser_core.storage.python.db.pending_index import index_pending_rows

MAX_SMALL_ROWS: Final = 500  # up to so many rows, with up to so many characters, are stored in one transaction
MAX_SMALL_TEXT: Final = 512 << 10
_MAX_TRANSACTION: Final = 0.04  # seconds that a transaction of a large load takes, without its commit
_TURN_OF_OTHERS: Final = 0.004  # seconds between two transactions
_LOCK_INTERVAL: Final = 0.02  # seconds between two looks whether the load before has finished
_MAX_UNDO: Final = 1.0  # seconds in which a failed load deletes its rows itself; maintenance deletes the rest


@dataclass
class Load:
    """A running load. Reads do not return its rows until it ends if it is hidden."""

    is_hidden: bool = False
    rows: int = 0  # that the transaction has stored
    threads: int = 0
    continued: set[int] = field(default_factory=set)  # visible threads
    titles: dict[int, str] = field(default_factory=dict)  # for visible threads that have none

    def add_to(self, db: sqlite3.Connection, sql: Mapping[str, str], thread_id: int) -> None:
        """Note that a row was added to a thread."""
        self.rows += 1
        is_new = self.is_hidden and thread_id not in self.continued
        if is_new and db.execute(sql["is_hidden_thread"], {"id": thread_id}).fetchone() is None:
            self.continued.add(thread_id)


class Items(Protocol):
    """What a load stores."""

    allows_hidden: bool
    """Whether the rows can be stored while those of another load are hidden."""

    def is_small(self) -> bool:
        """Return whether everything is within the limits of one transaction."""

    def store_next(self, db: sqlite3.Connection, load: Load) -> bool:
        """Store the next item; returns False if there is none."""

    def finish(self, db: sqlite3.Connection) -> None:
        """Do the rest in the transaction that shows the rows."""


def bulk_load(database: Database, sql: Mapping[str, str], items: Items) -> None:
    """Store all items or none, and index them.

    Indexing never raises, because the rows are stored already: maintenance, or the next process that opens the file,
    indexes what is left. `interrupt` stops it too.
    """
    epoch = database.interrupt_epoch()
    is_small = items.is_small() or database.in_memory
    if not (is_small and _load_at_once(database, sql, items)):
        _load_hidden(database, sql, items)
    with suppress(StorageError):
        is_left = True
        while is_left and database.interrupt_epoch() == epoch:
            with database.write() as db:
                is_left = index_pending_rows(db, sql, lambda: database.interrupt_epoch() != epoch)
            time.sleep(_TURN_OF_OTHERS if is_left else 0)
    database.replace_writer()


def undo_abandoned(database: Database, sql: Mapping[str, str]) -> None:
    """Delete the rows of a load that has not finished, if its process is gone."""
    if _has_hidden(database, sql):
        with try_load_lock(database.path) as is_locked:
            if is_locked:
                _undo(database, sql)


def _load_at_once(database: Database, sql: Mapping[str, str], items: Items) -> bool:
    with database.write_many() as db:
        if not items.allows_hidden and hidden_rows.exist(db, sql):
            return False
        first = db.execute(sql["backlog_first"]).fetchone()[0]
        db.execute(sql["backlog_begin"], {"first": first})
        load = Load()
        while items.store_next(db, load):
            continue
        items.finish(db)
        db.execute(sql["backlog_end"], {"first": first})
        index_pending_rows(db, sql, lambda: False)
    return True


def _load_hidden(database: Database, sql: Mapping[str, str], items: Items) -> None:
    with database.write():  # raises if it is not possible
        pass
    with _load_lock(database):
        _undo(database, sql)
        load = Load(is_hidden=True)
        try:
            _store_hidden(database, sql, items, load)
            with database.write() as db:
                items.finish(db)
                hidden_rows.show(db, sql)
                for thread in load.continued:
                    db.execute(sql["date_continued_thread"], {"thread_id": thread})
                for thread, title in load.titles.items():
                    db.execute(sql["title_thread"], {"thread_id": thread, "title": title})
        except BaseException:
            with suppress(StorageError):  # what is left stays hidden
                _undo(database, sql, time.monotonic() + _MAX_UNDO)
            raise


def _store_hidden(database: Database, sql: Mapping[str, str], items: Items, load: Load) -> None:
    has_more = True
    while has_more:
        with database.write_many() as db:
            deadline = time.monotonic() + _MAX_TRANSACTION
            hidden_rows.begin(db, sql)
            load.rows = load.threads = 0
            while has_more := items.store_next(db, load):
                if time.monotonic() >= deadline:
                    break
            hidden_rows.end(db, sql, load.rows, load.threads)
        time.sleep(_TURN_OF_OTHERS)


@contextmanager
def _load_lock(database: Database) -> Iterator[None]:
    """Wait until no other load holds the lock."""
    epoch = database.interrupt_epoch()
    while True:
        with try_load_lock(database.path) as is_locked:
            if is_locked:
                yield
                return
        with database.read():  # raises if the database is closed
            pass
        if database.interrupt_epoch() != epoch:
            raise Interrupted("The load was interrupted before it began", path=database.path)
        time.sleep(_LOCK_INTERVAL)


def _has_hidden(database: Database, sql: Mapping[str, str]) -> bool:
    with database.read() as db:
        return hidden_rows.exist(db, sql)


def _undo(database: Database, sql: Mapping[str, str], deadline: float | None = None) -> None:
    """Delete the rows of a load, in short transactions."""
    while _has_hidden(database, sql) and (deadline is None or time.monotonic() < deadline):
        with database.write_many() as db:
            hidden_rows.undo_batch(db, sql, lambda: False)
        time.sleep(_TURN_OF_OTHERS)
