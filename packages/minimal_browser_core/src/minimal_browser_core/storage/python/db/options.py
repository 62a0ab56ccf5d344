"""The format of a file and the options with which it is opened."""

import os
from dataclasses import dataclass
from typing import Final

from minimal_browser_core.errors import ForeignDatabase, InvalidData
from minimal_browser_core.storage.port import Durability
from minimal_browser_core.storage.python.db.paths import MEMORY, absolute

_MAX_BUSY_TIMEOUT: Final = 86_400  # seconds


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file. Its schema and migrations are `sql/<schema>.*.sql`.

    `indexes` are the full-text tables; the definition of the first one identifies a damaged file. `probe` is a query
    that fails on a damaged file. Maintenance merges `merged_indexes`; writes merge the other indexes.
    `pending_index` names the statements that index pending rows.
    """

    name: str
    application_id: int
    version: int
    schema: str
    indexes: tuple[str, ...]
    probe: str
    merged_indexes: tuple[str, ...] = ()
    pending_index: str | None = None

    @property
    def marker(self) -> bytes:
        """Text that every file of this format contains near its start."""
        return f"CREATE VIRTUAL TABLE {self.indexes[0]} USING fts5".encode()


@dataclass(frozen=True, slots=True)
class Options:
    """Validated options. `path` is absolute or ":memory:"; `busy_timeout` is in seconds."""

    path: str
    format: Format
    read_only: bool
    busy_timeout: float
    durability: Durability

    @classmethod
    def checked(
        cls, path: str | os.PathLike[str], kind: Format, read_only: bool, busy_timeout: float, durability: Durability
    ) -> "Options":
        """Validate the options. Raises `InvalidData`."""
        if durability not in ("normal", "full"):
            raise InvalidData(f"durability must be 'normal' or 'full', not {durability!r:.50}")
        if not isinstance(busy_timeout, int | float) or not 0 <= busy_timeout <= _MAX_BUSY_TIMEOUT:
            raise InvalidData(f"busy_timeout must be seconds from 0 to {_MAX_BUSY_TIMEOUT}, not {busy_timeout!r:.50}")
        return cls(absolute(path), kind, read_only, float(busy_timeout), durability)

    @property
    def in_memory(self) -> bool:
        """Whether the database has no file."""
        return self.path == MEMORY

    def foreign(self, why: str) -> ForeignDatabase:
        """Return the error for a file of another program."""
        return ForeignDatabase(
            f"{self.path} is not a database of {self.format.name} ({why}): it was left as it is; name another file",
            path=self.path,
        )
