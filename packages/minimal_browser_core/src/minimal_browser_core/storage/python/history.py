"""`HistoryStore` on stdlib sqlite3, in the places file: the format and the behaviour of `storage_rust`."""

import os
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self

from minimal_browser_core.errors import InvalidData
from minimal_browser_core.storage.python import convert, upkeep
from minimal_browser_core.storage.python.bookmarks import FORMAT, SCHEMA_VERSION
from minimal_browser_core.storage.python.database import Database
from minimal_browser_core.storage.python.failures import corrupt
from minimal_browser_core.storage.python.frecency import rescore
from minimal_browser_core.storage.python.options import Durability
from minimal_browser_core.storage.python.paths import host_of
from minimal_browser_core.storage.python.query import PLAIN, Field, Part, as_typed, parse
from minimal_browser_core.storage.python.records import HistoryHit, HistoryPage
from minimal_browser_core.storage.python.snippet import finder, snippet
from minimal_browser_core.storage.python.statements import statements
from minimal_browser_core.storage.python.text import grams
from minimal_browser_core.storage.transfer.report import ImportReport

RANKED: Final = 20_000  # matches, the last first visited, that a search ranks
WALKED: Final = 1_000  # pages of the highest frecency, among which a completion is sought first
SOUGHT: Final = 1_000  # matches of the others, the last first visited, that a completion looks at

COMPLETION_FIELDS: Final = {PLAIN: Field(("title", "url"), ("title_grams", "url_grams"))}
FIELDS: Final = {
    PLAIN: Field(("title", "url", "text"), ("title_grams", "url_grams", "text_grams")),
    "title": Field(("title",), ("title_grams",)),
    "url": Field(("url",), ("url_grams",)),
    "text": Field(("text",), ("text_grams",)),
}

_Row = tuple[Any, ...]


class PythonHistoryStore:
    """See `minimal_browser_core.storage.port.HistoryStore`. Thread-safe; arguments as of the conversation store."""

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
        self._sql = statements("history")

    # -- writing

    def visit(self, url: str, title: str = "", *, timestamp: datetime | None = None, typed: bool = False) -> int:
        """Store a visit and return the id of its page. An empty title leaves the one that is known.

        `timestamp` is now, if left out. `typed` says that the address was typed or chosen, not reached by a link.
        """
        at = convert.now() if timestamp is None else convert.milliseconds("timestamp", timestamp)
        row: dict[str, Any] = {
            "url": _address(url),
            "host": host_of(url),
            "title": convert.text("title", title),
            "visited_at": at,
            "typed": bool(typed),
            "title_grams": grams(title),
            "url_grams": grams(url),
        }
        with self._db.write() as db:
            known = db.execute(self._sql["page_of"], row).fetchone()
            if known is None:
                row["id"] = db.execute(self._sql["add_page"], row).lastrowid
            else:
                row["id"] = known[0]
                if title and title != known[1]:
                    db.execute(self._sql["retitle"], row)
            db.execute(self._sql["add_visit"], row)
            rescore(db, self._sql, row["id"])
            return int(row["id"])

    def set_title(self, url: str, title: str) -> bool:
        """Call a page anew, which is no visit. False where the page is not in the history: then nothing is kept."""
        row = {"url": _address(url), "title": convert.text("title", title), "title_grams": grams(title)}
        with self._db.write() as db:
            page = db.execute(self._sql["page_of"], row).fetchone()
            if page is not None and title != page[1]:
                db.execute(self._sql["retitle"], row | {"id": page[0]})
            return page is not None

    def set_text(self, url: str, text: str) -> bool:
        """Keep the readable text of a page for `search`, in place of the one that is kept; an empty one drops it.

        False where the page is not in the history, or no longer: then nothing is kept.
        """
        row: dict[str, Any] = {"url": _address(url), "text": convert.text("text", text), "grams": grams(text)}
        with self._db.write() as db:
            page = db.execute(self._sql["page_of"], row).fetchone()
            if page is None:
                return False
            row["id"] = page[0]
            db.execute(self._sql["drop_text"], row)
            if text:
                db.execute(self._sql["add_text"], row)
            return True

    def import_file(self, path: str | os.PathLike[str]) -> ImportReport:
        """Take the visited pages of the older browser's history.db, all or nothing; its counts are of pages.

        Idempotent, and what is here already keeps its title. The file is never changed.
        """
        from minimal_browser_core.storage.transfer.visits import import_file

        return import_file(self, path)

    def _import_visits(self, rows: list[tuple[str, str, int, int]]) -> list[bool]:
        """(URL, title, time, visits at that time) each; whether it added any."""
        changed: list[bool] = []
        with self._db.write() as db:
            for url, title, visited_at, count in rows:
                known = db.execute(self._sql["page_of"], {"url": url}).fetchone()
                row: dict[str, Any] = {"visited_at": visited_at, "typed": False, "title": title}
                row |= {"title_grams": grams(title), "id": None if known is None else known[0]}
                if known is None:
                    new = row | {"url": url, "host": host_of(url), "url_grams": grams(url)}
                    row["id"] = db.execute(self._sql["add_page"], new).lastrowid
                elif title and not known[1]:
                    db.execute(self._sql["retitle"], row)
                missing = count - db.execute(self._sql["visits_at"], row).fetchone()[0]
                for _ in range(missing):
                    db.execute(self._sql["add_visit"], row)
                if missing > 0:
                    rescore(db, self._sql, row["id"])
                changed.append(missing > 0)
        return changed

    def delete(
        self,
        *,
        url: str | None = None,
        domain: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> int:
        """The number of visits that are gone: those that all of the arguments name. A page goes with its last visit.

        `domain` is a host and all below it; `since` <= time of the visit < `until`. All or nothing.
        """
        if url is None and domain is None and since is None and until is None:
            raise InvalidData("delete needs a url, a domain, since or until: without any it would empty the history")
        if domain is not None:
            domain = convert.text("domain", domain).strip(".").lower()
            if not domain:
                raise InvalidData("domain must name a host, not be empty")
        row: dict[str, Any] = {
            "url": convert.optional_text("url", url),
            "domain": domain,
            "since": convert.optional_milliseconds("since", since),
            "until": convert.optional_milliseconds("until", until),
        }
        gone = 0
        with self._db.write() as db:
            for (page,) in db.execute(self._sql["find_visits"], row).fetchall():
                gone += db.execute(self._sql["delete_visits"], row | {"id": page}).rowcount
                if not rescore(db, self._sql, page):
                    db.execute(self._sql["delete_page"], {"id": page})
        return gone

    def purge(self, *, before: datetime | None = None) -> int:
        """Delete the visits that were earlier than `before` for good; returns how many.

        Afterwards nothing that was deleted, now or earlier, is in the file, its log or its indexes; without `before`
        that is all it does. The file is written anew, which takes its size again in free space. DatabaseLocked, after
        the deletion, where a reader kept the log from being emptied.
        """
        gone = self.delete(until=before) if before is not None else 0
        with self._db.write() as db:
            for name in ("optimize_pages", "optimize_recall"):
                db.execute(self._sql[name])
        self._db.rewrite()
        return gone

    # -- reading

    def complete(self, text: str, *, limit: int = 10) -> list[HistoryHit]:
        """The pages whose title or URL has a word that begins with each of those typed, by frecency.

        Nothing typed gives the best of all. Sought among the WALKED best; where these do not fill `limit`, also among
        the SOUGHT matches that were first visited last.
        """
        wanted = as_typed(convert.query_text(text), COMPLETION_FIELDS)
        limit = convert.limit(limit)
        if wanted.nothing:
            return []
        rows: list[_Row] = []
        with self._db.read() as db:
            walked = limit if wanted.match is None else WALKED
            shows = finder(wanted.parts)
            for row in db.execute(self._sql["best"], {"limit": walked}):
                if shows(row[2], row[1]):
                    rows.append(row)
                    if len(rows) == limit:
                        break
            else:
                if wanted.match is not None:
                    values = {"match": wanted.match, "bound": SOUGHT, "limit": limit}
                    rows = list({*rows, *db.execute(self._sql["complete"], values)})
                    rows.sort(key=lambda row: (row[5], row[0]), reverse=True)
        return [_hit(row, (("title", row[2]), ("url", row[1])), wanted.parts) for row in rows[:limit]]

    def search(
        self,
        query: str,
        *,
        limit: int = 20,
        cursor: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> HistoryPage:
        """One page of what `query` finds in titles, URLs and kept texts, the best first.

        The language is that of the conversations, with the fields title:, url: and text:. Without a word that must be
        there, the last visited comes first. `since` and `until` ask for a visit in that time. With more than RANKED
        matches those that were first visited last are ranked, and `complete` is False.
        """
        limit = convert.limit(limit)
        wanted = parse(convert.query_text(query), FIELDS)
        values: dict[str, Any] = {
            "since": convert.optional_milliseconds("since", since),
            "until": convert.optional_milliseconds("until", until),
            "limit": limit + 1,
        }
        mark = self._db.interrupt_mark()
        if wanted.match is not None:
            return self._ranked(wanted.match, wanted.parts, values, limit, cursor, mark)
        at, last_id = (
            (convert.MAX_ID, convert.MAX_ID) if cursor is None else convert.read_cursor("visited", cursor, "ii")
        )
        if wanted.nothing:
            return HistoryPage([], None, True)
        values |= {"visited_at": at, "id": last_id, "without": wanted.without}
        with self._db.read() as db:
            rows = db.execute(self._sql["search_without"], values).fetchall()
        hits = self._hits(rows[:limit], (), mark)
        last = rows[limit - 1] if len(rows) > limit else None
        return HistoryPage(hits, last and convert.write_cursor("visited", last[4], last[0]), True)

    def _ranked(
        self, match: str, parts: Sequence[Part], values: dict[str, Any], limit: int, cursor: str | None, mark: int
    ) -> HistoryPage:
        newest, last_id, last_score = (
            (None, None, None) if cursor is None else convert.read_cursor("recall", cursor, "iif")
        )
        with self._db.read() as db:
            if newest is None:
                newest = db.execute(self._sql["newest_page"]).fetchone()[0]
            values |= {
                "match": match,
                "newest": newest,
                "bound": RANKED + 1,
                "last_id": last_id,
                "last_score": last_score,
            }
            rows = db.execute(self._sql["search"], values).fetchall()
            if any(row[7] is None for row in rows):
                raise corrupt("the index has lost the sizes of its texts")
        hits = self._hits(rows[:limit], parts, mark)
        next_cursor = None
        if len(rows) > limit:
            next_cursor = convert.write_cursor("recall", newest, rows[limit - 1][0], float(rows[limit - 1][7]))
        return HistoryPage(hits, next_cursor, not rows or rows[0][8] <= RANKED)

    def _hits(self, rows: Sequence[_Row], parts: Sequence[Part], mark: int) -> list[HistoryHit]:
        hits: list[HistoryHit] = []
        for row in rows:
            self._db.raise_if_interrupted(mark)
            # Of equal windows the text's is shown: title and URL are on display anyway.
            hits.append(_hit(row, (("text", row[6]), ("title", row[2]), ("url", row[1])), parts))
        return hits

    def text(self, url: str) -> str | None:
        """The text that is kept of a page, or None."""
        with self._db.read() as db:
            found = db.execute(self._sql["text"], {"url": _address(url)}).fetchone()
        return None if found is None else str(found[0])

    # -- the file

    def __len__(self) -> int:
        """The number of pages."""
        with self._db.read() as db:
            return int(db.execute(self._sql["count"]).fetchone()[0])

    def __bool__(self) -> bool:
        return True

    def stats(self) -> Mapping[str, int | str]:
        with self._db.read() as db:
            visits = db.execute(self._sql["count_visits"]).fetchone()[0]
        return {
            "pages": len(self),
            "visits": visits,
            **upkeep.file_sizes(self._db),
            "schema_version": SCHEMA_VERSION,
            "sqlite_version": sqlite3.sqlite_version,
            "path": self._db.path,
        }

    def check(self) -> list[str]:
        """Problems found, in words; empty when sound."""
        return upkeep.check(self._db, self._sql["check_pages"], self._sql["check_recall"])

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


def _address(url: object) -> str:
    if not convert.text("url", url):
        raise InvalidData("url must not be empty")
    return str(url)


def _hit(row: _Row, texts: Sequence[tuple[str, str]], parts: Sequence[Part]) -> HistoryHit:
    shown, highlights = snippet(texts, parts)
    score = -row[7] if len(row) > 7 else 0.0
    return HistoryHit(row[0], row[1], row[2], row[3], convert.moment(row[4]), row[5], score, shown, highlights)
