"""Index pending rows and merge index segments in the background, while writers pause.

All pending work is recorded in the file, so that the native implementation can finish what this one leaves, and the
other way round.
"""

import atexit
import threading
from collections.abc import Callable, Mapping
from typing import Final

from minimal_browser_core.errors import DatabaseLocked, StorageError
from minimal_browser_core.storage.python.db import hidden_rows
from minimal_browser_core.storage.python.db.connection import Connection
from minimal_browser_core.storage.python.db.load_lock import try_load_lock
from minimal_browser_core.storage.python.db.pending_index import INDEX, has_pending_rows, index_pending_rows
from minimal_browser_core.storage.python.db.writer import Writer
from minimal_browser_core.storage.python.search.segments import is_crowded, merge, promote_large_segments

_IDLE_DELAY: Final = 0.01  # seconds without a write after which the writers count as idle
_MAX_WRITES: Final = 150  # writes after which the thread runs although the writers are not idle
_IDLE_PAGES: Final = 64  # index pages merged at once while the writers are idle
_PAGES_PER_WRITE: Final = 4  # a row makes half a page, which is merged once in each of about five levels
_LOCKED_DELAY: Final = 0.5  # seconds until the next attempt if another process holds the lock


class Maintenance:
    """Owns the thread, which starts with the first write and sleeps while there is nothing to do."""

    def __init__(
        self,
        writer: Writer,
        connect: Callable[[], Connection],
        merged_indexes: tuple[str, ...],
        pending: Mapping[str, str] | None,
        path: str,
    ) -> None:
        self._path = path
        self._writer = writer
        self._connect = connect
        self._merged_indexes = merged_indexes
        self._pending = pending
        self._changed = threading.Condition()
        self._writes = 0
        self._stopping = False
        self._thread: threading.Thread | None = None

    def notify(self) -> None:
        """Report a commit, or pending rows of an earlier process."""
        if not self._merged_indexes:
            return
        with self._changed:
            self._writes += 1
            if self._thread is None and not self._stopping:
                self._thread = threading.Thread(target=self._run, name="storage maintenance", daemon=True)
                self._thread.start()
                # The interpreter stops a daemon thread wherever it is at exit, maybe in a transaction.
                atexit.register(self.stop)
            self._changed.notify_all()

    def stop(self) -> None:
        """End the thread after its current transaction; the remaining work stays recorded in the file."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        atexit.unregister(self.stop)
        if self._thread is not None:
            self._thread.join()

    def index_all(self) -> None:
        """Index all pending rows on the calling thread."""
        is_left = self._pending is not None
        while is_left:
            with self._writer.transaction() as db:
                is_left = self._pending is not None and index_pending_rows(db, self._pending, lambda: False)

    def _run(self) -> None:
        seen = merged = 0
        delay = _IDLE_DELAY
        while self._wait(delay):
            is_idle, seen, delay = self._writes == seen, self._writes, _IDLE_DELAY
            if not is_idle and seen - merged < _MAX_WRITES:
                continue
            try:
                is_left = self._work(_IDLE_PAGES if is_idle else _PAGES_PER_WRITE * (seen - merged))
            except DatabaseLocked:
                delay = _LOCKED_DELAY
                continue
            except StorageError:
                is_left = False  # the next read or write of a caller raises it
            merged = seen
            if not is_left and is_idle and not self._wait_for_write(seen):
                return

    def _work(self, pages: int) -> bool:
        """Return whether work is left."""
        if self._pending is not None and self._undo_abandoned_load(self._pending):
            return True
        with self._writer.transaction() as db:
            if self._pending is not None and has_pending_rows(db, self._pending) and not is_crowded(db, INDEX):
                if not index_pending_rows(db, self._pending, lambda: self._stopping):
                    self._writer.replace_before_next_write(self._connect)
                return True
            for index in self._merged_indexes:
                promote_large_segments(db, index)
            return any(merge(db, index, pages) for index in self._merged_indexes)

    def _undo_abandoned_load(self, sql: Mapping[str, str]) -> bool:
        """Delete some rows of a load whose process is gone; returns whether there were any."""
        with self._writer.locked() as connection:
            if not hidden_rows.exist(connection.raw, sql):
                return False
        with try_load_lock(self._path) as is_locked:
            if is_locked:
                with self._writer.transaction() as db:
                    hidden_rows.undo_batch(db, sql, lambda: self._stopping)
            return is_locked

    def _wait(self, seconds: float) -> bool:
        """Return False if the thread must end."""
        with self._changed:
            return not self._changed.wait_for(lambda: self._stopping, seconds)

    def _wait_for_write(self, seen: int) -> bool:
        """Wait until the number of writes differs from `seen`; returns False if the thread must end."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or self._writes != seen)
            return not self._stopping
