import sqlite3
from contextlib import closing

import pytest

from minimal_browser_core.storage.python.db.database import Database
from minimal_browser_core.storage.python.db.options import Options
from minimal_browser_core.storage.python.stores.formats import CONVERSATIONS


def temp_store(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA temp_store").fetchone()[0])


def test_temporary_pages_stay_in_memory_only_during_large_transactions() -> None:
    options = Options.checked(":memory:", CONVERSATIONS, read_only=False, busy_timeout=5.0, durability="normal")
    database = Database(options, check_on_open=False)
    with closing(database):
        with database.write_many() as db:
            assert temp_store(db) == 2
        with pytest.raises(LookupError), database.write_many():
            raise LookupError
        with database.write() as db:
            assert temp_store(db) == 0
