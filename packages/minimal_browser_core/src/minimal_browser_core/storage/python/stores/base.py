"""What the three stores have in common."""

import os
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from minimal_browser_core.storage.port import Durability
from minimal_browser_core.storage.python.db.backup import backup
from minimal_browser_core.storage.python.db.database import Database
from minimal_browser_core.storage.python.db.integrity import check
from minimal_browser_core.storage.python.db.options import Format, Options
from minimal_browser_core.storage.python.db.statements import statements


class SqliteStore:
    """A store in one SQLite file. Thread-safe; several processes may share the file.

    See `minimal_browser_core.storage.port.StoreOptions` for the options. Opening a damaged file moves it aside and
    raises `DatabaseCorrupt`. Damage that SQLite meets only later is found on opening with `check_on_open=True`.
    """

    _format: ClassVar[Format]
    _statements: ClassVar[str]
    _index_checks: ClassVar[tuple[str, ...]]

    def __init__(
        self,
        db_path: str | os.PathLike[str],
        *,
        read_only: bool = False,
        busy_timeout: float = 5.0,
        durability: Durability = "normal",
        check_on_open: bool = False,
    ) -> None:
        options = Options.checked(db_path, self._format, read_only, busy_timeout, durability)
        self._db = Database(options, check_on_open=check_on_open)
        self._sql = statements(self._statements)

    def _counts(self) -> dict[str, int]:
        """The first entries of `stats`."""
        raise NotImplementedError

    def stats(self) -> dict[str, int | str]:
        """Return counts, sizes in bytes, `schema_version` and the version of the SQLite library."""
        return {
            **self._counts(),
            "file_bytes": _file_size(self._db.path),
            "wal_bytes": _file_size(f"{self._db.path}-wal"),
            "schema_version": self._format.version,
            "sqlite_version": sqlite3.sqlite_version,
            "path": self._db.path,
        }

    def check(self) -> list[str]:
        """Return the problems in words; empty if the file is sound. Reads all of it and takes the write lock once."""
        return check(self._db, *(self._sql[name] for name in self._index_checks))

    def backup(self, path: str | os.PathLike[str]) -> None:
        """Write a consistent copy while others write. `path` is replaced atomically."""
        backup(self._db, path)

    def interrupt(self) -> None:
        """End the reads and imports that are running in any thread; they raise `Interrupted`."""
        self._db.interrupt()

    def _interrupt_epoch(self) -> int:
        """Return a number that changes with each call of `interrupt`."""
        return self._db.interrupt_epoch()

    def close(self) -> None:
        """Wait for running calls and close the file. Further calls do nothing."""
        self._db.close()

    def __len__(self) -> int:
        with self._db.read() as db:
            return int(db.execute(self._sql["count"]).fetchone()[0])

    def __bool__(self) -> bool:
        """Be true even if empty, so that `store or default` tests whether there is a store."""
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_db"):
            self._db.close()


def _file_size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0
