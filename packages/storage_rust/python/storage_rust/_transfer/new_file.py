"""Writing a file that appears complete or not at all."""

import errno
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TextIO

from ._host import StorageError, StorageFull

_NO_SPACE: Final = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def new_file(target: Path, *, replace: bool) -> Iterator[TextIO]:
    """A text file, readable by its owner alone, that becomes `target` at the end of the block.

    Without `replace` it is an error if `target` exists.
    """
    partial = target.with_name(f"{target.name}.partial-{os.getpid()}-{threading.get_ident()}")
    if not replace:
        _refuse_existing(target)
    try:
        descriptor = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with open(descriptor, "w", encoding="utf-8", newline="\n") as file:  # noqa: PTH123
            yield file
            file.flush()
            os.fsync(file.fileno())
        if replace:
            partial.replace(target)
        else:
            _publish(partial, target)
    except OSError as error:
        if error.errno in _NO_SPACE:
            message = f"No space is left to write {target}: free some, then try again"
            raise StorageFull(message, path=str(target)) from error
        raise StorageError(f"{target} cannot be written: {error.strerror or error}", path=str(target)) from error
    finally:
        with suppress(OSError):
            partial.unlink()


def _refuse_existing(target: Path) -> None:
    if os.path.lexists(target):
        raise StorageError(f"{target} exists already: name another file, or move that one away", path=str(target))


def _publish(partial: Path, target: Path) -> None:
    """A hard link fails if the name was taken in the meantime; renaming would replace that file."""
    try:
        target.hardlink_to(partial)
    except FileExistsError:
        _refuse_existing(target)
        raise
    except (OSError, NotImplementedError):  # a file system without links
        _refuse_existing(target)
        partial.rename(target)
