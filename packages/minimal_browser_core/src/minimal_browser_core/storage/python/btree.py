"""The rows on the pages of a database file, read without SQLite: whatever stands there, nothing is raised."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from .pages import Pages

INTERIOR_INDEX: Final = 2
INTERIOR: Final = 5
LEAF_INDEX: Final = 10
LEAF: Final = 13
_WIDTHS: Final = (0, 1, 2, 3, 4, 6, 8)

Value = int | float | bytes | str | None


@dataclass(frozen=True, slots=True)
class Text:
    """A text as it stands in the file; `cut` where it should be longer."""

    raw: bytes
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """`values` is None where the row is there but cannot be read; a value that is missing at the end is left out."""

    rowid: int
    values: list[int | float | bytes | Text | None] | None
    from_index: bool = False


class Trees:
    """Walks the trees of a file. `seen` are the pages that were reached, `lost` counts those that could not be."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self.seen: set[int] = set()
        self.lost = 0

    def walk(self, root: int) -> Iterator[Row]:
        """The rows of a tree, in order, around what is damaged."""
        ahead = [root]
        while ahead:
            number = ahead.pop()
            page = None if number in self.seen else self._pages.read(number)
            at = 100 if number == 1 else 0
            if page is None or page[at] not in (INTERIOR, LEAF, INTERIOR_INDEX, LEAF_INDEX):
                self.lost += 1
                continue
            self.seen.add(number)
            if page[at] in (INTERIOR, INTERIOR_INDEX):
                cells = list(self._cells(page, at))
                children = [_number(page, cell) for cell in cells]
                ahead += reversed([*children, _number(page, at + 8)])
            yield from self.rows(number, page)

    def others(self) -> Iterator[Row]:
        """The rows of pages to which no tree leads any more; those that are free hold what was deleted."""
        for number in range(1, self._pages.count + 1):
            if number in self.seen or number in self._pages.free:
                continue
            page = self._pages.read(number)
            if page is not None and page[100 if number == 1 else 0] in (LEAF, LEAF_INDEX, INTERIOR_INDEX):
                yield from self.rows(number, page)

    def rows(self, number: int, page: bytes) -> Iterator[Row]:
        at = 100 if number == 1 else 0
        kind = page[at]
        if kind == INTERIOR:
            return
        for cell in self._cells(page, at):
            start = cell + 4 if kind == INTERIOR_INDEX else cell
            size, start = _varint(page, start)
            rowid = 0
            if kind == LEAF:
                rowid, start = _varint(page, start)
                rowid -= (rowid >> 63) << 64
            payload = self._payload(page, start, size, kind == LEAF)
            yield Row(rowid, None if payload is None else _record(payload, size), kind != LEAF)

    def _cells(self, page: bytes, at: int) -> Iterator[int]:
        """Where the cells of a page begin."""
        first = at + (12 if page[at] in (INTERIOR, INTERIOR_INDEX) else 8)
        count = min(int.from_bytes(page[at + 3 : at + 5], "big"), (self._pages.usable - first) // 2)
        for cell in struct.unpack(f">{count}H", page[first : first + 2 * count]):
            if first + 2 * count <= cell <= self._pages.usable - 4:
                yield cell
            else:
                self.lost += 1

    def _payload(self, page: bytes, start: int, size: int, table: bool) -> bytes | None:
        """As much of it as can be reached, on this page and on those that it overflows to."""
        usable = self._pages.usable
        if not 1 <= size <= self._pages.count * self._pages.size:
            return None
        most = usable - 35 if table else (usable - 12) * 64 // 255 - 23
        if size <= most:
            return page[start : min(start + size, usable)]
        least = (usable - 12) * 32 // 255 - 23
        local = least + (size - least) % (usable - 4)
        local = local if local <= most else least
        parts = [page[start : min(start + local, usable)]]
        got, number = local, _number(page, start + local)
        followed: set[int] = set()
        while got < size and number not in followed:
            followed.add(number)
            further = self._pages.read(number)
            if further is None:
                break
            parts.append(further[4 : min(usable, 4 + size - got)])
            got += len(parts[-1])
            number = _number(further, 0)
        return b"".join(parts)


def _number(page: bytes, at: int) -> int:
    return int.from_bytes(page[at : at + 4], "big")


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """(value, where it ends); what runs over the end counts as zeros."""
    value = 0
    for n in range(9):
        byte = content[at + n] if at + n < len(content) else 0
        if n == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | (byte & 0x7F)
        if byte < 0x80:
            return value, at + n + 1
    raise AssertionError


def _record(payload: bytes, size: int) -> list[int | float | bytes | Text | None] | None:
    """None where it cannot be one; the last text is `cut` where the payload ends too early."""
    head, at = _varint(payload, 0)
    if not at <= head <= min(len(payload), 100):  # no table of ours has so many columns
        return None
    kinds: list[int] = []
    while at < head:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    if head + sum(map(_width, kinds)) != size:
        return None
    values: list[int | float | bytes | Text | None] = []
    at = head
    for kind in kinds:
        width = _width(kind)
        raw = payload[at : at + width]
        at += width
        short = len(raw) < width
        if kind >= 12:
            values.append(Text(raw, short) if kind % 2 else raw)
        elif kind == 7:
            values.append(struct.unpack(">d", raw)[0] if not short else None)
        elif kind == 0 or short:
            values.append(None)
        elif kind in (8, 9):
            values.append(kind - 8)
        else:
            values.append(int.from_bytes(raw, "big", signed=True))
    return values


def _width(kind: int) -> int:
    if kind >= 12:
        return (kind - 12) // 2
    return 8 if kind == 7 else _WIDTHS[kind] if kind < 7 else 0
