"""The lock of large loads, one at a time for each file; it shows whether the process of an unfinished load lives."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]
    import msvcrt


@contextmanager
def try_load_lock(path: str) -> Iterator[bool]:
    """Lock a file next to the database at `path`; False if a load of this or of another process holds the lock.

    The system unlocks it if the process ends.
    """
    name = f"{path}-load"
    while True:
        file = os.open(name, os.O_CREAT | os.O_RDWR, 0o600)
        if not _lock(file):
            os.close(file)
            yield False
            return
        if _is_at(name, file):
            break
        os.close(file)  # the previous owner has deleted it before it was locked here
    try:
        yield True
    finally:
        with suppress(OSError):
            Path(name).unlink()
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_UN)  # a forked child has the file open, too
        os.close(file)


def _lock(file: int) -> bool:
    try:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unreachable, unused-ignore]
    except OSError:
        return False
    return True


def _is_at(name: str, file: int) -> bool:
    try:
        return os.path.samestat(Path(name).stat(), os.fstat(file))
    except FileNotFoundError:
        return False
