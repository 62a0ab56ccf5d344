"""A file that SQLite cannot read: one of ours that is damaged, or somebody else's? Only ours is moved aside.

It is ours where its header holds our application_id, or, with a header that is blank or broken, where the file or its
write-ahead log holds the text of our schema. Anything else is left as it was.
"""

import os
import time
from contextlib import suppress
from pathlib import Path

from minimal_browser_core.errors import DatabaseCorrupt, DatabaseLocked, StorageError

_MAGIC = b"SQLite format 3\0"
_SEARCHED = 1 << 20  # bytes from the start of a file; the schema stands at the front


def is_ours(path: str, application_id: int, marker: bytes) -> bool:
    """Reads and closes the file, which drops this process's locks on it: only for a file that nobody here has open."""
    with Path(path).open("rb") as file:
        beginning = file.read(_SEARCHED)
    stored = int.from_bytes(beginning[68:72], "big")
    if stored == application_id:
        return True
    if beginning.startswith(_MAGIC) and stored != 0:
        return False
    if marker in beginning:
        return True
    with suppress(FileNotFoundError), Path(f"{path}-wal").open("rb") as log:
        return marker in log.read(_SEARCHED)
    return False


def quarantine(path: str) -> str:
    """Move the file and its log to `<path>.damaged-<UTC stamp>` and return that name.

    The log goes first: left behind, SQLite would replay it into the new file of the old name.
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


def rescue(path: str, name: str, indexes: tuple[str, ...], why: str) -> StorageError:
    """Move the file aside, put a new one in its place with what could be read, and say so.

    The rescue comes first: where it fails, for want of space or by Ctrl-C, the file stands where it stood.
    """
    # Only a damaged file needs these.
    from .salvage import discard, partial_name, publish, salvage

    before, target = _state(path), partial_name(path)
    found = salvage(path, name, indexes, target)
    try:
        if _state(path) != before:
            return DatabaseLocked(
                f"{path} is damaged, and another process is at work on it: wait until that has finished, and try again",
                path=path,
            )
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
            told += f"; what could be read is in {kept}, for another process has begun a new file meanwhile: {found}"
        return DatabaseCorrupt(told, path=path, quarantined=moved, recovered=recovered, lost=found.lost)
    finally:
        discard(target)


def _state(path: str) -> tuple[int, int, int]:
    found = os.stat(path)  # noqa: PTH116  the path is a str everywhere here
    return found.st_ino, found.st_size, found.st_mtime_ns
