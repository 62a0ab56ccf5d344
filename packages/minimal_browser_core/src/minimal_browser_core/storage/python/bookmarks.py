"""`BookmarkStore` on stdlib sqlite3, in the places file: the format and the behaviour of `storage_rust`."""

import os
import sqlite3
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self

from minimal_browser_core.errors import InvalidData
from minimal_browser_core.storage.python import convert, upkeep
from minimal_browser_core.storage.python.database import Database
from minimal_browser_core.storage.python.frecency import rescore_url
from minimal_browser_core.storage.python.options import Durability, Format
from minimal_browser_core.storage.python.query import PLAIN, Field, parse
from minimal_browser_core.storage.python.records import Bookmark
from minimal_browser_core.storage.python.statements import statements
from minimal_browser_core.storage.python.text import WHITESPACE, grams
from minimal_browser_core.storage.transfer import bookmarks as files
from minimal_browser_core.storage.transfer.report import ImportReport

SCHEMA_VERSION: Final = 2

FORMAT: Final = Format(
    name="places",
    application_id=0x4D42706C,  # MBpl
    version=SCHEMA_VERSION,
    schema="places",
    indexes=("bookmarks_fts", "pages_fts", "recall_fts"),
    probe="SELECT (SELECT max(id) FROM bookmarks), (SELECT count(*) FROM bookmarks_fts_config)",
)
FIELDS: Final = {
    PLAIN: Field(("title", "url", "tags", "note", "keyword"), ("title_grams", "url_grams", "tags_grams", "note_grams")),
    "title": Field(("title",), ("title_grams",)),
    "url": Field(("url",), ("url_grams",)),
    "tag": Field(("tags",), ("tags_grams",)),
    "note": Field(("note",), ("note_grams",)),
    "keyword": Field(("keyword",)),
}


class PythonBookmarkStore:
    """See `minimal_browser_core.storage.port.BookmarkStore`. Thread-safe; arguments as of the conversation store."""

    def __init__(
        self,
        db_path: str | os.PathLike[str],
        *,
        read_only: bool = False,
        busy_timeout: float = 5.0,
        durability: Durability = "normal",
        check_on_open: bool = False,
    ) -> None:
        self._db = Database(
            db_path,
            FORMAT,
            read_only=read_only,
            busy_timeout=busy_timeout,
            durability=durability,
            check_on_open=check_on_open,
        )
        self._sql = statements("bookmarks")
        self._history = statements("history")

    def add(self, url: str, title: str, *, tags: Sequence[str] = (), note: str = "", keyword: str | None = None) -> int:
        """Store a bookmark and return its id. A URL that is there already keeps its id and takes the new values.

        An empty URL is a snippet of its own. A keyword belongs to one bookmark and holds no spaces.
        """
        row: dict[str, Any] = {
            "url": convert.text("url", url),
            "title": convert.text("title", title),
            "tags": convert.tags_json(tags),
            "note": convert.text("note", note),
            "keyword": convert.optional_text("keyword", keyword),
            "now": convert.now(),
        }
        row |= _grams(row)
        if keyword is not None and (not keyword or any(char in WHITESPACE for char in keyword)):
            raise InvalidData(f"keyword must be one word, not {keyword!r:.50}")
        with self._db.write() as db:
            known = db.execute(self._sql["by_url"], row).fetchone()
            if keyword is not None:
                other = db.execute(self._sql["by_keyword"], row).fetchone()
                if other is not None and (known is None or other[0] != known[0]):
                    raise InvalidData(
                        f"keyword {keyword!r:.50} belongs to the bookmark {other[1]!r:.80}", path=self._db.path
                    )
            if known is None:
                added = db.execute(self._sql["add"], row).lastrowid
                rescore_url(db, self._history, url)
                return int(added or 0)
            db.execute(self._sql["replace"], row | {"id": known[0]})
            return int(known[0])

    def remove(self, id: int) -> bool:
        row = {"id": convert.identifier("id", id)}
        with self._db.write() as db:
            known = db.execute(self._sql["url_of"], row).fetchone()
            if known is None:
                return False
            db.execute(self._sql["remove"], row)
            rescore_url(db, self._history, known[0])
            return True

    def search(self, query: str = "", *, tag: str | None = None, limit: int = 50) -> list[Bookmark]:
        """The best first; without a word that must be there, the last added first. `tag` must be equal.

        The language is that of the conversations, with the fields title:, url:, tag:, note: and keyword:.
        """
        wanted = parse(convert.query_text(query), FIELDS)
        values = {
            "match": wanted.match,
            "without": wanted.without,
            "tag": convert.optional_text("tag", tag),
            "limit": convert.limit(limit),
        }
        if wanted.nothing:
            return []
        with self._db.read() as db:
            rows = db.execute(self._sql["search_without" if wanted.match is None else "search"], values).fetchall()
        return [
            Bookmark(id, url, title, convert.tags(tags), note, keyword, convert.moment(created))
            for id, url, title, tags, note, keyword, created in rows
        ]

    def import_file(self, path: str | os.PathLike[str]) -> ImportReport:
        """Take the bookmarks of a file: Netscape's HTML, or the older browser's JSON. All or nothing.

        Folders become tags. A bookmark that is there already is skipped, unless the file has tags that it lacks, or a
        note or a keyword where it has none: then it takes those, and only those. The file is not changed.
        """
        return files.import_file(self, path)

    def export_file(self, path: str | os.PathLike[str]) -> int:
        """Write all bookmarks as Netscape's HTML, which browsers read, and return their number."""
        return files.export_file(self, path)

    def _import_rows(self, rows: list[files.Row]) -> tuple[list[bool], list[tuple[int, str]]]:
        """Which rows changed something, and the keywords that could not be given, by the index of their row."""
        changed: list[bool] = []
        refused: list[tuple[int, str]] = []
        with self._db.write() as db:
            for index, (url, title, tags, note, keyword, created_at, updated_at, metadata) in enumerate(rows):
                row: dict[str, Any] = {
                    "url": url,
                    "title": title,
                    "note": note,
                    "keyword": keyword,
                    "now": convert.now(),
                }
                known = db.execute(self._sql["same"], row).fetchone()
                owner = keyword and db.execute(self._sql["by_keyword"], row).fetchone()
                if keyword and owner and (known is None or owner[0] != known[0]):
                    refused.append((index, keyword))
                    row["keyword"] = None
                if known is None:
                    created_at = row["now"] if created_at is None else created_at
                    row |= {
                        "tags": convert.tags_json(tags),
                        "metadata": metadata,
                        "created_at": created_at,
                        "updated_at": created_at if updated_at is None else updated_at,
                    }
                    db.execute(self._sql["import"], row | _grams(row))
                    rescore_url(db, self._history, url)
                else:
                    id, known_title, known_tags, known_note, known_keyword = known
                    row |= {
                        "id": id,
                        "title": known_title,
                        "tags": convert.tags_json([*convert.tags(known_tags), *tags]),
                        "note": known_note or note,
                        "keyword": known_keyword if known_keyword is not None else row["keyword"],
                    }
                    after = (id, row["title"], row["tags"], row["note"], row["keyword"])
                    if after == tuple(known):
                        changed.append(False)
                        continue
                    db.execute(self._sql["replace"], row | _grams(row))
                changed.append(True)
        return changed, refused

    def _rows(self) -> list[tuple[str, str, tuple[str, ...], str, str | None, int, int]]:
        with self._db.read() as db:
            return [
                (url, title, convert.tags(tags), note, keyword, created_at, updated_at)
                for url, title, tags, note, keyword, created_at, updated_at in db.execute(self._sql["export"])
            ]

    def __len__(self) -> int:
        with self._db.read() as db:
            return int(db.execute(self._sql["count"]).fetchone()[0])

    def __bool__(self) -> bool:
        return True

    def stats(self) -> Mapping[str, int | str]:
        return {
            "bookmarks": len(self),
            **upkeep.file_sizes(self._db),
            "schema_version": SCHEMA_VERSION,
            "sqlite_version": sqlite3.sqlite_version,
            "path": self._db.path,
        }

    def check(self) -> list[str]:
        """Problems found, in words; empty when sound."""
        return upkeep.check(self._db, self._sql["check_index"])

    def backup(self, path: str | os.PathLike[str]) -> None:
        """A copy of this moment, while others write; `path` appears whole or not at all."""
        upkeep.backup(self._db, path)

    def interrupt(self) -> None:
        self._db.interrupt()

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_db"):
            self._db.close()


def _grams(row: Mapping[str, Any]) -> dict[str, str]:
    return {f"{field}_grams": grams(row[field]) for field in ("title", "url", "tags", "note")}
