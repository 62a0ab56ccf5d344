"""The history store on the standard library's sqlite3, with the file format and behaviour of `storage_rust`."""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from minimal_browser_core.errors import InvalidData
from minimal_browser_core.storage.port import MatchMode, Progress
from minimal_browser_core.storage.python import convert
from minimal_browser_core.storage.python.cursor import newest_first, read_cursor, write_cursor
from minimal_browser_core.storage.python.db.error_translation import corrupt
from minimal_browser_core.storage.python.db.paths import host_of
from minimal_browser_core.storage.python.records import HistoryHit, HistoryPage
from minimal_browser_core.storage.python.search.dates import split_dates
from minimal_browser_core.storage.python.search.grams import grams
from minimal_browser_core.storage.python.search.loose_query import LooseQuery, parse_loosely
from minimal_browser_core.storage.python.search.query import PLAIN, Field, Part, Query, parse, parse_prefixes
from minimal_browser_core.storage.python.search.snippet import matcher, snippet
from minimal_browser_core.storage.python.search.url_text import decode_url, url_grams
from minimal_browser_core.storage.python.stores.base import SqliteStore
from minimal_browser_core.storage.python.stores.formats import PLACES
from minimal_browser_core.storage.python.stores.frecency import rescore
from minimal_browser_core.storage.python.stores.history_import import ImportedPage, import_visits
from minimal_browser_core.storage.python.stores.relaxed_search import (
    Index,
    Position,
    check_match,
    is_position,
    make_plan,
    rank,
    read_position,
    start,
)
from minimal_browser_core.storage.transfer.report import ImportReport

RANKED: Final = 20_000  # matches that a search ranks: those of the pages first visited last
BEST_PAGES: Final = 1_000  # pages of the highest frecency, which a completion tests first
OTHER_MATCHES: Final = 1_000  # further matches of a completion: those of the pages first visited last

COMPLETION_FIELDS: Final = {PLAIN: Field(("title", "url"), ("title_grams", "url_grams"))}
FIELDS: Final = {
    PLAIN: Field(("title", "url", "text"), ("title_grams", "url_grams", "text_grams")),
    "title": Field(("title",), ("title_grams",)),
    "url": Field(("url",), ("url_grams",)),
    "text": Field(("text",), ("text_grams",)),
}

_Row = tuple[Any, ...]


class PythonHistoryStore(SqliteStore):
    """See `minimal_browser_core.storage.port.HistoryStore`."""

    _format = PLACES
    _statements = "history"
    _index_checks = ("check_pages", "check_recall")

    # -- writing

    def visit(self, url: str, title: str = "", *, timestamp: datetime | None = None, typed: bool = False) -> int:
        """Record a visit and return the id of the page. An empty title does not replace a known one.

        `timestamp` defaults to now. `typed` means that the user typed or chose the address and followed no link.
        """
        at = convert.now() if timestamp is None else convert.milliseconds("timestamp", timestamp)
        row: dict[str, Any] = {
            "url": _check_url(url),
            "host": host_of(url),
            "title": convert.text("title", title),
            "visited_at": at,
            "typed": bool(typed),
            "title_grams": grams(title),
            "url_grams": url_grams(url),
        }
        with self._db.write() as db:
            page = db.execute(self._sql["page_of"], row).fetchone()
            if page is None:
                row["id"] = db.execute(self._sql["add_page"], row).lastrowid
            else:
                row["id"] = page[0]
                if title and title != page[1]:
                    db.execute(self._sql["retitle"], row)
            db.execute(self._sql["add_visit"], row)
            rescore(db, self._sql, row["id"])
            return int(row["id"])

    def set_title(self, url: str, title: str) -> bool:
        """Rename a page without a visit. Returns False, and stores nothing, if it is not in the history."""
        row = {"url": _check_url(url), "title": convert.text("title", title), "title_grams": grams(title)}
        with self._db.write() as db:
            page = db.execute(self._sql["page_of"], row).fetchone()
            if page is not None and title != page[1]:
                db.execute(self._sql["retitle"], row | {"id": page[0]})
            return page is not None

    def set_text(self, url: str, text: str) -> bool:
        """Replace the readable text of a page, which `search` finds; an empty text deletes it.

        Returns False, and stores nothing, if the page is not in the history.
        """
        row: dict[str, Any] = {"url": _check_url(url), "text": convert.text("text", text), "grams": grams(text)}
        with self._db.write() as db:
            page = db.execute(self._sql["page_of"], row).fetchone()
            if page is None:
                return False
            row["id"] = page[0]
            db.execute(self._sql["drop_text"], row)
            if text:
                db.execute(self._sql["add_text"], row)
            return True

    def import_file(
        self, path: str | os.PathLike[str], *, format: str = "auto", progress: Progress | None = None
    ) -> ImportReport:
        """Import all visits in another browser's database, or none; the report counts pages.

        `transfer.history` documents the formats; `UnknownFormat` is raised for other files. Idempotent. A known page
        keeps its title. A copy of the file is read, so that the browser may be running; the file is never changed.
        `progress(pages read, pages in total)` is called before anything is stored; an exception in it ends the import,
        as `interrupt` does.
        """
        from minimal_browser_core.storage.transfer.history import import_file

        return import_file(self, path, format, progress)

    def import_browser(
        self, name: str, *, profile: str | None = None, progress: Progress | None = None
    ) -> ImportReport:
        """Import the visits of all profiles of a browser on this computer, or of one profile, all or nothing.

        `transfer.browser_profiles` lists the browsers. Raises `StorageError` if there is no such profile.
        """
        from minimal_browser_core.storage.transfer.history import import_browser

        return import_browser(self, name, profile, progress)

    def _import_visits(self, batches: Iterator[list[ImportedPage]], epoch: int) -> tuple[int, int]:
        return import_visits(self._db, self._sql, batches, epoch)

    def delete(
        self,
        *,
        url: str | None = None,
        domain: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> int:
        """Delete the visits that match all arguments and return how many. A page goes with its last visit.

        `domain` is a host with its subdomains; `since` <= time of the visit < `until`. Deletes all or none.
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
        deleted = 0
        with self._db.write() as db:
            for (page,) in db.execute(self._sql["find_visits"], row).fetchall():
                deleted += db.execute(self._sql["delete_visits"], row | {"id": page}).rowcount
                if not rescore(db, self._sql, page):
                    db.execute(self._sql["delete_page"], {"id": page})
        return deleted

    def purge(self, *, before: datetime | None = None) -> int:
        """Delete the visits before a time for good, and return how many.

        No deleted data, of this call or of earlier ones, is left in the file, its log or its indexes; without
        `before`, that is all it does. Rewriting the file needs as much free space as the file takes. Raises
        `DatabaseLocked`, after the deletion, if a reader prevents the log from being emptied.
        """
        deleted = self.delete(until=before) if before is not None else 0
        with self._db.write() as db:
            for name in ("optimize_pages", "optimize_recall"):
                db.execute(self._sql[name])
        self._db.rewrite()
        return deleted

    # -- reading

    def complete(self, text: str, *, limit: int = 10) -> list[HistoryHit]:
        """Return the pages whose title or URL has words with all the typed prefixes, by frecency.

        Without text, returns the best pages of all. Tests the BEST_PAGES first and, if these do not fill `limit`, up
        to OTHER_MATCHES further matches.
        """
        query = parse_prefixes(convert.query_text(text), COMPLETION_FIELDS)
        limit = convert.limit(limit)
        if query.nothing:
            return []
        with self._db.read() as db:
            rows = self._best_matches(db, query, limit)
            if len(rows) < limit and query.match is not None:
                values = {"match": query.match, "bound": OTHER_MATCHES, "limit": limit}
                rows = list({*rows, *db.execute(self._sql["complete"], values)})
                rows.sort(key=lambda row: (row[5], row[0]), reverse=True)
        return [_hit(row, (("title", row[2]), ("url", row[1])), query.parts) for row in rows[:limit]]

    def _best_matches(self, db: sqlite3.Connection, query: Query, limit: int) -> list[_Row]:
        matches = matcher(query.parts)
        rows: list[_Row] = []
        for row in db.execute(self._sql["best"], {"limit": limit if query.match is None else BEST_PAGES}):
            if matches((row[2], decode_url(row[1]))):
                rows.append(row)
                if len(rows) == limit:
                    break
        return rows

    def search(
        self,
        query: str,
        *,
        limit: int = 20,
        cursor: str | None = None,
        match: MatchMode = "auto",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> HistoryPage:
        """Return one page of matches in titles, URLs and texts, the best first.

        The language and `match` are those of the conversations, with the fields title:, url: and text:. Without a
        required word, the last visited pages come first. `since` and `until` require a visit in that time. With more
        than RANKED matches, only those of the pages that were first visited last are ranked, and `complete` is False.
        """
        limit = convert.limit(limit)
        check_match(match)
        bounds = convert.optional_milliseconds("since", since), convert.optional_milliseconds("until", until)
        text, first, end = split_dates(convert.query_text(query), FIELDS, *bounds)
        parsed = parse(text, FIELDS)
        values: dict[str, Any] = {"since": first, "until": end, "limit": limit + 1}
        if parsed.match is None:
            return self._search_newest(parsed, values, limit, cursor)
        loose = parse_loosely(text, FIELDS)
        if match == "all" or not loose.optional:
            return self._search_ranked(parsed, values, limit, cursor)
        if match == "any" or is_position(cursor):
            position = None if cursor is None else read_position(cursor, loose)
            page = self._search_some_words(loose, match, values, limit, position, ())
            return page or HistoryPage([], None, True, "any")
        page = self._search_ranked(parsed, values, limit, cursor)
        left = limit - len(page.hits)
        if not left or cursor is not None or (loose.optional == parsed.parts and len(parsed.parts) == 1):
            return page
        more = self._search_some_words(loose, match, values, left, None, [hit.id for hit in page.hits])
        return replace(more, hits=page.hits + more.hits) if more is not None and more.hits else page

    def _search_some_words(
        self,
        query: LooseQuery,
        match: MatchMode,
        values: dict[str, Any],
        limit: int,
        position: Position | None,
        seen: Iterable[int],
    ) -> HistoryPage | None:
        """Return the page at a position, or the first page without the rows `seen`; None if no row matches."""
        epoch = self._db.interrupt_epoch()
        index = Index(self._sql, FIELDS)
        with self._db.read() as db:
            if position is None:
                plan = make_plan(db, index, query, match, RANKED)
                if plan is None:
                    return None
                position = start(*plan, seen)
            ranking = rank(db, index, query, values, position, max_ranked=RANKED)
            best = ranking.rows[: limit + 1]
            rows = [(*db.execute(self._sql["page"], {"id": id}).fetchone(), -score) for score, id in best]
        page = rows[:limit]
        next_cursor = ranking.position.cursor(row[0] for row in page) if len(rows) > limit else None
        return HistoryPage(self._hits(page, ranking.parts, epoch), next_cursor, ranking.complete, "any")

    def _search_newest(self, query: Query, values: dict[str, Any], limit: int, cursor: str | None) -> HistoryPage:
        epoch = self._db.interrupt_epoch()
        at, last_id = newest_first("visited", cursor)
        if query.nothing:
            return HistoryPage([], None, True)
        values |= {"visited_at": at, "id": last_id, "without": query.without}
        with self._db.read() as db:
            rows = db.execute(self._sql["search_without"], values).fetchall()
        hits = self._hits(rows[:limit], (), epoch)
        last = rows[limit - 1] if len(rows) > limit else None
        return HistoryPage(hits, last and write_cursor("visited", last[4], last[0]), True)

    def _search_ranked(self, query: Query, values: dict[str, Any], limit: int, cursor: str | None) -> HistoryPage:
        epoch = self._db.interrupt_epoch()
        newest, last_id, last_score = (None, None, None) if cursor is None else read_cursor("recall", cursor, "iif")
        with self._db.read() as db:
            if newest is None:
                newest = db.execute(self._sql["newest_page"]).fetchone()[0]
            values |= {
                "match": query.match,
                "newest": newest,
                "bound": RANKED + 1,
                "last_id": last_id,
                "last_score": last_score,
            }
            rows = db.execute(self._sql["search"], values).fetchall()
            if any(row[7] is None for row in rows):
                raise corrupt("the index has lost the sizes of its texts")
        hits = self._hits(rows[:limit], query.parts, epoch)
        next_cursor = None
        if len(rows) > limit:
            next_cursor = write_cursor("recall", newest, rows[limit - 1][0], float(rows[limit - 1][7]))
        return HistoryPage(hits, next_cursor, not rows or rows[0][8] <= RANKED)

    def _hits(self, rows: Sequence[_Row], parts: Sequence[Part], epoch: int) -> list[HistoryHit]:
        hits: list[HistoryHit] = []
        for row in rows:
            self._db.raise_if_interrupted(epoch)
            # Of equal windows the text's is chosen: title and URL are displayed anyway.
            hits.append(_hit(row, (("text", row[6]), ("title", row[2]), ("url", row[1])), parts))
        return hits

    def text(self, url: str) -> str | None:
        """Return the stored text of a page, or None."""
        with self._db.read() as db:
            row = db.execute(self._sql["text"], {"url": _check_url(url)}).fetchone()
        return None if row is None else str(row[0])

    def _counts(self) -> dict[str, int]:
        with self._db.read() as db:
            visits = db.execute(self._sql["count_visits"]).fetchone()[0]
        return {"pages": len(self), "visits": visits}


def _check_url(url: object) -> str:
    if not convert.text("url", url):
        raise InvalidData("url must not be empty")
    return str(url)


def _hit(row: _Row, texts: Sequence[tuple[str, str]], parts: Sequence[Part]) -> HistoryHit:
    text, highlights = snippet(texts, parts)
    score = -row[7] if len(row) > 7 else 0.0
    return HistoryHit(row[0], row[1], row[2], row[3], convert.moment(row[4]), row[5], score, text, highlights)
