"""A lock on an open file that only one process, and one open file, can have."""

import sys
from contextlib import suppress
from typing import BinaryIO

if sys.platform == "win32":
    import msvcrt

    _POSITION = 0x7FFF_FFFF
    """A byte after everything that is written: a locked byte cannot be read by others."""

    def try_lock(file: BinaryIO) -> bool:
        """Lock the file until it is closed; returns False if it is locked elsewhere."""
        position = file.tell()
        try:
            file.seek(_POSITION)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            file.seek(position)
        return True

    def unlock(file: BinaryIO) -> None:
        """Unlock the file before it is closed."""
        file.seek(_POSITION)
        with suppress(OSError):
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def try_lock(file: BinaryIO) -> bool:
        """Lock the file until it is closed; returns False if it is locked elsewhere."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a file system without locks
            return True
        return True

    def unlock(file: BinaryIO) -> None:
        """Unlock the file before it is closed: a child that was forked has it open too."""
        with suppress(OSError):  # a file system without locks
            fcntl.flock(file, fcntl.LOCK_UN)
