"""Where a database stands, as SQLite is to be told."""

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
