"""The pages of a database file, read without SQLite: it may be damaged anywhere. See "Database File Format" of SQLite.

What its write-ahead log holds of committed transactions counts as it does for SQLite: up to the first frame whose
checksum is wrong.
"""

import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

_MAGIC: Final = b"SQLite format 3\0"
_DEFAULT_SIZE: Final = 4096
_LOG_HEADER: Final = 32
_FRAME_HEADER: Final = 24
_LOG_MAGIC: Final = {0x377F0682: "<", 0x377F0683: ">"}  # with the byte order of the checksums


class Pages:
    """`count` pages of `size` bytes, of which a b-tree uses the first `usable`; numbers begin with 1.

    `free` are those that hold nothing but what was deleted; `knows_free` is False where their list is damaged, too.
    """

    def __init__(self, path: str) -> None:
        self._file: BinaryIO = Path(path).open("rb")  # noqa: SIM115  closed by `close`
        self._log: BinaryIO | None = None
        self._logged: dict[int, int] = {}
        length = Path(path).stat().st_size
        with suppress(FileNotFoundError):
            self._log = Path(f"{path}-wal").open("rb")  # noqa: SIM115
        logged_size = self._read_log()
        header = self._file.read(100)
        if 1 in self._logged and self._log is not None:
            self._log.seek(self._logged[1])
            header = self._log.read(100)
        stated = int.from_bytes(header[16:18], "big")
        stated = 65536 if stated == 1 else stated
        whole = len(header) == 100 and header.startswith(_MAGIC) and _is_page_size(stated)
        self.size = stated if whole else logged_size or _DEFAULT_SIZE
        if logged_size != self.size:
            self._logged = {}
        self.usable = self.size - header[20] if whole and self.size - header[20] >= 480 else self.size
        self.count = max(-(-length // self.size), max(self._logged, default=0))
        self.free, self.knows_free = self._free_pages(header) if whole else (set(), False)

    def close(self) -> None:
        self._file.close()
        if self._log is not None:
            self._log.close()

    def read(self, number: int) -> bytes | None:
        """A whole page; None where the file does not reach so far or holds nothing but zeros."""
        if not 1 <= number <= self.count:
            return None
        if number in self._logged and self._log is not None:
            self._log.seek(self._logged[number])
            page = self._log.read(self.size)
        else:
            self._file.seek((number - 1) * self.size)
            page = self._file.read(self.size)
        return page.ljust(self.size, b"\0") if page.strip(b"\0") else None

    def _free_pages(self, header: bytes) -> tuple[set[int], bool]:
        free: set[int] = set()
        trunk, left = struct.unpack(">II", header[32:40])
        while trunk:
            page = self.read(trunk)
            if page is None or trunk in free:
                return free, False
            free.add(trunk)
            trunk, leaves = struct.unpack(">II", page[:8])
            if leaves > self.usable // 4 - 2:
                return free, False
            free.update(struct.unpack(f">{leaves}I", page[8 : 8 + 4 * leaves]))
        return free, len(free) == left

    def _read_log(self) -> int:
        """Find the committed pages; returns the size of a page, 0 without a log that counts."""
        if self._log is None:
            return 0
        header = self._log.read(_LOG_HEADER)
        if len(header) < _LOG_HEADER:
            return 0
        magic, _, size, _ = struct.unpack(">4I", header[:16])
        order = _LOG_MAGIC.get(magic)
        if order is None or not _is_page_size(size):
            return 0
        sums = _checksum(order, header[:24], (0, 0))
        if sums != struct.unpack(">II", header[24:32]):
            return 0
        pending: dict[int, int] = {}
        for at, frame in _frames(self._log, size):
            number, committed = struct.unpack(">II", frame[:8])
            sums = _checksum(order, frame[_FRAME_HEADER:], _checksum(order, frame[:8], sums))
            if frame[8:16] != header[16:24] or sums != struct.unpack(">II", frame[16:24]) or not number:
                break
            pending[number] = at + _FRAME_HEADER
            if committed:
                self._logged |= pending
                pending = {}
        return int(size)


def _frames(log: BinaryIO, size: int) -> Iterator[tuple[int, bytes]]:
    at = _LOG_HEADER
    while len(frame := log.read(_FRAME_HEADER + size)) == _FRAME_HEADER + size:
        yield at, frame
        at += len(frame)


def _checksum(order: str, content: bytes, sums: tuple[int, int]) -> tuple[int, int]:
    first, second = sums
    words = struct.unpack(f"{order}{len(content) // 4}I", content)
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return first, second


def _is_page_size(size: int) -> bool:
    return 512 <= size <= 65536 and size & (size - 1) == 0
