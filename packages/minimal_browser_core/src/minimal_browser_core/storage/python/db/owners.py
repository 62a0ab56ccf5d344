"""Allow only one SQLite library per file and process.

POSIX drops every lock that a process holds on a file as soon as one descriptor of that file is closed. Two SQLite
libraries on one file in one process therefore release each other's locks and lose writes. So each store claims its
file here before it opens it. The register is a module named `_sqlite_file_owners` in `sys.modules`, created on first
use, so that implementations share it without importing each other:

    lock     held while the register is read or changed
    owners   {(st_dev, st_ino): [engine, count, pid]}

`engine` names one copy of the SQLite library; `count` is its number of open stores on the file.
A forked child inherits SQLite's record of the locks but not the locks, so it must not open a file that its parent had
open.
"""

import _thread
import os
import sys
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from minimal_browser_core.errors import SecondEngine, StorageError

_NAME = "_sqlite_file_owners"

FileKey = tuple[int, int]


def _register() -> Any:
    register = sys.modules.get(_NAME)
    if register is None:
        fresh: Any = ModuleType(_NAME)
        fresh.lock = _thread.allocate_lock()
        fresh.owners = {}
        register = sys.modules.setdefault(_NAME, fresh)
        if register is fresh and hasattr(os, "register_at_fork"):
            os.register_at_fork(
                before=fresh.lock.acquire, after_in_parent=fresh.lock.release, after_in_child=fresh.lock.release
            )
    return register


def claim(path: str, engine: str, *, create: bool) -> FileKey:
    """Claim `path` for `engine`. With `create`, an empty file that only its owner can read is created if needed."""
    register = _register()
    with register.lock:
        if create:
            # Closing the descriptor drops no locks: the file did not exist before.
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        status = Path(path).stat()
        key = (status.st_dev, status.st_ino)
        owner = register.owners.get(key)
        if owner is None:
            register.owners[key] = [engine, 1, os.getpid()]
        elif owner[2] != os.getpid():
            raise StorageError(
                f"{path} was open when this process was forked, so it cannot be opened here: "
                "close it before forking, or use multiprocessing with spawn",
                path=path,
            )
        elif owner[0] != engine:
            raise SecondEngine(
                f"{path} is open in this process through {owner[0]}; opening it through {engine} as well would lose "
                "writes: close the other store first, or use the same implementation for both",
                path=path,
            )
        else:
            owner[1] += 1
        return key


def release(key: FileKey) -> None:
    """Undo one `claim`."""
    register = _register()
    with register.lock:
        owner = register.owners.get(key)
        if owner is not None and owner[2] == os.getpid():
            owner[1] -= 1
            if owner[1] == 0:
                del register.owners[key]


def open_count(path: str) -> int:
    """Return how many stores of this process have `path` open; 0 if the file does not exist."""
    register = _register()
    with register.lock:
        try:
            status = Path(path).stat()
        except FileNotFoundError:
            return 0
        owner = register.owners.get((status.st_dev, status.st_ino))
        return 0 if owner is None else int(owner[1])
