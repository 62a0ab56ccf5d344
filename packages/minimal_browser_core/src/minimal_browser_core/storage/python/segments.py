"""The segments of an FTS5 index, as its structure record tells them: see `fts5_index.c` of SQLite.

A level is merged as a whole, and by a writer once the first one holds `crisismerge` segments: were those of a bulk load
among them, one append would wait until all of these are merged. So they are moved to the next level.
"""

# ruff: noqa: S608  the names of the tables are ours

import sqlite3
from dataclasses import dataclass, field
from typing import Final, Self

_BIG: Final = 32  # pages of a segment, from which on it is no longer one of the first level
_MANY: Final = 150  # segments of the first level, which are merged before anything else is done
_V2: Final = b"\xff\x00\x00\x01"  # marks the second layout, with more numbers a segment


def merge(db: sqlite3.Connection, table: str, pages: int) -> bool:
    """Whether there was something to merge: <https://sqlite.org/fts5.html#the_merge_command>."""
    before = db.total_changes
    db.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)", (pages,))
    return db.total_changes - before >= 2


def is_crowded(db: sqlite3.Connection, table: str) -> bool:
    """Whether the first level fills up."""
    structure = _structure(db, table)
    return structure is not None and bool(structure.levels) and len(structure.levels[0].segments) >= _MANY


def raise_big(db: sqlite3.Connection, table: str) -> None:
    """Move the big segments of the first level to the next one, and what is older with them.

    Nothing is rewritten but the record. What a merge writes has its place in the next level: then nothing is moved.
    """
    merge(db, table, 0)  # stores what FTS5 holds in memory, and has it read the record afresh afterwards
    structure = _structure(db, table)
    if structure is None or not structure.levels or structure.levels[0].merging:
        return
    first = structure.levels[0].segments
    end = max((n for n, segment in enumerate(first, 1) if segment.pages >= _BIG), default=0)
    if end:
        if len(structure.levels) == 1:
            structure.levels.append(_Level(0))
        structure.levels[1].segments += first[:end]
        del first[:end]
        db.execute(f"UPDATE {table}_data SET block = ? WHERE id = 10", (structure.block(),))


@dataclass(frozen=True, slots=True)
class _Segment:
    told: bytes
    pages: int


@dataclass(slots=True)
class _Level:
    merging: int
    segments: list[_Segment] = field(default_factory=list)


@dataclass(slots=True)
class _Structure:
    """The newest segments stand in the first level, and last in each."""

    head: bytes  # the cookie, and the mark of the layout
    counts: bytes  # how many segments there are, and how much was written
    levels: list[_Level]

    @classmethod
    def of(cls, block: bytes) -> Self:
        """Raises IndexError where it breaks off."""
        is_v2 = block[4:8] == _V2
        rest = _Reader(block, 8 if is_v2 else 4)
        count = rest.varint()
        counts, _ = rest.varints(2)
        levels = []
        for _ in range(count):
            level = _Level(rest.varint())
            for _ in range(rest.varint()):
                told, numbers = rest.varints(8 if is_v2 else 3)
                level.segments.append(_Segment(told, numbers[2] - numbers[1] + 1))
            levels.append(level)
        return cls(block[: 8 if is_v2 else 4], counts, levels)

    def block(self) -> bytes:
        parts = [self.head, _varint(len(self.levels)), self.counts]
        for level in self.levels:
            parts += [_varint(level.merging), _varint(len(level.segments)), *(found.told for found in level.segments)]
        return b"".join(parts)


def _structure(db: sqlite3.Connection, table: str) -> _Structure | None:
    """None where it does not parse: that is damage, which the next search or check reports."""
    found = db.execute(f"SELECT block FROM {table}_data WHERE id = 10").fetchone()
    try:
        return _Structure.of(found[0]) if found and isinstance(found[0], bytes) else None
    except IndexError:
        return None


@dataclass(slots=True)
class _Reader:
    block: bytes
    at: int

    def varint(self) -> int:
        """SQLite's: seven bits a byte, the highest first, and eight in a ninth."""
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
        """So many numbers, and the bytes that tell them."""
        start = self.at
        numbers = [self.varint() for _ in range(count)]
        return self.block[start : self.at], numbers


def _varint(value: int) -> bytes:
    """Its own numbers are far below 2^56, where the ninth byte would have to be told apart."""
    groups = [value & 0x7F]
    while value := value >> 7:
        groups.append(value & 0x7F | 0x80)
    return bytes(reversed(groups))
