"""Where a database stands, as SQLite is to be told, and where a page does."""

import os
from pathlib import Path
from typing import Final

from minimal_browser_core.errors import InvalidData

from .convert import text

MEMORY: Final = ":memory:"


def absolute(path: str | os.PathLike[str]) -> str:
    name = os.fspath(path)
    if text("db_path", name) == MEMORY:
        return name
    if not name or "\0" in name:
        raise InvalidData(f"db_path must name a file, not {name!r:.50}")
    return str(Path(name).resolve())


def uri(path: str, options: str) -> str:
    for char, escaped in (("%", "%25"), ("?", "%3f"), ("#", "%23")):
        path = path.replace(char, escaped)
    return f"file:{path}?{options}"


def host_of(url: str) -> str:
    """The host that a URL names, in lower case, without user and port; empty where it names none."""
    _, slashes, rest = url.partition("://")
    if not slashes:
        return ""
    end = next((i for i, char in enumerate(rest) if char in "/?#\\"), len(rest))
    host = rest[:end].rpartition("@")[2]
    host = host[: host.find("]") + 1] if host.startswith("[") else host.partition(":")[0]
    return host.rstrip(".").lower()
