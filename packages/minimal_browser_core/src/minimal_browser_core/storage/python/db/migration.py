"""Upgrade an older file to the current format.

`sql/<name>.<version>.sql` upgrades from the version before. It drops what changes its structure; the schema, which
creates only what is missing, makes it again, and the search index is rebuilt from the stored text. All of this happens
in one transaction.
"""

import sqlite3
from collections.abc import Iterable

from minimal_browser_core.storage.python.db.statements import script
from minimal_browser_core.storage.python.search.grams import grams
from minimal_browser_core.storage.python.search.url_text import url_grams


def migrate(db: sqlite3.Connection, name: str, version: int, indexes: Iterable[str]) -> None:
    """Upgrade to `version` in the open transaction."""
    (current,) = db.execute("PRAGMA user_version").fetchone()
    if current >= version:  # another process was faster
        return
    db.create_function("grams", 1, grams)
    db.create_function("url_grams", 1, url_grams)
    for step in range(current + 1, version + 1):
        for statement in script(f"{name}.{step}"):
            db.execute(statement)
    for statement in script(f"{name}.schema"):
        db.execute(statement)
    rebuild(db, indexes)


def rebuild(db: sqlite3.Connection, indexes: Iterable[str]) -> None:
    """Rebuild full-text indexes from the stored text."""
    for index in indexes:
        db.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")  # noqa: S608  the names are constants
