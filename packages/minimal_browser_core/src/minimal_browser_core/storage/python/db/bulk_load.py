"""Store many rows in one transaction and index them afterwards."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from minimal_browser_core.errors import StorageError
from minimal_browser_core.storage.python.db.database import Database
from minimal_browser_core.storage.python.db.pending_index import index_pending_rows


@contextmanager
def bulk_load(database: Database, sql: Mapping[str, str]) -> Iterator[sqlite3.Connection]:
    """Open a transaction for many rows; the first are indexed in it, the rest in further transactions.

    These never raise, because the rows are stored already: maintenance, or the next process that opens the file,
    indexes what is left. `interrupt` stops the indexing here too.
    """
    epoch = database.interrupt_epoch()
    with database.write_many() as db:
        first = db.execute(sql["backlog_first"]).fetchone()[0]
        db.execute(sql["backlog_begin"], {"first": first})
        yield db
        db.execute(sql["backlog_end"], {"first": first})
        is_left = index_pending_rows(db, sql, lambda: True)
    with suppress(StorageError):
        while is_left and database.interrupt_epoch() == epoch:
            with database.write() as db:
                is_left = index_pending_rows(db, sql, lambda: database.interrupt_epoch() != epoch)
    database.replace_writer()
