"""Search exchanges: by relevance, or the newest matches first."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from minimal_browser_core.storage.python import convert
from minimal_browser_core.storage.python.cursor import newest_first, read_cursor, write_cursor
from minimal_browser_core.storage.python.db.database import Database
from minimal_browser_core.storage.python.db.error_translation import corrupt
from minimal_browser_core.storage.python.records import SearchHit, SearchPage
from minimal_browser_core.storage.python.search.query import PLAIN, Field, Part, Query
from minimal_browser_core.storage.python.search.snippet import snippet
from minimal_browser_core.storage.python.stores.conversation_rows import Row, conversation_fields

RANKED: Final = 10_000  # newest matches that are ranked, unless the search is exact
SPAN: Final = 8_192  # last stored rows that are searched first for a page of newest matches
WINDOW: Final = 512  # newest rows that are searched first if the order of storage is not that of the timestamps
FEW: Final = 1_000  # so few matches are sorted at once

FIELDS: Final = {
    PLAIN: Field(("prompt", "response"), ("prompt_grams", "response_grams")),
    "prompt": Field(("prompt",), ("prompt_grams",)),
    "response": Field(("response",), ("response_grams",)),
    "model": Field(("model",), ("model_grams",)),
    "tag": Field(("tags",), ("tags_grams",)),
    "url": Field(("url",), ("url_grams",)),
}

Filters = dict[str, Any]
"""Values of the SQL parameters that restrict a search; None restricts nothing."""


def make_filters(
    model: str | None,
    tag: str | None,
    thread_id: int | None,
    url_prefix: str | None,
    since: datetime | None,
    until: datetime | None,
) -> Filters:
    """Convert the arguments of `search`. Raises `InvalidData`."""
    url_first, url_last = convert.url_range(convert.optional_text("url_prefix", url_prefix))
    filters: Filters = {
        "model": convert.optional_text("model", model),
        "tag": convert.optional_text("tag", tag),
        "thread_id": None if thread_id is None else convert.identifier("thread_id", thread_id),
        "since": convert.optional_milliseconds("since", since),
        "until": convert.optional_milliseconds("until", until),
        "url_first": url_first,
        "url_last": url_last,
    }
    return filters | {"filtered": any(value is not None for value in filters.values())}


class ConversationSearch:
    """Runs the searches of one store."""

    def __init__(self, database: Database, sql: Mapping[str, str]) -> None:
        self._db = database
        self._sql = sql

    def newest(self, query: Query, filters: Filters, limit: int, cursor: str | None) -> SearchPage:
        """Return the newest matches."""
        epoch = self._db.interrupt_epoch()
        timestamp, last_id = newest_first("search", cursor)
        if query.nothing:
            return SearchPage([], None, True)
        values = filters | {"timestamp": timestamp, "id": last_id, "limit": limit + 1}
        with self._db.read() as db:
            if query.match is None:
                rows = db.execute(self._sql["search_without"], values | {"without": query.without}).fetchall()
            else:
                rows = self._newest_matches(db, values | {"match": query.match})
        hits = self._hits(rows[:limit], query.parts, epoch)
        last = rows[limit - 1] if len(rows) > limit else None
        return SearchPage(hits, last and write_cursor("search", last[3], last[0]), True)

    def _newest_matches(self, db: sqlite3.Connection, values: dict[str, Any]) -> list[Row]:
        """Find the newest matches without reading all of them.

        The index is in the order of storage, which usually is the order of the timestamps: then the last stored matches
        are the newest. Otherwise all matches are sorted if they are few, or the rows are read from the newest on, in
        growing windows, and tested for a match.
        """
        if not values["filtered"] and (last_stored := self._last_stored(db, values)):
            return last_stored
        values |= {"window": WINDOW, "bound": FEW + 1}
        rows: list[Row] = []
        while True:
            matches = db.execute(self._sql["search_recent"], values).fetchall()
            rows += matches
            values["limit"] -= len(matches)
            end = db.execute(self._sql["search_recent_end"], values).fetchone()
            if values["limit"] == 0 or end is None:
                return rows
            values["timestamp"], values["id"] = end
            if values["window"] == WINDOW:
                (count,) = db.execute(self._sql["search_count"], values).fetchone()
                if count <= FEW:
                    return rows + db.execute(self._sql["search_recent_few"], values).fetchall()
            values["window"] *= 8

    def _last_stored(self, db: sqlite3.Connection, values: dict[str, Any]) -> list[Row]:
        """Return a page of the last stored matches; empty if there are fewer, or if others may be newer."""
        last = min(db.execute(self._sql["newest_id"]).fetchone()[0], values["id"] - 1)
        values = values | {"first": last - SPAN + 1, "last": last}
        rows = db.execute(self._sql["search_arrived"], values).fetchall()
        if len(rows) < values["limit"] or (rows[0][3], rows[0][0]) >= (values["timestamp"], values["id"]):
            return []
        values |= {"oldest": rows[-1][3], "oldest_id": rows[-1][0], "first": min(row[0] for row in rows)}
        (in_order,) = db.execute(self._sql["arrived_in_order"], values).fetchone()
        return rows if in_order else []

    def ranked(self, query: Query, filters: Filters, limit: int, cursor: str | None, *, exact: bool) -> SearchPage:
        """Return the most relevant matches of a query with a `match`."""
        epoch = self._db.interrupt_epoch()
        newest, last_id, last_score = (None, None, None) if cursor is None else read_cursor("ranked", cursor, "iif")
        with self._db.read() as db:
            if newest is None:
                newest = db.execute(self._sql["newest_id"]).fetchone()[0]
            values = filters | {
                "match": query.match,
                "newest": newest,
                "bound": convert.MAX_ID if exact else RANKED + 1,
                "last_id": last_id,
                "last_score": last_score,
                "limit": limit + 1,
            }
            rows = db.execute(self._sql["search_relevance"], values).fetchall()
            if any(row[10] is None for row in rows):
                raise corrupt("the index has lost the sizes of its texts")
        page = rows[:limit]
        next_cursor = None
        if len(rows) > limit:
            next_cursor = write_cursor("ranked", newest, page[-1][0], float(page[-1][10]))
        complete = exact or not rows or rows[0][11] <= RANKED
        return SearchPage(self._hits(page, query.parts, epoch), next_cursor, complete)

    def _hits(self, rows: Sequence[Row], parts: Sequence[Part], epoch: int) -> list[SearchHit]:
        hits: list[SearchHit] = []
        for row in rows:
            self._db.raise_if_interrupted(epoch)
            # Of two equal windows the response's is chosen: the prompt is displayed anyway.
            text, highlights = snippet((("response", row[5]), ("prompt", row[4])), parts)
            score = -row[10] if len(row) > 10 else 0.0
            hits.append(SearchHit(**conversation_fields(row), score=score, snippet=text, highlights=highlights))
        return hits
