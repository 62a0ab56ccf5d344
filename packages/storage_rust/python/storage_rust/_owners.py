"""The register of open files, which allows only one SQLite library per file and process.

POSIX drops all locks of a process on a file as soon as one descriptor of that file is closed, so two SQLite libraries
on one file in one process drop each other's locks and lose writes. Every store is therefore registered here before it
is opened. The register is a module named `_sqlite_file_owners` in `sys.modules`, created at the first use, so that
implementations share it without importing each other:

    lock     a lock for reading and changing the register
    owners   {(st_dev, st_ino): [engine, count, pid]}

`engine` names one copy of the SQLite library; `count` is the number of its open stores on the file. A forked child
inherits SQLite's view of the locks, but not the locks: it cannot open a file that its parent had open.
"""

import _thread
import os
import sys
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from ._errors import SecondEngine, StorageError

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
    """Register `path` for `engine`. With `create`, first create an empty file, readable by its owner alone."""
    register = _register()
    with register.lock:
        if create:
            # Closing the descriptor is safe: nobody holds a lock on a file that did not exist.
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
    """Remove a store from the register."""
    register = _register()
    with register.lock:
        owner = register.owners.get(key)
        if owner is not None and owner[2] == os.getpid():
            owner[1] -= 1
            if owner[1] == 0:
                del register.owners[key]


def open_count(path: str) -> int:
    """The number of stores of this process that are open on `path`; 0 if there is no such file."""
    register = _register()
    with register.lock:
        try:
            status = Path(path).stat()
        except FileNotFoundError:
            return 0
        owner = register.owners.get((status.st_dev, status.st_ino))
        return 0 if owner is None else int(owner[1])
