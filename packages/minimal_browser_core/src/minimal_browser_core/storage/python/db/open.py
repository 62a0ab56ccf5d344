"""Open a file: identify it, create or migrate it, and quarantine it if it is damaged."""

import os
import sqlite3
import time
from pathlib import Path
from typing import Final

from minimal_browser_core.errors import ReadOnly, SchemaTooNew, StorageError
from minimal_browser_core.storage.python.db import owners, quarantine
from minimal_browser_core.storage.python.db.connection import Connection
from minimal_browser_core.storage.python.db.error_translation import corrupt, translate
from minimal_browser_core.storage.python.db.migration import migrate
from minimal_browser_core.storage.python.db.options import Options
from minimal_browser_core.storage.python.db.statements import script

_Identity = tuple[int, int, int]  # application_id, user_version, number of objects in the schema
_EMPTY: Final = (0, 0, 0)


def inspect_path(options: Options) -> None:
    """Check before SQLite opens the path: what is there, and whether it can be written."""
    path, file = options.path, Path(options.path)
    if file.is_dir():
        raise StorageError(f"{path} is a folder: name a file in it", path=path)
    if not file.parent.is_dir():
        raise StorageError(f"The folder {file.parent} does not exist: create it first", path=path)
    if file.exists() and 0 < file.stat().st_size < 512:  # SQLite would treat it as empty and overwrite it
        raise options.foreign("it is too short for one")
    if options.read_only and not file.exists():
        raise StorageError(f"{path} does not exist, and read_only=True creates nothing", path=path)
    if not options.read_only and file.exists() and not os.access(path, os.W_OK):
        raise ReadOnly(f"{path} is not writable for you: open it with read_only=True", path=path)


def open_format(connection: Connection, options: Options) -> None:
    """Create the schema in an empty file and migrate an older one. Raises if the file has another format."""
    path, kind = options.path, options.format
    identity = _identity(connection.raw)
    if identity == _EMPTY and (options.in_memory or not options.read_only):
        _create(connection, options)
        identity = _identity(connection.raw)
    if identity == _EMPTY:
        identity = _wait_until_created(connection.raw, options)
    application_id, version, _ = identity
    if application_id != kind.application_id:
        raise options.foreign("it belongs to another program")
    if version > kind.version:
        raise SchemaTooNew(
            f"{path} was written by a newer version (format {version}, this one reads {kind.version}): "
            "it was left as it is; update to open it",
            path=path,
        )
    connection.refuse_planted_readers()
    if version < kind.version:
        _migrate(connection, options, version)
    connection.raw.execute(kind.probe).fetchall()


def _create(connection: Connection, options: Options) -> None:
    if not options.in_memory:
        connection.execute_when_unlocked("PRAGMA journal_mode = WAL")
    with connection.transaction(checked=False) as db:
        if _identity(db)[2] == 0:  # no other process was faster
            for statement in script(f"{options.format.schema}.schema"):
                db.execute(statement)


def _wait_until_created(db: sqlite3.Connection, options: Options) -> _Identity:
    """Wait until another process has created the schema of an empty file."""
    deadline = time.monotonic() + options.busy_timeout
    while (identity := _identity(db)) == _EMPTY:
        if time.monotonic() >= deadline:
            raise StorageError(
                f"{options.path} is empty, and read_only=True writes nothing: open it for writing", path=options.path
            )
        time.sleep(0.005)
    return identity


def _migrate(connection: Connection, options: Options, version: int) -> None:
    kind, path = options.format, options.path
    if options.read_only:
        raise ReadOnly(
            f"{path} was written by an older version (format {version}, this one reads {kind.version}), and "
            "read_only=True changes nothing: open it once for writing",
            path=path,
        )
    with connection.transaction() as db:
        migrate(db, kind.schema, kind.version, kind.indexes)


def quick_check(db: sqlite3.Connection) -> None:
    """Read the whole file. Raises the error of SQLite for a damaged one."""
    problems = [row[0] for row in db.execute("PRAGMA quick_check(1)")]
    if problems != ["ok"]:
        raise corrupt(problems[0])


def damaged_file_error(options: Options, error: sqlite3.Error, key: owners.FileKey | None) -> StorageError:
    """Move a damaged database aside and return the error to raise. A file of another program is not changed."""
    path, kind = options.path, options.format
    if key is None or owners.open_count(path):
        return translate(error, path)
    if not quarantine.is_ours(path, kind.application_id, kind.marker):
        return options.foreign(str(error))
    if options.read_only:
        return translate(error, path)
    return quarantine.set_aside(path, key, str(error))


def _identity(db: sqlite3.Connection) -> _Identity:
    """Read in one statement, because another process may be creating the schema."""
    identity: _Identity = db.execute(
        "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master) "
        "FROM pragma_application_id, pragma_user_version"
    ).fetchone()
    return identity
