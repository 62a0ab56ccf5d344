"""A lock on an open file that only one process, and one open file, can have."""

import sys
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
