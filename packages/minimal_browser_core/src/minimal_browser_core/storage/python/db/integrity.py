"""Check a whole database for damage."""

import sqlite3

from minimal_browser_core.errors import DatabaseCorrupt
from minimal_browser_core.storage.python.db import hidden_rows
from minimal_browser_core.storage.python.db.bulk_load import undo_abandoned
from minimal_browser_core.storage.python.db.database import Database
from minimal_browser_core.storage.python.db.planted import describe_planted
from minimal_browser_core.storage.python.db.statements import statements


def has_hidden_rows(database: Database, db: sqlite3.Connection) -> bool:
    """Return whether a load has not finished."""
    name = database.format.pending_index
    return name is not None and hidden_rows.exist(db, statements(name))


def undo_abandoned_load(database: Database) -> None:
    """Delete the rows of a load whose process is gone."""
    if database.format.pending_index is not None:
        undo_abandoned(database, statements(database.format.pending_index))


def check(database: Database, *index_statements: str) -> list[str]:
    """Return the problems in words. If the store is writable, the search index is compared with the text too."""
    problems: list[str] = []
    may_write = not database.read_only
    try:
        with database.read() as db:
            problems, runs = describe_planted(db, database.format)
        may_write = may_write and not runs
        if may_write:
            undo_abandoned_load(database)
            database.maintenance.index_all()  # otherwise pending rows would be missing in the index
        # FTS5's part of the check uses a cached index if the connection has read before.
        with database.read(fresh=True) as db:
            problems += [row[0] for row in db.execute("PRAGMA integrity_check") if row[0] != "ok"]
            for table, row, parent, _ in db.execute("PRAGMA foreign_key_check"):
                problems.append(f"row {row} of {table} refers to a row of {parent} that does not exist")
    except DatabaseCorrupt as error:
        return [*problems, str(error)]
    if may_write:
        try:
            with database.write() as db:
                if has_hidden_rows(database, db):
                    return problems  # during a load the index lacks these rows
                for statement in index_statements:
                    db.execute(statement)
        except DatabaseCorrupt:
            problems.append("the search index does not agree with the stored text")
    return problems
