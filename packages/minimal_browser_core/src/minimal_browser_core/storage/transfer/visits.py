"""The older browser's history.db, one row a page, into the history.

Only the last visit of a page has a time there. The page gets as many visits as it counts, all at that time and no more
than 100: enough for how often it is proposed, and no hostile count fills the disk.
"""

import os
import sqlite3
from pathlib import Path
from typing import Any, Final, Protocol

from ._host import InvalidData
from .marks import moment
from .report import ImportReport, Losses
from .sqlite_files import opened

MOST: Final = 1_000_000  # pages
_COUNTED: Final = 100

Row = tuple[str, str, int, int]  # URL, title, time in milliseconds, visits


class Store(Protocol):
    def _import_visits(self, rows: list[Row], /) -> list[bool]: ...


def import_file(store: Store, path: str | os.PathLike[str]) -> ImportReport:
    losses = Losses()
    taken = store._import_visits(_read(Path(os.fspath(path)), losses))
    return losses.report(sum(taken), len(taken) - sum(taken))


def _read(path: Path, losses: Losses) -> list[Row]:
    found: list[Row] = []
    with opened(path) as db:
        columns = {row[1] for row in db.execute("PRAGMA table_info(history)")}
        if not {"url", "visit_time"} <= columns:
            raise InvalidData(
                f"{path} is not the history.db of the older browser: it has no table of it", path=str(path)
            )
        optional = ", ".join(name if name in columns else "NULL" for name in ("title", "visit_count"))
        try:
            for position, row in enumerate(
                db.execute(f"SELECT url, visit_time, {optional} FROM history ORDER BY rowid"),  # noqa: S608
                1,
            ):
                if position > MOST:
                    raise InvalidData(f"{path} holds more than {MOST:,} pages, so nothing was taken", path=str(path))
                visit = _visit(row)
                if isinstance(visit, str):
                    losses.lose(position, visit)
                else:
                    found.append(visit)
        except sqlite3.DatabaseError as error:  # what stood before the damage counts
            losses.lose(len(found) + losses.count + 1, f"the file is damaged from here on: {error}")
    return found


def _visit(row: tuple[Any, ...]) -> Row | str:
    url, time, title, count = row
    at = moment(time)
    if not isinstance(url, str) or not url:
        return "it has no address"
    if at is None:
        return "its visit_time is no time"
    if not isinstance(count, int) or count < 1:
        count = 1
    return url, title if isinstance(title, str) else "", at, min(count, _COUNTED)
