"""Reading SQLite files of other programs, which are never changed and never trusted.

Only columns of real tables are read, in full scans without functions, so that nothing in the file runs: no view, no
trigger, no generated column, no virtual table. Sizes and work are limited to what the size of the file allows.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from ._host import Interrupted, StorageError, owners

MAGIC: Final = b"SQLite format 3\0"
_ENGINE: Final = f"Python's sqlite3 module (SQLite {sqlite3.sqlite_version})"
_MAX_VALUE: Final = 64 << 20  # bytes of one text
_MAX_STATEMENT: Final = 1 << 20  # bytes of a statement, in the schema too
_STEPS_BETWEEN_CHECKS: Final = 2000  # steps of SQLite's virtual machine
_STEPS_PER_BYTE: Final = 8  # a row has at least two bytes, and takes fewer than sixteen steps and two for each column
_FREE_STEPS: Final = 10_000_000
_TEXT_PER_BYTE: Final = 4  # text in UTF-16 can double in size
_FREE_TEXT: Final = 1 << 20
_PRAGMAS: Final = ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON", "mmap_size = 0")
_CONFIG: Final = {"DEFENSIVE": True, "TRUSTED_SCHEMA": False, "ENABLE_TRIGGER": False, "ENABLE_VIEW": False}
_ALLOWED: Final = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_PRAGMA)

Row = tuple[Any, ...]


class DamagedFileError(Exception):
    """The rest of a table cannot be read; the message says why."""


class ForeignFile:
    """An open SQLite file of another program."""

    def __init__(self, db: sqlite3.Connection, size: int, is_interrupted: Callable[[], bool]) -> None:
        self._db = db
        self._is_interrupted = is_interrupted
        self._steps_left = _FREE_STEPS + size * _STEPS_PER_BYTE
        self._text_left = _FREE_TEXT + size * _TEXT_PER_BYTE
        self._stopped_by: BaseException | None = None
        _harden(db)
        db.set_progress_handler(self._should_stop, _STEPS_BETWEEN_CHECKS)
        self._tables = self._real_tables()

    def _should_stop(self) -> bool:
        """Count steps and check for an interrupt. An exception here, such as KeyboardInterrupt, would be lost."""
        try:
            self._steps_left -= _STEPS_BETWEEN_CHECKS
            if self._is_interrupted():
                self._stopped_by = Interrupted("The import was interrupted")
            elif self._steps_left < 0:
                self._stopped_by = DamagedFileError("reading it takes more work than its size explains")
        except BaseException as error:  # noqa: BLE001  raised again by `_checked`
            self._stopped_by = error
        return self._stopped_by is not None

    @contextmanager
    def _checked(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError, OverflowError, MemoryError) as error:
            if self._stopped_by is not None:
                raise self._stopped_by from None
            raise DamagedFileError(str(error) or type(error).__name__) from error

    def _real_tables(self) -> dict[str, frozenset[str]]:
        """The columns of each table. The names of views and virtual tables are not among them."""
        with self._checked():
            entries = self._db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
        names = [name for name, sql in entries if isinstance(name, str) and _creates_table(name, sql)]
        return {name.lower(): self._plain_columns(name) for name in names}

    def _plain_columns(self, table: str) -> frozenset[str]:
        """The columns that are stored, and not generated from others."""
        with self._checked():
            rows = self._db.execute(f"PRAGMA table_info({_quoted(table)})").fetchall()
        return frozenset(row[1].lower() for row in rows if isinstance(row[1], str))

    def columns(self, table: str) -> frozenset[str]:
        """The columns of a real table; empty if there is none of this name."""
        return self._tables.get(table, frozenset())

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[Row]:
        """The rows in the order of storage. A missing column is None everywhere; a missing table has no rows.

        Raises `DamagedFileError` at the first row that cannot be read.
        """
        known = self.columns(table)
        if not known:
            return
        selected = ", ".join(_quoted(name) if name in known else "NULL" for name in columns)
        with self._checked():
            cursor = self._db.execute(f"SELECT {selected} FROM {_quoted(table)} NOT INDEXED")  # noqa: S608
            while (row := cursor.fetchone()) is not None:
                self._count_text(row)
                yield row

    def _count_text(self, row: Row) -> None:
        self._text_left -= sum(len(value) for value in row if isinstance(value, str | bytes))
        if self._text_left < 0:
            raise DamagedFileError("its rows have more text than the file")


def _harden(db: sqlite3.Connection) -> None:
    db.text_factory = lambda raw: raw.decode(errors="replace")
    for pragma in _PRAGMAS:
        db.execute(f"PRAGMA {pragma}")
    if hasattr(db, "setconfig"):  # since Python 3.12
        for name, value in _CONFIG.items():
            db.setconfig(getattr(sqlite3, f"SQLITE_DBCONFIG_{name}"), value)
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE)
    db.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, _MAX_STATEMENT)
    db.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    db.set_authorizer(_authorize)


def _authorize(action: int, first: str | None, second: str | None, database: str | None, source: str | None) -> int:
    """Allow to read tables; `source` is the view or trigger that an access comes from."""
    is_pragma = action == sqlite3.SQLITE_PRAGMA
    allowed = action in _ALLOWED and source is None and (not is_pragma or first == "table_info")
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _creates_table(name: str, sql: object) -> bool:
    """Whether a statement of the schema creates an ordinary table of this name: the entry itself may be forged."""
    quoted = "|".join(re.escape(form) for form in (name, f'"{name}"', f"'{name}'", f"[{name}]", f"`{name}`"))
    return isinstance(sql, str) and re.match(rf"CREATE TABLE (?:{quoted})\s*\(", sql, re.IGNORECASE) is not None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def open_read_only(path: Path, is_interrupted: Callable[[], bool] = lambda: False) -> Iterator[ForeignFile]:
    """The file is registered as open through Python's SQLite, so that no store opens it with another.

    `is_interrupted` is called now and then; if it returns true, the statement under way raises `Interrupted`.
    """
    if not path.is_file():
        raise StorageError(f"{path} does not exist: nothing was imported", path=str(path))
    name = str(path.resolve())
    key = owners.claim(name, _ENGINE, create=False)
    try:
        quoted = name.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
        # Without a log nobody is writing, and `immutable` keeps SQLite from creating files next to this one.
        has_log = Path(f"{name}-wal").exists() or Path(f"{name}-journal").exists()
        options = "mode=ro" if has_log else "mode=ro&immutable=1"
        with closing(sqlite3.connect(f"file:{quoted}?{options}", uri=True)) as db:
            yield ForeignFile(db, path.stat().st_size, is_interrupted)
    except (sqlite3.Error, DamagedFileError) as error:
        raise StorageError(f"{path} cannot be read: {error}", path=str(path)) from error
    finally:
        owners.release(key)
