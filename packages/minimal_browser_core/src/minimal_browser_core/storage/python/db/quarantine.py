"""Move a damaged database aside, and leave files of other programs alone.

A file is a database of this package if its header has the application_id of the format or, if the header is blank or
broken, if the file or its write-ahead log contains the text of the schema.
"""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from minimal_browser_core.errors import DatabaseCorrupt, DatabaseLocked, StorageError
from minimal_browser_core.storage.python.db.owners import FileKey

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_MAGIC = b"SQLite format 3\0"
_SEARCHED_BYTES = 1 << 20  # at the start of a file, where the schema is


def is_ours(path: str, application_id: int, marker: bytes) -> bool:
    """Return whether a damaged file is a database of this package.

    Closes the file, which drops all locks of this process on it: it must not be open here. Also true if the file does
    not exist: another process has just moved it aside.
    """
    try:
        with Path(path).open("rb") as file:
            beginning = file.read(_SEARCHED_BYTES)
    except FileNotFoundError:
        return True
    stored = int.from_bytes(beginning[68:72], "big")
    if stored == application_id:
        return True
    if beginning.startswith(_MAGIC) and stored != 0:
        return False
    if marker in beginning:
        return True
    with suppress(FileNotFoundError), Path(f"{path}-wal").open("rb") as log:
        return marker in log.read(_SEARCHED_BYTES)
    return False


def quarantine(path: str) -> str:
    """Rename the file and its log to `<path>.damaged-<UTC timestamp>` and return that name.

    The log is moved first: otherwise SQLite could replay it into a new file of the old name.
    """
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    target, n = f"{path}.damaged-{stamp}", 1
    while Path(target).exists():
        n += 1
        target = f"{path}.damaged-{stamp}-{n}"
    for suffix in ("-wal", "-shm", ""):
        with suppress(FileNotFoundError):
            Path(path + suffix).rename(target + suffix)
    return target


def rescue(path: str, judged: FileKey, name: str, indexes: tuple[str, ...], why: str) -> StorageError:
    """Move the file aside, put a new one in its place with what could be read, and say so.

    The rescue comes first: where it fails, for want of space or by Ctrl-C, the file stands where it stood. `judged` is
    the file that was found damaged: what another process has put in its place is left alone.
    """
    # Only a damaged file needs these.
    from minimal_browser_core.storage.python.salvage import discard, partial_name, publish, salvage

    busy = DatabaseLocked(
        f"{path} is damaged, and another process is at work on it: wait until that has finished, and try again",
        path=path,
    )
    with _held(path) as is_held:
        before, target = _state(path), partial_name(path)
        if not is_held or before is None or before[:2] != judged:
            return busy
        found = salvage(path, name, indexes, target)
        try:
            if _state(path) != before:
                return busy
            moved = quarantine(path)
            told = f"{path} is damaged ({why}). It was moved to {moved}"
            recovered = found.recovered
            if not recovered:
                told += f"; nothing in it could be read, and opening {path} again starts an empty one"
            elif publish(target, path):
                told += f"; what could be read is in a new {path}: {found}. Open it again to go on"
            else:
                kept = f"{moved}.recovered"
                Path(target).rename(kept)
                told += (
                    f"; what could be read is in {kept}, for another process has begun a new file meanwhile: {found}"
                )
            return DatabaseCorrupt(told, path=path, quarantined=moved, recovered=recovered, lost=found.lost)
        finally:
            discard(target)


@contextmanager
def _held(path: str) -> Iterator[bool]:
    """False while another process rescues the file. Without `fcntl` a file that is open cannot be moved anyway."""
    with ExitStack() as stack:
        is_held = True
        if fcntl is not None:
            try:
                fcntl.flock(stack.enter_context(Path(path).open("rb")), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except (BlockingIOError, FileNotFoundError):
                is_held = False
        yield is_held


def _state(path: str) -> tuple[int, int, int, int] | None:
    """Which file it is, and by what another process's write is noticed; None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116  the path is a str everywhere here
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
