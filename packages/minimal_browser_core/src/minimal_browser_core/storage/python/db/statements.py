"""Load the SQL of `sql/*.sql`, which is identical in `storage_rust`."""

import sqlite3
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parents[1] / "sql"


@cache
def statements(name: str) -> dict[str, str]:
    """Return the statements of `sql/<name>.sql` by the names in their `-- name:` lines."""
    by_name: dict[str, str] = {}
    for section in (_FOLDER / f"{name}.sql").read_text(encoding="utf-8").split("-- name: ")[1:]:
        title, _, body = section.partition("\n")
        by_name[title.strip()] = body.strip()
    return by_name


def script(name: str) -> list[str]:
    """Return the statements of `sql/<name>.sql` in order; executescript would commit the open transaction."""
    parts: list[str] = []
    pending = ""
    for line in (_FOLDER / f"{name}.sql").read_text(encoding="utf-8").splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            parts.append(pending)
            pending = ""
    return parts
