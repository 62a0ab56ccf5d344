"""An older file brought up to the format of today, in one transaction: `sql/<name>.<version>.sql` from the one before.

A migration drops what it changes the shape of; the schema, which names everything only where it is missing, makes it
anew, and the search index is built again from the text.
"""

import sqlite3
from collections.abc import Iterable

from .statements import script
from .text import grams


def migrate(db: sqlite3.Connection, name: str, version: int, indexes: Iterable[str]) -> None:
    """To `version`, in the transaction that is open."""
    (found,) = db.execute("PRAGMA user_version").fetchone()
    if found >= version:  # another process was faster
        return
    db.create_function("grams", 1, grams)
    for step in range(found + 1, version + 1):
        for statement in script(f"{name}.{step}"):
            db.execute(statement)
    for statement in script(f"{name}.schema"):
        db.execute(statement)
    rebuild(db, indexes)


def rebuild(db: sqlite3.Connection, indexes: Iterable[str]) -> None:
    for index in indexes:
        db.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")  # noqa: S608  the names are ours
