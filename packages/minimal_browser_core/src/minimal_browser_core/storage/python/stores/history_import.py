"""Store the pages and visits of other browsers; `storage.transfer` handles the file formats."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from minimal_browser_core.storage.python.db.database import Database
from minimal_browser_core.storage.python.db.error_translation import callback, callback_errors
from minimal_browser_core.storage.python.db.paths import host_of
from minimal_browser_core.storage.python.search.grams import grams
from minimal_browser_core.storage.python.search.url_text import url_grams
from minimal_browser_core.storage.python.stores.frecency import rescore

ImportedPage = tuple[str, str, list[tuple[int, bool]]]
"""The URL and the title of a page, and the time of each visit and whether the user typed the address."""


def import_visits(
    database: Database, sql: Mapping[str, str], batches: Iterator[list[ImportedPage]], epoch: int
) -> tuple[int, int]:
    """Import all batches or none. Returns how many pages got visits, and how many had all of theirs.

    Raises `Interrupted` if the epoch of the interrupts is another one than `epoch`.
    """
    taken = skipped = 0
    with callback_errors(), database.write_many() as db:
        while True:
            with callback():
                batch = next(batches, None)
            database.raise_if_interrupted(epoch)
            if batch is None:
                break
            added = sum(_import_page(db, sql, *page) for page in batch)
            taken, skipped = taken + added, skipped + len(batch) - added
    database.replace_writer()
    return taken, skipped


def _import_page(
    db: sqlite3.Connection, sql: Mapping[str, str], url: str, title: str, visits: list[tuple[int, bool]]
) -> bool:
    """Return False if the page has all visits already. A known page keeps its title."""
    page = db.execute(sql["page_of"], {"url": url}).fetchone()
    known: Counter[int] = Counter()
    if page is None:
        row: dict[str, Any] = {"url": url, "host": host_of(url), "title": title, "visited_at": visits[0][0]}
        id = db.execute(sql["add_page"], row | {"title_grams": grams(title), "url_grams": url_grams(url)}).lastrowid
    else:
        id = page[0]
        if title and not page[1]:
            db.execute(sql["retitle"], {"id": id, "title": title, "title_grams": grams(title)})
        known.update(visited_at for (visited_at,) in db.execute(sql["visit_times"], {"id": id}))
    new: list[dict[str, Any]] = []
    for visited_at, typed in visits:
        if known[visited_at] > 0:
            known[visited_at] -= 1
        else:
            new.append({"id": id, "visited_at": visited_at, "typed": typed})
    if not new:
        return False
    db.executemany(sql["add_visit"], new)
    return rescore(db, sql, int(id or 0))
