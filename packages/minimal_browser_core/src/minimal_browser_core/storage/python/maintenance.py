"""What writers leave undone is done when they pause, as in `storage_rust`: a thread indexes the backlog and merges.

What there is to do stands in the file alone, so that what one implementation leaves the other finishes.
"""

import sqlite3
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Final

from minimal_browser_core.errors import DatabaseLocked, StorageError

from .backlog import INDEX, catch_up, is_behind
from .segments import is_crowded, merge, raise_big

_LULL: Final = 0.01  # seconds without a write, after which writers are taken to pause
_OVERDUE: Final = 150  # writes after which there is a turn although they do not pause
_PAGES: Final = 64  # of an index, merged at once
_PAGES_A_WRITE: Final = 4  # a row makes half a page, which is merged once in each of some five levels
_BUSY: Final = 0.5  # seconds until the next try where another process holds the file

Transaction = Callable[[], AbstractContextManager[sqlite3.Connection]]


class Maintenance:
    """The thread; it begins with the first write, or with `wake`, and sleeps while there is nothing to do."""

    def __init__(self, write: Transaction, merged: tuple[str, ...], backlog: Mapping[str, str] | None) -> None:
        self._write = write
        self._merged = merged
        self._backlog = backlog
        self._changed = threading.Condition()
        self._writes = 0
        self._stopping = False
        self._thread: threading.Thread | None = None

    def wrote(self) -> None:
        """After every commit of a caller."""
        if not self._merged or threading.current_thread() is self._thread:
            return
        with self._changed:
            self._writes += 1
            if self._thread is None and not self._stopping:
                self._thread = threading.Thread(target=self._run, name="storage upkeep", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    wake = wrote

    def stop(self) -> None:
        """Ends the thread after the turn that it is at; what is left stays due."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def catch_up(self) -> None:
        """Index the whole backlog on the caller's time."""
        left = self._backlog is not None
        while left:
            with self._write() as db:
                left = self._backlog is not None and catch_up(db, self._backlog, lambda: False)

    def _run(self) -> None:
        seen = merged = 0
        wait = _LULL
        while self._pause(wait):
            pauses, seen, wait = self._writes == seen, self._writes, _LULL
            if not pauses and seen - merged < _OVERDUE:
                continue
            try:
                left = self._turn(_PAGES if pauses else _PAGES_A_WRITE * (seen - merged))
            except DatabaseLocked:
                wait = _BUSY
                continue
            except StorageError:
                left = False  # whoever writes or reads next is told
            merged = seen
            if not left and pauses and not self._sleep(seen):
                return

    def _turn(self, pages: int) -> bool:
        """Whether some is left."""
        with self._write() as db:
            if self._backlog is not None and is_behind(db, self._backlog) and not is_crowded(db, INDEX):
                catch_up(db, self._backlog, lambda: self._stopping)
                return True
            for index in self._merged:
                raise_big(db, index)
            return any(merge(db, index, pages) for index in self._merged)

    def _pause(self, seconds: float) -> bool:
        """False where the thread is to end."""
        with self._changed:
            return not self._changed.wait_for(lambda: self._stopping, seconds)

    def _sleep(self, seen: int) -> bool:
        """Until there are other than `seen` writes; False where the thread is to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or self._writes != seen)
            return not self._stopping
