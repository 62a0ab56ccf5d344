"""Opening: whose file it is, made where there is none, brought up to date, moved aside where it is damaged."""

import os
import sqlite3
import time
from pathlib import Path
from typing import Final

from minimal_browser_core.errors import ReadOnly, SchemaTooNew, StorageError

from . import damage, owners
from .connect import Connection
from .failures import corrupt, translate
from .migrate import migrate
from .options import Options
from .statements import script

_Identity = tuple[int, int, int]  # application_id, user_version, the number of things in the schema
_EMPTY: Final = (0, 0, 0)


def look(options: Options) -> None:
    """Before SQLite sees it: what stands at the path, and whether it may be written."""
    path, file = options.path, Path(options.path)
    if file.is_dir():
        raise StorageError(f"{path} is a folder: name a file in it", path=path)
    if not file.parent.is_dir():
        raise StorageError(f"The folder {file.parent} does not exist: create it first", path=path)
    if file.exists() and 0 < file.stat().st_size < 512:  # SQLite would take it for empty, and write over it
        raise options.foreign("it is too short for one")
    if options.read_only and not file.exists():
        raise StorageError(f"{path} does not exist, and read_only=True creates nothing", path=path)
    if not options.read_only and file.exists() and not os.access(path, os.W_OK):
        raise ReadOnly(f"{path} may not be written by you: open it with read_only=True", path=path)


def recognise(connection: Connection, options: Options) -> None:
    """Ours and of today's format, or an error."""
    path, kind = options.path, options.format
    identity = _identity(connection.raw)
    if identity == _EMPTY and (options.in_memory or not options.read_only):
        _create(connection, options)
        identity = _identity(connection.raw)
    if identity == _EMPTY:
        identity = _created_by_another(connection.raw, options)
    application_id, version, _ = identity
    if application_id != kind.application_id:
        raise options.foreign("it belongs to another program")
    if version > kind.version:
        raise SchemaTooNew(
            f"{path} was written by a newer version (format {version}, this one reads {kind.version}): "
            "it was left as it is; update to open it",
            path=path,
        )
    if version < kind.version:
        _migrate(connection, options, version)
    connection.raw.execute(kind.probe).fetchall()


def _create(connection: Connection, options: Options) -> None:
    if not options.in_memory:
        connection.patiently("PRAGMA journal_mode = WAL")
    with connection.transaction() as db:
        if _identity(db)[2] == 0:  # nobody else was faster
            for statement in script(f"{options.format.schema}.schema"):
                db.execute(statement)


def _created_by_another(db: sqlite3.Connection, options: Options) -> _Identity:
    """What the file is once whoever is just making it has done so."""
    deadline = time.monotonic() + options.busy_timeout
    while (identity := _identity(db)) == _EMPTY:
        if time.monotonic() >= deadline:
            raise StorageError(
                f"{options.path} is empty, and read_only=True writes nothing: open it for writing", path=options.path
            )
        time.sleep(0.005)
    return identity


def _migrate(connection: Connection, options: Options, found: int) -> None:
    kind, path = options.format, options.path
    if options.read_only:
        raise ReadOnly(
            f"{path} was written by an older version (format {found}, this one reads {kind.version}), and "
            "read_only=True changes nothing: open it once for writing",
            path=path,
        )
    with connection.transaction() as db:
        migrate(db, kind.schema, kind.version, kind.indexes)


def quick_check(db: sqlite3.Connection) -> None:
    found = [row[0] for row in db.execute("PRAGMA quick_check(1)")]
    if found != ["ok"]:
        raise corrupt(found[0])


def damaged(options: Options, error: sqlite3.Error, judged: owners.FileKey | None) -> StorageError:
    """What to tell of a file that SQLite calls damaged: ours is rescued, nobody else's is touched."""
    path, kind = options.path, options.format
    if judged is None or owners.open_count(path):
        return translate(error, path)
    if not damage.is_ours(path, kind.application_id, kind.marker):
        return options.foreign(str(error))
    if options.read_only:
        return translate(error, path)
    return damage.rescue(path, judged, kind.schema, kind.indexes, str(error))


def _identity(db: sqlite3.Connection) -> _Identity:
    """In one statement, so that it is of one moment: another process may be making the file."""
    found: _Identity = db.execute(
        "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master) "
        "FROM pragma_application_id, pragma_user_version"
    ).fetchone()
    return found
