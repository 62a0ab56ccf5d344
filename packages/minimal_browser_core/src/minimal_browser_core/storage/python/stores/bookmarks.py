"""The bookmark store on the standard library's sqlite3, with the file format and behaviour of `storage_rust`."""

import os
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, Final, Unpack

from minimal_browser_core.errors import InvalidData
from minimal_browser_core.storage.port import Progress, StoreOptions
from minimal_browser_core.storage.python import convert
from minimal_browser_core.storage.python.db.statements import statements
from minimal_browser_core.storage.python.records import Bookmark
from minimal_browser_core.storage.python.search.characters import WHITESPACE
from minimal_browser_core.storage.python.search.grams import grams
from minimal_browser_core.storage.python.search.query import PLAIN, Field, parse
from minimal_browser_core.storage.python.search.url_text import url_grams
from minimal_browser_core.storage.python.stores.base import SqliteStore
from minimal_browser_core.storage.python.stores.formats import PLACES
from minimal_browser_core.storage.python.stores.frecency import rescore_url
from minimal_browser_core.storage.transfer import bookmarks as files
from minimal_browser_core.storage.transfer.report import ImportReport

FIELDS: Final = {
    PLAIN: Field(("title", "url", "tags", "note", "keyword"), ("title_grams", "url_grams", "tags_grams", "note_grams")),
    "title": Field(("title",), ("title_grams",)),
    "url": Field(("url",), ("url_grams",)),
    "tag": Field(("tags",), ("tags_grams",)),
    "note": Field(("note",), ("note_grams",)),
    "keyword": Field(("keyword",)),
}


class PythonBookmarkStore(SqliteStore):
    """See `minimal_browser_core.storage.port.BookmarkStore`."""

    _format = PLACES
    _statements = "bookmarks"
    _index_checks = ("check_index",)

    def __init__(self, db_path: str | os.PathLike[str], **options: Unpack[StoreOptions]) -> None:
        super().__init__(db_path, **options)
        self._history = statements("history")

    def add(self, url: str, title: str, *, tags: Sequence[str] = (), note: str = "", keyword: str | None = None) -> int:
        """Store a bookmark and return its id. A bookmark with the same URL keeps its id and gets the new values.

        Several bookmarks may have an empty URL: they are text snippets. A keyword belongs to one bookmark and contains
        no spaces.
        """
        row: dict[str, Any] = {
            "url": convert.text("url", url),
            "title": convert.text("title", title),
            "tags": convert.tags_json(tags),
            "note": convert.text("note", note),
            "keyword": convert.optional_text("keyword", keyword),
            "now": convert.now(),
        }
        row |= _gram_columns(row)
        if keyword is not None and (not keyword or any(char in WHITESPACE for char in keyword)):
            raise InvalidData(f"keyword must be one word, not {keyword!r:.50}")
        with self._db.write() as db:
            existing = db.execute(self._sql["by_url"], row).fetchone()
            if keyword is not None:
                owner = db.execute(self._sql["by_keyword"], row).fetchone()
                if owner is not None and (existing is None or owner[0] != existing[0]):
                    raise InvalidData(
                        f"keyword {keyword!r:.50} belongs to the bookmark {owner[1]!r:.80}", path=self._db.path
                    )
            if existing is None:
                added = db.execute(self._sql["add"], row).lastrowid
                rescore_url(db, self._history, url)
                return int(added or 0)
            db.execute(self._sql["replace"], row | {"id": existing[0]})
            return int(existing[0])

    def remove(self, id: int) -> bool:
        """Delete a bookmark; returns False if it does not exist."""
        row = {"id": convert.identifier("id", id)}
        with self._db.write() as db:
            existing = db.execute(self._sql["url_of"], row).fetchone()
            if existing is None:
                return False
            db.execute(self._sql["remove"], row)
            rescore_url(db, self._history, existing[0])
            return True

    def search(self, query: str = "", *, tag: str | None = None, limit: int = 50) -> list[Bookmark]:
        """Return the best matches first; without a required word, the last added first. `tag` must be equal.

        The language is that of the conversations, with the fields title:, url:, tag:, note: and keyword:.
        """
        parsed = parse(convert.query_text(query), FIELDS)
        values = {
            "match": parsed.match,
            "without": parsed.without,
            "tag": convert.optional_text("tag", tag),
            "limit": convert.limit(limit),
        }
        if parsed.nothing:
            return []
        with self._db.read() as db:
            rows = db.execute(self._sql["search_without" if parsed.match is None else "search"], values).fetchall()
        return [
            Bookmark(id, url, title, convert.tags(tags), note, keyword, convert.moment(created))
            for id, url, title, tags, note, keyword, created in rows
        ]

    def import_file(
        self, path: str | os.PathLike[str], *, format: str = "auto", progress: Progress | None = None
    ) -> ImportReport:
        """Import all bookmarks of another browser's file, or none.

        `transfer.bookmarks` documents the formats; `UnknownFormat` is raised for other files. Folders become tags. A
        bookmark that exists already gets tags that it lacks, and a note or keyword if it has none; otherwise it is
        skipped. The file is not changed. `progress(bookmarks read, bookmarks in total)` is called before anything is
        stored; an exception in it ends the import.
        """
        return files.import_file(self, path, format, progress)

    def import_browser(
        self, name: str, *, profile: str | None = None, progress: Progress | None = None
    ) -> ImportReport:
        """Import the bookmarks of all profiles of a browser on this computer, or of one profile, all or nothing.

        `transfer.browser_profiles` lists the browsers. Raises `StorageError` if there is no such profile.
        """
        return files.import_browser(self, name, profile, progress)

    def export_file(self, path: str | os.PathLike[str]) -> int:
        """Write all bookmarks as Netscape HTML, which browsers can import, and return their number."""
        return files.export_file(self, path)

    def _import_rows(self, rows: list[files.Row]) -> tuple[list[bool], list[tuple[int, str]]]:
        """Return for each row whether it changed anything, and (index, keyword) of the keywords that are in use."""
        changed: list[bool] = []
        refused: list[tuple[int, str]] = []
        with self._db.write() as db:
            for index, (url, title, tags, note, keyword, created_at, updated_at, metadata) in enumerate(rows):
                now = convert.now()
                row: dict[str, Any] = {"url": url, "title": title, "note": note, "keyword": keyword, "now": now}
                existing = db.execute(self._sql["same"], row).fetchone()
                owner = keyword and db.execute(self._sql["by_keyword"], row).fetchone()
                if keyword and owner and (existing is None or owner[0] != existing[0]):
                    refused.append((index, keyword))
                    row["keyword"] = None
                if existing is not None:
                    changed.append(self._merge(db, existing, row, tags))
                    continue
                created_at = now if created_at is None else created_at
                row |= {
                    "tags": convert.tags_json(tags),
                    "metadata": metadata,
                    "created_at": created_at,
                    "updated_at": created_at if updated_at is None else updated_at,
                }
                db.execute(self._sql["import"], row | _gram_columns(row))
                rescore_url(db, self._history, url)
                changed.append(True)
        return changed, refused

    def _merge(
        self, db: sqlite3.Connection, existing: tuple[Any, ...], row: dict[str, Any], tags: Sequence[str]
    ) -> bool:
        """Add to an existing bookmark what it lacks; returns whether that changed it."""
        id, title, existing_tags, note, keyword = existing
        row |= {
            "id": id,
            "title": title,
            "tags": convert.tags_json([*convert.tags(existing_tags), *tags]),
            "note": note or row["note"],
            "keyword": keyword if keyword is not None else row["keyword"],
        }
        if (id, row["title"], row["tags"], row["note"], row["keyword"]) == tuple(existing):
            return False
        db.execute(self._sql["replace"], row | _gram_columns(row))
        return True

    def _rows(self) -> list[tuple[str, str, tuple[str, ...], str, str | None, int, int]]:
        with self._db.read() as db:
            return [
                (url, title, convert.tags(tags), note, keyword, created_at, updated_at)
                for url, title, tags, note, keyword, created_at, updated_at in db.execute(self._sql["export"])
            ]

    def _counts(self) -> dict[str, int]:
        return {"bookmarks": len(self)}


def _gram_columns(row: Mapping[str, Any]) -> dict[str, str]:
    columns = {f"{field}_grams": grams(row[field]) for field in ("title", "tags", "note")}
    return columns | {"url_grams": url_grams(row["url"])}
