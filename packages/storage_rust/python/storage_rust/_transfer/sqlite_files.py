"""Reading SQLite files of other programs, which are never changed."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from ._host import StorageError, owners

MAGIC: Final = b"SQLite format 3\0"
_ENGINE: Final = f"Python's sqlite3 module (SQLite {sqlite3.sqlite_version})"


@contextmanager
def open_read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection; the file is registered as open through Python's SQLite, so that no store opens it with another."""
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
            db.text_factory = lambda raw: raw.decode(errors="replace")
            yield db
    except sqlite3.Error as error:
        raise StorageError(f"{path} cannot be read: {error}", path=str(path)) from error
    finally:
        owners.release(key)
