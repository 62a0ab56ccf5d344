"""The same operations with `insert` and `search` of sqlite-utils, which has no snippets."""

from collections.abc import Iterator
from typing import Any

import sqlite_utils
from row import Row

from contenders import sql
from contenders.contender import Contender, Durability, Rates

COLUMNS = [name.strip().removeprefix("c.") for name in sql.COLUMNS.split(",")]


class Store(Contender):
    """The file of sqlite3."""

    def build(self, rows: Iterator[Row], *, cjk: bool) -> Rates:
        raise NotImplementedError("uses the file of sqlite3")

    def open(self, durability: Durability = "normal") -> None:
        self.db: Any = sqlite_utils.Database(self.folder / "store.db")
        self.db.conn.executescript(sql.PRAGMAS.format(sql.SYNCHRONOUS[durability]))

    def close(self) -> None:
        self.db.close()

    def search(self, query: str, *, recent: bool = False, exact: bool = False, cjk: bool = False) -> int:
        order = "conversations_fts.rowid desc" if recent else None
        return len(list(self.db["conversations"].search(query, columns=COLUMNS, order_by=order, limit=20)))

    def append(self, row: Row) -> None:
        at = row.timestamp
        with self.db.atomic():
            thread = self.db["threads"].insert({"created_at": at, "updated_at": at}).last_pk
            self.db["conversations"].insert({**row._asdict(), "thread_id": thread})

    def recent(self) -> int:
        rows = self.db["conversations"].rows_where(
            select=", ".join(COLUMNS), order_by="timestamp desc, id desc", limit=50
        )
        return len(list(rows))
