"""Refuse the use of a database after it was closed, or in a forked child."""

import os

from minimal_browser_core.errors import StorageError


class Lifetime:
    """From opening to closing, within one process."""

    def __init__(self, path: str) -> None:
        self.closed = False
        self._path = path
        self._pid = os.getpid()

    @property
    def is_forked(self) -> bool:
        """Whether this process is a forked child of the one that opened the database."""
        return self._pid != os.getpid()

    def check(self) -> None:
        """Raise `StorageError` if the database must not be used."""
        if self.is_forked:
            raise StorageError(
                f"{self._path} was opened before this process was forked: open the store in the process that uses it",
                path=self._path,
            )
        if self.closed:
            raise StorageError(f"{self._path} is closed", path=self._path)
