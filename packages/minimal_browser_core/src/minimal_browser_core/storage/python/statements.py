"""The SQL that both implementations run: `sql/*.sql`, the same bytes in `storage_rust`."""

import sqlite3
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "sql"


@cache
def statements(name: str) -> dict[str, str]:
    """The statements of `sql/<name>.sql` by the names that stand above them."""
    found: dict[str, str] = {}
    for section in (_FOLDER / f"{name}.sql").read_text(encoding="utf-8").split("-- name: ")[1:]:
        title, _, body = section.partition("\n")
        found[title.strip()] = body.strip()
    return found


def script(name: str) -> list[str]:
    """`sql/<name>.sql` one statement at a time: sqlite3's executescript would commit the open transaction."""
    parts: list[str] = []
    pending = ""
    for line in (_FOLDER / f"{name}.sql").read_text(encoding="utf-8").splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            parts.append(pending)
            pending = ""
    return parts
