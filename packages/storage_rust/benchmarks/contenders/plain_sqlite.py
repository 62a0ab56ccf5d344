"""The same operations in SQL with the standard library's sqlite3."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from clock import Clock
from row import Row

from contenders import sql
from contenders.contender import Contender, Durability, Rates, batches


class Store(Contender):
    """Our schema and triggers, without this package."""

    def build(self, rows: Iterator[Row], *, cjk: bool) -> Rates:
        """Load with triggers; and once more without them into a temporary file, to rebuild the index at the end."""
        with_triggers, without = Clock(), Clock()
        (self.folder / "rebuilt").mkdir()
        db, other = self.created(self.folder / "store.db"), self.created(self.folder / "rebuilt" / "store.db")
        other.execute(sql.NO_TRIGGER)
        count = 0
        for batch in batches(rows):
            with_triggers.time(lambda batch=batch, count=count: load(db, batch, count))
            if not cjk:
                without.time(lambda batch=batch, count=count: load(other, batch, count))
            count += len(batch)
        db.close()
        rates = {"with triggers": count / with_triggers.seconds}
        if not cjk:
            rates["rows alone"] = count / without.seconds
            without.time(lambda: rebuild(other))
            rates["rows, then a rebuild"] = count / without.seconds
        other.close()
        for path in (self.folder / "rebuilt").iterdir():
            path.unlink()
        (self.folder / "rebuilt").rmdir()
        return rates

    def created(self, path: Path) -> sqlite3.Connection:
        db = sqlite3.connect(path, isolation_level=None)
        db.executescript(sql.PRAGMAS.format("NORMAL") + sql.SCHEMA)
        return db

    def open(self, durability: Durability = "normal") -> None:
        self.db = sqlite3.connect(self.folder / "store.db", isolation_level=None)
        self.db.executescript(sql.PRAGMAS.format(sql.SYNCHRONOUS[durability]))

    def close(self) -> None:
        self.db.close()

    def search(self, query: str, *, recent: bool = False, exact: bool = False, cjk: bool = False) -> int:
        return len(self.db.execute(sql.search(recent=recent, cjk=cjk), (query,)).fetchall())

    def append(self, row: Row) -> None:
        self.db.execute("BEGIN IMMEDIATE")
        thread = self.db.execute(sql.ADD_THREAD, (row.timestamp,)).lastrowid
        assert thread
        self.db.execute(sql.ADD, sql.values(row, thread))
        self.db.execute("COMMIT")

    def recent(self) -> int:
        return len(self.db.execute(sql.RECENT).fetchall())


def load(db: sqlite3.Connection, batch: list[Row], before: int) -> None:
    db.execute("BEGIN IMMEDIATE")
    db.executemany(sql.ADD_THREAD, [(row.timestamp,) for row in batch])
    db.executemany(sql.ADD, [sql.values(row, before + n) for n, row in enumerate(batch, 1)])
    db.execute("COMMIT")


def rebuild(db: sqlite3.Connection) -> None:
    db.execute(sql.REBUILD)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
