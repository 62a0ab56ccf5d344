"""The same SQL with apsw, which has its own SQLite: how much comes from a newer SQLite alone."""

from collections.abc import Iterator

import apsw
from row import Row

from contenders import sql
from contenders.contender import Contender, Durability, Rates


class Store(Contender):
    """The file of sqlite3."""

    def build(self, rows: Iterator[Row], *, cjk: bool) -> Rates:
        raise NotImplementedError("uses the file of sqlite3")

    def open(self, durability: Durability = "normal") -> None:
        self.db = apsw.Connection(str(self.folder / "store.db"))
        list(self.db.execute(sql.PRAGMAS.format(sql.SYNCHRONOUS[durability])))

    def close(self) -> None:
        self.db.close()

    def search(self, query: str, *, recent: bool = False, exact: bool = False, cjk: bool = False) -> int:
        return len(list(self.db.execute(sql.search(recent=recent, cjk=cjk), (query,))))

    def append(self, row: Row) -> None:
        self.db.execute("BEGIN IMMEDIATE")
        self.db.execute(sql.ADD_THREAD, (row.timestamp,))
        self.db.execute(sql.ADD, sql.values(row, self.db.last_insert_rowid()))
        self.db.execute("COMMIT")

    def recent(self) -> int:
        return len(list(self.db.execute(sql.RECENT)))
