"""Read and change the segment levels of an FTS5 index, in its structure record (see `fts5_index.c` of SQLite).

A level is merged as a whole, and by a writer once the first level has `crisismerge` segments. If the large segments of
a bulk load were among them, a single append would wait until all of them are merged. They are moved to the next level.
"""

# ruff: noqa: S608  the table names are constants

import sqlite3
from dataclasses import dataclass, field
from typing import Final, Self

_LARGE_PAGES: Final = 32  # a segment with so many pages does not belong to the first level
_CROWDED_SEGMENTS: Final = 150  # a first level with so many segments is merged before other work
_V2: Final = b"\xff\x00\x00\x01"  # marks the second record layout, with more numbers per segment


def merge(db: sqlite3.Connection, table: str, pages: int) -> bool:
    """Merge about `pages` pages and return whether there was work: <https://sqlite.org/fts5.html#the_merge_command>."""
    before = db.total_changes
    db.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)", (pages,))
    return db.total_changes - before >= 2


def is_crowded(db: sqlite3.Connection, table: str) -> bool:
    """Return whether a level has many segments."""
    structure = _structure(db, table)
    return structure is not None and any(len(level.segments) >= _CROWDED_SEGMENTS for level in structure.levels)


def promote_large_segments(db: sqlite3.Connection, table: str) -> None:
    """Move the large segments of the first level, and all older ones, to the next level.

    Only the structure record is rewritten. Nothing is moved while a merge writes to the next level.
    """
    merge(db, table, 0)  # writes what FTS5 holds in memory, and makes it read the record again
    structure = _structure(db, table)
    if structure is None or not structure.levels or structure.levels[0].merging:
        return
    first = structure.levels[0].segments
    end = max((n for n, segment in enumerate(first, 1) if segment.pages >= _LARGE_PAGES), default=0)
    if end:
        if len(structure.levels) == 1:
            structure.levels.append(_Level(0))
        structure.levels[1].segments += first[:end]
        del first[:end]
        db.execute(f"UPDATE {table}_data SET block = ? WHERE id = 10", (structure.block(),))


@dataclass(frozen=True, slots=True)
class _Segment:
    encoded: bytes
    pages: int


@dataclass(slots=True)
class _Level:
    merging: int
    segments: list[_Segment] = field(default_factory=list)


@dataclass(slots=True)
class _Structure:
    """The newest segments are in the first level, and last in each level."""

    head: bytes  # the cookie and the layout mark
    counts: bytes  # the number of segments and of writes
    levels: list[_Level]

    @classmethod
    def of(cls, block: bytes) -> Self:
        """Parse a record. Raises `IndexError` if it is truncated."""
        is_v2 = block[4:8] == _V2
        rest = _Reader(block, 8 if is_v2 else 4)
        count = rest.varint()
        counts, _ = rest.varints(2)
        levels = []
        for _ in range(count):
            level = _Level(rest.varint())
            for _ in range(rest.varint()):
                encoded, numbers = rest.varints(8 if is_v2 else 3)
                level.segments.append(_Segment(encoded, numbers[2] - numbers[1] + 1))
            levels.append(level)
        return cls(block[: 8 if is_v2 else 4], counts, levels)

    def block(self) -> bytes:
        parts = [self.head, _varint(len(self.levels)), self.counts]
        for level in self.levels:
            parts += [
                _varint(level.merging),
                _varint(len(level.segments)),
                *(segment.encoded for segment in level.segments),
            ]
        return b"".join(parts)


def _structure(db: sqlite3.Connection, table: str) -> _Structure | None:
    """Return None if the record is damaged, which the next search or check reports."""
    row = db.execute(f"SELECT block FROM {table}_data WHERE id = 10").fetchone()
    try:
        return _Structure.of(row[0]) if row and isinstance(row[0], bytes) else None
    except IndexError:
        return None


@dataclass(slots=True)
class _Reader:
    block: bytes
    at: int

    def varint(self) -> int:
        """Read a SQLite varint: seven bits per byte, the highest first, and eight bits in a ninth byte."""
        value = 0
        for n in range(9):
            byte = self.block[self.at]
            self.at += 1
            if n == 8:
                return value << 8 | byte
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                break
        return value

    def varints(self, count: int) -> tuple[bytes, list[int]]:
        """Return the bytes of `count` numbers, and the numbers."""
        start = self.at
        numbers = [self.varint() for _ in range(count)]
        return self.block[start : self.at], numbers


def _varint(value: int) -> bytes:
    """Encode a number below 2^56, which needs no ninth byte."""
    groups = [value & 0x7F]
    while value := value >> 7:
        groups.append(value & 0x7F | 0x80)
    return bytes(reversed(groups))
