"""Move a damaged database aside, and leave files of other programs alone.

A file is a database of this package if its header has the application_id of the format or, if the header is blank or
broken, if the file or its write-ahead log contains the text of the schema.
"""

import shlex
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


def set_aside(path: str, judged: FileKey, why: str) -> StorageError:
    """Move the file aside and return an error that says so, and which command recovers what can be read.

    `judged` is the file that was found damaged; if another process has replaced it, the new one is left alone.
    """
    with _held(path) as is_held:
        if not is_held or _key_of(path) != judged:
            return DatabaseLocked(
                f"{path} is damaged, and another process is at work on it: wait until that has finished, and try again",
                path=path,
            )
        moved = quarantine(path)
    command = f"python -m storage_rust {shlex.quote(moved)} salvage"
    return DatabaseCorrupt(
        f"{path} is damaged ({why}). It was moved to {moved}, and opening {path} again starts an empty one. "
        f"`{command}` recovers what can be read (pip install storage_rust)",
        path=path,
        quarantined=moved,
    )


@contextmanager
def _held(path: str) -> Iterator[bool]:
    """False while another process recovers the file. Without `fcntl` an open file cannot be moved anyway."""
    with ExitStack() as stack:
        is_held = True
        if fcntl is not None:
            try:
                fcntl.flock(stack.enter_context(Path(path).open("rb")), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except (BlockingIOError, FileNotFoundError):
                is_held = False
        yield is_held


def _key_of(path: str) -> FileKey | None:
    try:
        status = Path(path).stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino
