"""Paths of databases and hosts of URLs."""

import os
from pathlib import Path
from typing import Final

from minimal_browser_core.errors import InvalidData, StorageError
from minimal_browser_core.storage.python.convert import text

MEMORY: Final = ":memory:"


def absolute(path: str | os.PathLike[str]) -> str:
    """Return the absolute path of a database, or ":memory:". Raises `InvalidData`."""
    name = os.fspath(path)
    if text("db_path", name) == MEMORY:
        return name
    if not name or "\0" in name:
        raise InvalidData(f"db_path must name a file, not {name!r:.50}")
    return str(Path(name).resolve())


def file_key(path: str) -> tuple[int, int] | None:
    """Return device and inode of the file at a path, or None if there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116  `Path` takes several times as long, and this runs before every call
    except OSError:
        return None
    return status.st_dev, status.st_ino


def check_file(path: str, key: tuple[int, int] | None) -> None:
    """Raise `StorageError` if another file is at the path now, or none. `key` is None for a database in memory."""
    if key is not None and file_key(path) != key:
        raise StorageError(
            f"{path} was renamed, deleted or replaced while it was open: close the store, and open the file that you "
            "want",
            path=path,
        )


def file_uri(path: str, options: str) -> str:
    """Return the SQLite URI of a file."""
    for char, escaped in (("%", "%25"), ("?", "%3f"), ("#", "%23")):
        path = path.replace(char, escaped)
    return f"file:{path}?{options}"


def host_of(url: str) -> str:
    """Return the host of a URL in lower case, without user and port; empty if it has none."""
    _, slashes, rest = url.partition("://")
    if not slashes:
        return ""
    end = next((i for i, char in enumerate(rest) if char in "/?#\\"), len(rest))
    host = rest[:end].rpartition("@")[2]
    host = host[: host.find("]") + 1] if host.startswith("[") else host.partition(":")[0]
    return host.rstrip(".").lower()
