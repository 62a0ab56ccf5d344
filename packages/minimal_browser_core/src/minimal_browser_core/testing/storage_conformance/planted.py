"""Triggers, views and expressions that others have planted in the file of a store."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from .base import Open, StoreSuite

RUNS_ON_WRITE = {
    "insert trigger": "CREATE TRIGGER evil AFTER INSERT ON {table} BEGIN INSERT INTO stolen VALUES (new.url); END",
    "delete trigger": "CREATE TRIGGER evil BEFORE DELETE ON {table} BEGIN SELECT hex(zeroblob(1000000000)); END",
    "endless trigger": "CREATE TRIGGER evil AFTER INSERT ON {table} BEGIN INSERT INTO stolen WITH RECURSIVE n (x) "
    "AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n; END",
    "index": "CREATE INDEX evil ON {table} (length(url) + 1)",
    "partial index": "CREATE INDEX evil ON {table} (url) WHERE length(url) > 1",
    "generated column": "ALTER TABLE {table} ADD COLUMN evil TEXT AS (hex(zeroblob(100000000)))",
    "column with a check": "ALTER TABLE {table} ADD COLUMN evil TEXT CHECK (length(hex(zeroblob(100000000))) > 0)",
}
VIEW = "CREATE VIEW evil AS WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n"

PLANT = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("CREATE TABLE stolen (url)")
db.execute(sys.argv[2])
db.commit()
"""


def plant(path: Path, *statements: str) -> None:
    """Change the schema of a closed store."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("CREATE TABLE IF NOT EXISTS stolen (url)")
        for statement in statements:
            db.execute(statement)


def one(path: Path, query: str) -> Any:
    """Return one value of a database."""
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchone()[0]


class Planted(StoreSuite):
    """`write` adds something to the store, `table` is the one that it is added to."""

    table: str

    @pytest.fixture
    def write(self) -> Callable[[Any], object]:
        return lambda store: self.fill(store, 1)

    @pytest.mark.parametrize("kind", RUNS_ON_WRITE)
    def test_what_would_run_during_a_write_is_reported_and_never_runs(
        self, path: Path, opened: Open, errors: Any, write: Callable[[Any], object], kind: str
    ) -> None:
        store = opened()
        self.fill(store, 3)
        store.close()
        before = one(path, f"SELECT count(*) FROM {self.table}")  # noqa: S608
        plant(path, RUNS_ON_WRITE[kind].format(table=self.table))
        store = opened()
        self.read_all(store)
        (problem,) = store.check()
        assert self.table in problem
        assert "column" in kind or "evil" in problem
        with pytest.raises(errors.ForeignDatabase, match=self.table):
            write(store)
        store.close()
        assert one(path, "SELECT count(*) FROM stolen") == 0
        assert one(path, f"SELECT count(*) FROM {self.table}") == before  # noqa: S608
        with closing(sqlite3.connect(path)) as db:
            name = "TRIGGER" if "trigger" in kind else "INDEX"
            db.execute(f"ALTER TABLE {self.table} DROP COLUMN evil" if "column" in kind else f"DROP {name} evil")
        store = opened()
        write(store)
        assert store.check() == []

    def test_what_is_planted_while_the_store_is_open_does_not_run(
        self, path: Path, opened: Open, errors: Any, write: Callable[[Any], object]
    ) -> None:
        store = opened()
        write(store)
        statement = RUNS_ON_WRITE["insert trigger"].format(table=self.table)
        # Another process; this one must not open the file through a second SQLite.
        subprocess.run([sys.executable, "-c", PLANT, str(path), statement], check=True)  # noqa: S603  a constant program
        with pytest.raises(errors.ForeignDatabase):
            write(store)
        store.close()
        assert one(path, "SELECT count(*) FROM stolen") == 0

    def test_a_trigger_of_the_store_that_was_changed_does_not_run(
        self, path: Path, opened: Open, errors: Any, write: Callable[[Any], object]
    ) -> None:
        opened().close()
        name = one(path, f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{self.table}'")  # noqa: S608
        body = f"AFTER INSERT ON {self.table} BEGIN INSERT INTO stolen VALUES (1); END"  # noqa: S608
        plant(path, f"DROP TRIGGER {name}", f"CREATE TRIGGER {name} {body}")
        store = opened()
        assert any(name in problem for problem in store.check())
        with pytest.raises(errors.ForeignDatabase, match=name):
            write(store)
        assert one(path, "SELECT count(*) FROM stolen") == 0

    def test_a_view_is_reported_and_the_store_works(
        self, path: Path, opened: Open, write: Callable[[Any], object]
    ) -> None:
        opened().close()
        plant(path, VIEW)
        store = opened()
        write(store)
        self.read_all(store)
        assert [problem for problem in store.check() if "view evil" in problem] == store.check()
        assert len(store.check()) == 1

    def test_a_view_in_the_place_of_a_table_is_refused(self, path: Path, opened: Open, errors: Any) -> None:
        opened().close()
        plant(path, "PRAGMA foreign_keys = OFF", f"DROP TABLE {self.table}", VIEW.replace("evil", self.table))
        with pytest.raises(errors.StorageError, match=self.table):
            opened()
        with pytest.raises(errors.StorageError, match=self.table):
            opened(read_only=True)

    def test_tables_and_indexes_of_columns_that_users_add_are_left_alone(
        self, path: Path, opened: Open, write: Callable[[Any], object]
    ) -> None:
        opened().close()
        plant(path, f"CREATE INDEX mine ON {self.table} (url)", "CREATE TABLE notes (text)")
        store = opened()
        write(store)
        assert store.check() == []


class ConversationPlanted(Planted):
    """The rows of conversations."""

    table = "conversations"


class BookmarkPlanted(Planted):
    """The rows of bookmarks."""

    table = "bookmarks"


class HistoryPlanted(Planted):
    """The rows of pages."""

    table = "pages"
