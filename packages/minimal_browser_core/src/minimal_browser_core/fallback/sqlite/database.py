"""One SQLite file: opened and recognised, one writer, a few readers, closed. Both stores stand on it."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from minimal_browser_core.errors import (
    DatabaseLocked,
    ForeignDatabase,
    Interrupted,
    InvalidData,
    ReadOnly,
    SchemaTooNew,
    StorageError,
)

from . import damage, owners
from .backlog import is_behind
from .failures import code_of, corrupt, translate, translated
from .maintenance import Maintenance
from .migrate import migrate
from .paths import MEMORY, absolute, uri
from .sql import script, statements

Durability = Literal["normal", "full"]

ENGINE: Final = f"Python's sqlite3 module (SQLite {sqlite3.sqlite_version})"
_READERS: Final = 4
_SLICE: Final = 50  # milliseconds that a wait for the write lock leaves signals alone
_STEPS_BETWEEN_CHECKS: Final = 2000  # of SQLite's virtual machine, between two looks for an interrupt
_WAL_LIMIT: Final = 64 << 20  # bytes that the log keeps on the disk once it has been copied back
_CACHE_KIB: Final = 8 << 10  # of the page cache, at most; 2 MiB hold less than a completion looks at


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file. Its schema and its migrations are `sql/<schema>.*.sql`.

    `indexes` are the full-text tables; by the definition of the first a damaged file is still recognised.
    """

    name: str
    application_id: int
    version: int
    schema: str
    indexes: tuple[str, ...]
    probe: str
    merged: tuple[str, ...] = ()  # of the indexes, those that are merged by `maintenance`, not by writes
    backlog: str | None = None  # whose statements index rows that are stored but not yet in the index

    @property
    def marker(self) -> bytes:
        return f"CREATE VIRTUAL TABLE {self.indexes[0]} USING fts5".encode()


class _Interrupts:
    """Reads that began before the last `interrupt` end; those that begin later do not notice."""

    def __init__(self) -> None:
        self.epoch = 0


class _Connection:
    def __init__(self, raw: sqlite3.Connection, interrupts: _Interrupts) -> None:
        self.raw = raw
        self.started: int | None = None  # the epoch at which a read began, None outside of one
        raw.set_progress_handler(
            lambda: self.started is not None and self.started != interrupts.epoch, _STEPS_BETWEEN_CHECKS
        )
        # SQLite now holds the function and the function the connection, where no collector looks: only `close` closes
        # it. A forked child, which must not, never does.
        raw.create_function("kept_open", 0, lambda: raw is None)

    def close(self) -> None:
        self.raw.set_progress_handler(None, 0)
        self.raw.close()


class Database:
    """Thread-safe. `write` and `read` give a transaction; both fail in a forked child and after `close`."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        kind: Format,
        *,
        read_only: bool,
        busy_timeout: float,
        durability: Durability,
        check_on_open: bool,
    ) -> None:
        if durability not in ("normal", "full"):
            raise InvalidData(f"durability must be 'normal' or 'full', not {durability!r:.50}")
        if not isinstance(busy_timeout, int | float) or not 0 <= busy_timeout <= 86_400:
            raise InvalidData(f"busy_timeout must be seconds from 0 to 86400, not {busy_timeout!r:.50}")
        self.path = absolute(path)
        self.in_memory = self.path == MEMORY
        self.read_only = read_only
        self._kind = kind
        self._timeout = float(busy_timeout)
        self._synchronous = durability.upper()
        self._pid = os.getpid()
        self._closed = False
        self._interrupts = _Interrupts()
        self._write_lock = threading.Lock()
        self._pool_lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(_READERS)
        self._idle: list[_Connection] = []
        self._key: owners.FileKey | None = None
        self._writer: _Connection | None = None
        self._backlog = statements(kind.backlog) if kind.backlog else None
        self.maintenance = Maintenance(self.write, kind.merged, self._backlog)
        with translated(self.path):
            self._open(check_on_open)

    # -- opening

    def _open(self, check: bool) -> None:
        if not self.in_memory:
            self._look()
            self._key = owners.claim(self.path, ENGINE, create=not self.read_only)
        try:
            self._writer = self._connect()
            self._recognise()
            if check:
                self._quick_check()
            with suppress(sqlite3.DatabaseError):  # what is damaged here, a check reports
                if self._backlog and not self.read_only and is_behind(self._writer.raw, self._backlog):
                    self.maintenance.wake()
        except sqlite3.Error as error:
            judged = self._abandon()
            if code_of(error) in _DAMAGED:
                raise self._damaged(error, judged) from error
            raise
        except UnicodeDecodeError as error:  # in a message of SQLite that quotes the file
            raise self._damaged(corrupt(str(error)), self._abandon()) from error
        except BaseException:
            self._abandon()
            raise

    def _look(self) -> None:
        file = Path(self.path)
        if file.is_dir():
            raise StorageError(f"{self.path} is a folder: name a file in it", path=self.path)
        if not file.parent.is_dir():
            raise StorageError(f"The folder {file.parent} does not exist: create it first", path=self.path)
        if file.exists() and 0 < file.stat().st_size < 512:  # SQLite would take it for empty, and write over it
            raise self._foreign("it is too short for one")
        if self.read_only and not file.exists():
            raise StorageError(f"{self.path} does not exist, and read_only=True creates nothing", path=self.path)
        if not self.read_only and file.exists() and not os.access(self.path, os.W_OK):
            raise ReadOnly(f"{self.path} may not be written by you: open it with read_only=True", path=self.path)

    def _connect(self) -> _Connection:
        name, as_uri = self.path, False
        if self.read_only and not self.in_memory:
            name, as_uri = uri(self.path, "mode=ro" if self._has_log() else "mode=ro&immutable=1"), True
        raw = sqlite3.connect(name, timeout=self._timeout, isolation_level=None, check_same_thread=False, uri=as_uri)
        connection = _Connection(raw, self._interrupts)
        try:
            raw.execute("PRAGMA foreign_keys = ON")
            raw.execute(f"PRAGMA synchronous = {self._synchronous}")
            raw.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT}")
            raw.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _has_log(self) -> bool:
        """A log, or a folder in which one could appear: else the medium is read-only and nobody can be writing."""
        return Path(f"{self.path}-wal").exists() or os.access(Path(self.path).parent, os.W_OK)

    def _recognise(self) -> None:
        db = self._connection.raw
        kind, path = self._kind, self.path
        identity = _identity(db)
        if identity == _EMPTY and (self.in_memory or not self.read_only):
            self._create()
            identity = _identity(db)
        if identity == _EMPTY:
            identity = self._created_by_another()
        application_id, version, _ = identity
        if application_id != kind.application_id:
            raise self._foreign("it belongs to another program")
        if version > kind.version:
            raise SchemaTooNew(
                f"{path} was written by a newer version (format {version}, this one reads {kind.version}): "
                "it was left as it is; update to open it",
                path=path,
            )
        if version < kind.version:
            self._migrate(version)
        db.execute(kind.probe).fetchall()
        # From here on `_patiently` waits for the write lock, and lets signals in meanwhile.
        db.execute(f"PRAGMA busy_timeout = {min(int(self._timeout * 1000), _SLICE)}")

    def _create(self) -> None:
        db = self._connection.raw
        if not self.in_memory:
            self._patiently("PRAGMA journal_mode = WAL")
        with self._transaction():
            if _identity(db)[2] == 0:  # nobody else was faster
                for statement in script(f"{self._kind.schema}.schema"):
                    db.execute(statement)

    def _migrate(self, found: int) -> None:
        kind = self._kind
        if self.read_only:
            raise ReadOnly(
                f"{self.path} was written by an older version (format {found}, this one reads {kind.version}), and "
                "read_only=True changes nothing: open it once for writing",
                path=self.path,
            )
        with self._transaction() as db:
            migrate(db, kind.schema, kind.version, kind.indexes)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Holds the write lock from its start; whatever is raised inside rolls it back."""
        db = self._connection.raw
        self._patiently("BEGIN IMMEDIATE")
        try:
            yield db
            db.execute("COMMIT")
        finally:
            if db.in_transaction:
                with suppress(sqlite3.Error):
                    db.execute("ROLLBACK")

    def _created_by_another(self) -> tuple[int, int, int]:
        """What the file is once whoever is just making it has done so."""
        deadline = time.monotonic() + self._timeout
        while (identity := _identity(self._connection.raw)) == _EMPTY:
            if time.monotonic() >= deadline:
                raise StorageError(
                    f"{self.path} is empty, and read_only=True writes nothing: open it for writing", path=self.path
                )
            time.sleep(0.005)
        return identity

    def _patiently(self, statement: str) -> None:
        """Try again until the busy timeout, which SQLite does not wait for in every statement."""
        deadline = time.monotonic() + self._timeout
        while True:
            try:
                self._connection.raw.execute(statement).fetchall()
            except sqlite3.OperationalError as error:
                if code_of(error) != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                    raise
                time.sleep(0.001)
            else:
                return

    def _quick_check(self) -> None:
        found = [row[0] for row in self._connection.raw.execute("PRAGMA quick_check(1)")]
        if found != ["ok"]:
            raise corrupt(found[0])

    def _damaged(self, error: sqlite3.Error, judged: owners.FileKey | None) -> StorageError:
        path, kind = self.path, self._kind
        if judged is None or self.read_only or owners.open_count(path):
            return translate(error, path)
        if not damage.is_ours(path, kind.application_id, kind.marker):
            return self._foreign(str(error))
        return damage.rescue(path, judged, kind.schema, kind.indexes, str(error))

    def _foreign(self, why: str) -> ForeignDatabase:
        return ForeignDatabase(
            f"{self.path} is not a database of {self._kind.name} ({why}): it was left as it is; name another file",
            path=self.path,
        )

    # -- transactions

    @property
    def _connection(self) -> _Connection:
        if self._writer is None:
            raise StorageError(f"{self.path} is closed", path=self.path)
        return self._writer

    def _ready(self) -> None:
        if self._pid != os.getpid():
            raise StorageError(
                f"{self.path} was opened before this process was forked: open the store in the process that uses it",
                path=self.path,
            )
        if self._closed:
            raise StorageError(f"{self.path} is closed", path=self.path)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction that holds the write lock from its start; whatever is raised inside rolls it back."""
        with self._writing(), self._transaction() as db:
            yield db
        self.maintenance.wrote()

    @contextmanager
    def write_many(self) -> Iterator[sqlite3.Connection]:
        """The same for many small statements. What SQLite keeps to undo one of them stays in memory: else, from the
        first that changes more than a few pages on, each of them writes it to a temporary file.
        """
        with self._writing() as db:
            db.execute("PRAGMA temp_store = MEMORY")
            try:
                with self._transaction():
                    yield db
            finally:  # not for `VACUUM`, which would hold the whole file in memory
                db.execute("PRAGMA temp_store = DEFAULT")
        self.maintenance.wrote()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        self._ready()
        if self.read_only:
            raise ReadOnly(f"{self.path} was opened with read_only=True", path=self.path)
        with self._write_lock, translated(self.path):
            yield self._connection.raw

    def rewrite(self) -> None:
        """Write the whole file anew and empty the log, so that nothing is left of what was deleted."""
        self._ready()
        with self._write_lock, translated(self.path):
            db = self._connection.raw
            db.execute("PRAGMA secure_delete = ON")
            try:
                self._patiently("VACUUM")
            finally:
                db.execute("PRAGMA secure_delete = OFF")
            deadline = time.monotonic() + self._timeout
            while db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                if time.monotonic() >= deadline:
                    raise DatabaseLocked(
                        f"{self.path} is being read, so deleted text may still stand in its log: purge again later",
                        path=self.path,
                    )
                time.sleep(0.001)

    @contextmanager
    def read(self, *, fresh: bool = False) -> Iterator[sqlite3.Connection]:
        """One snapshot, ended by `interrupt` with Interrupted; `fresh` asks for a connection that has read nothing."""
        self._ready()
        with self._reader(fresh) as connection, translated(self.path):
            connection.started = self._interrupts.epoch
            connection.raw.execute("BEGIN")
            try:
                yield connection.raw
            finally:
                connection.started = None
                if connection.raw.in_transaction:
                    with suppress(sqlite3.Error):
                        connection.raw.execute("ROLLBACK")

    @contextmanager
    def _reader(self, fresh: bool) -> Iterator[_Connection]:
        if self.in_memory:
            with self._write_lock:
                yield self._connection
            return
        with self._slots:
            with self._pool_lock:
                self._ready()
                connection = self._idle.pop() if self._idle else None
            if fresh and connection is not None:
                connection.close()
                connection = None
            if connection is None:
                with translated(self.path):
                    connection = self._connect()
            try:
                yield connection
            finally:
                with self._pool_lock:
                    if self._closed:
                        connection.close()
                    else:
                        self._idle.append(connection)

    def interrupt(self) -> None:
        self._interrupts.epoch += 1

    def interrupt_mark(self) -> int:
        return self._interrupts.epoch

    def raise_if_interrupted(self, mark: int) -> None:
        if mark != self._interrupts.epoch:
            raise Interrupted("The search was interrupted", path=self.path)

    def close(self) -> None:
        """Waits for the write under way; reads under way finish. In a forked child it does nothing: see `owners`."""
        if self._pid != os.getpid():
            return
        self.maintenance.stop()
        with self._pool_lock:
            if self._closed:
                return
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
        # Readers still at work hold a slot each; the file stays ours until they are done.
        for _ in range(_READERS):
            self._slots.acquire()
        self._abandon()
        self._slots.release(_READERS)  # whoever waits for one now learns that the store is closed

    def _abandon(self) -> owners.FileKey | None:
        """Which file it was; None in memory."""
        with self._write_lock:
            if self._writer is not None:
                self._writer.close()
                self._writer = None
        key, self._key = self._key, None
        if key is not None:
            owners.release(key)
        return key


_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


_EMPTY = (0, 0, 0)


def _identity(db: sqlite3.Connection) -> tuple[int, int, int]:
    """In one statement, so that it is of one moment: another process may be making the file."""
    found: tuple[int, int, int] = db.execute(
        "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master) "
        "FROM pragma_application_id, pragma_user_version"
    ).fetchone()
    return found
