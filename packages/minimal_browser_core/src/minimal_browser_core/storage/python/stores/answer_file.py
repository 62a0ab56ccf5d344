"""The file of an answer that is being streamed, next to the database.

Each commit writes whole pages to the log, so an answer that grows by a word at a time is appended to
`<database>-answer-<id>` instead. The writer holds a lock on that file. Readers of the exchange read it, too; if nobody
holds the lock, the writer has ended, and the answer was interrupted.
"""

import codecs
import contextlib
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


_NO_FOLLOW: Final = getattr(os, "O_NOFOLLOW", 0)
_NO_BLOCK: Final = getattr(os, "O_NONBLOCK", 0)


def answer_path(database: str, id: int) -> str:
    """The path of the file of an exchange."""
    return f"{database}-answer-{id}"


class AnswerFile:
    """A file that this process writes. Not thread-safe. Raises OSError."""

    def __init__(self, path: str) -> None:
        """Create the file, which only its owner can read, and lock it.

        A file that is there already belongs to an exchange of a database that was replaced: it is removed.
        """
        remove(path)
        self.path = path
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | _NO_FOLLOW, 0o600)
        _lock(self._file)

    def append(self, text: str) -> None:
        data = memoryview(text.encode())
        while data:
            data = data[os.write(self._file, data) :]

    def close(self) -> None:
        os.close(self._file)


def read(path: str) -> str | None:
    """The text in the file, None if there is none. A character whose bytes are not all there is left out."""
    try:
        with _opened(path) as file:
            chunks = iter(lambda: os.read(file, 1 << 20), b"")
            return "".join(codecs.iterdecode(_with_complete_end(chunks), "utf-8", errors="replace"))
    except OSError:
        return None


def is_held(path: str) -> bool:
    """Whether a process is writing the file."""
    try:
        with _opened(path) as file:
            _lock(file)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def remove(path: str) -> None:
    """Remove the file, if there is one."""
    with contextlib.suppress(FileNotFoundError, IsADirectoryError, PermissionError):
        Path(path).unlink()


def ids_of(database: str) -> Iterator[int]:
    """The exchanges whose files are next to the database."""
    prefix = f"{os.path.basename(database)}-answer-"  # noqa: PTH119  the path is text
    with contextlib.suppress(OSError), os.scandir(os.path.dirname(database)) as entries:  # noqa: PTH120
        for entry in entries:
            number = entry.name.removeprefix(prefix)
            if entry.name.startswith(prefix) and number.isascii() and number.isdigit():
                yield int(number)


@contextlib.contextmanager
def _opened(path: str) -> Iterator[int]:
    file = os.open(path, os.O_RDONLY | _NO_FOLLOW | _NO_BLOCK)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise OSError(f"{path} is not an ordinary file")
        yield file
    finally:
        os.close(file)


def _with_complete_end(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Hold back the bytes of a last character that are not all there."""
    held = b""
    for chunk in chunks:
        data = held + chunk
        cut = len(data)
        for back in range(1, min(4, len(data)) + 1):
            byte = data[-back]
            if byte & 0xC0 != 0x80:
                length = 1 if byte < 0x80 else 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
                cut -= back if length > back else 0
                break
        held = data[cut:]
        yield data[:cut]
