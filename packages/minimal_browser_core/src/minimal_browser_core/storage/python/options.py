"""How a file is opened, and as what."""

import os
from dataclasses import dataclass
from typing import Final, Literal

from minimal_browser_core.errors import ForeignDatabase, InvalidData

from .paths import MEMORY, absolute

Durability = Literal["normal", "full"]
_LONGEST_WAIT: Final = 86_400  # seconds


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


@dataclass(frozen=True, slots=True)
class Options:
    path: str  # absolute, or MEMORY
    format: Format
    read_only: bool
    busy_timeout: float  # seconds
    durability: Durability

    @classmethod
    def checked(
        cls, path: str | os.PathLike[str], kind: Format, read_only: bool, busy_timeout: float, durability: Durability
    ) -> "Options":
        """Raises InvalidData for what cannot be meant."""
        if durability not in ("normal", "full"):
            raise InvalidData(f"durability must be 'normal' or 'full', not {durability!r:.50}")
        if not isinstance(busy_timeout, int | float) or not 0 <= busy_timeout <= _LONGEST_WAIT:
            raise InvalidData(f"busy_timeout must be seconds from 0 to {_LONGEST_WAIT}, not {busy_timeout!r:.50}")
        return cls(absolute(path), kind, read_only, float(busy_timeout), durability)

    @property
    def in_memory(self) -> bool:
        return self.path == MEMORY

    def foreign(self, why: str) -> ForeignDatabase:
        return ForeignDatabase(
            f"{self.path} is not a database of {self.format.name} ({why}): it was left as it is; name another file",
            path=self.path,
        )
