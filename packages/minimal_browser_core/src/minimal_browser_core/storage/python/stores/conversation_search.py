"""Search exchanges: by relevance, or the newest matches first."""

import json
import math
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

from minimal_browser_core.storage.port import MatchMode
from minimal_browser_core.storage.python import convert
from minimal_browser_core.storage.python.cursor import newest_first, read_cursor, write_cursor
from minimal_browser_core.storage.python.db.database import Database
from minimal_browser_core.storage.python.db.error_translation import corrupt
from minimal_browser_core.storage.python.records import SearchHit, SearchPage
from minimal_browser_core.storage.python.search.dates import split_dates
from minimal_browser_core.storage.python.search.loose_query import LooseQuery, parse_loosely
from minimal_browser_core.storage.python.search.query import PLAIN, Field, Part, Query, parse
from minimal_browser_core.storage.python.search.snippet import snippet
from minimal_browser_core.storage.python.stores.conversation_rows import (
    COLUMNS,
    Row,
    conversation_fields,
    with_text_so_far,
)
from minimal_browser_core.storage.python.stores.more_like import rank_like
from minimal_browser_core.storage.python.stores.relaxed_search import (
    Index,
    Position,
    is_position,
    make_plan,
    rank,
    read_position,
    start,
)

RANKED: Final = 10_000  # newest matches that are ranked, unless the search is exact
SPAN: Final = 8_192  # last stored rows that are searched first for a page of newest matches
WINDOW: Final = 512  # newest rows that are searched first if the order of storage is not that of the timestamps
MAX_COPIES: Final = 1_000  # copies of a row that may be among those like it; they are left out
FEW: Final = 1_000  # so few matches are sorted at once

FIELDS: Final = {
    PLAIN: Field(("prompt", "response", "messages_text"), ("prompt_grams", "response_grams", "messages_grams")),
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


Order = Literal["relevance", "recent"]


@dataclass(frozen=True, slots=True)
class _Relaxed:
    """A search for some words."""

    query: LooseQuery
    filters: Filters
    order: Order
    match: MatchMode
    exact: bool


class ConversationSearch:
    """Runs the searches of one store."""

    def __init__(self, database: Database, sql: Mapping[str, str]) -> None:
        self._db = database
        self._sql = sql

    def search(
        self,
        text: str,
        filters: Filters,
        limit: int,
        cursor: str | None,
        order: Order,
        match: MatchMode,
        *,
        exact: bool,
    ) -> SearchPage:
        """Return one page of a query."""
        text, filters["since"], filters["until"] = split_dates(text, FIELDS, filters["since"], filters["until"])
        filters["filtered"] = filters["filtered"] or filters["since"] is not None or filters["until"] is not None
        query = parse(text, FIELDS)
        loose = parse_loosely(text, FIELDS) if match != "all" and query.match is not None else None
        if loose is None or not loose.optional:
            return self._all_words(query, filters, limit, cursor, order, exact=exact)
        relaxed = _Relaxed(loose, filters, order, match, exact)
        if match == "any" or is_position(cursor):
            position = None if cursor is None else read_position(cursor, loose)
            return self._some_words(relaxed, limit, position, ()) or SearchPage([], None, True, "any")
        page = self._all_words(query, filters, limit, cursor, order, exact=exact)
        if len(page.hits) == limit or cursor is not None or (loose.optional == query.parts and len(query.parts) == 1):
            return page
        return self._fill(page, relaxed, limit)

    def more_like(self, row: Row, limit: int) -> SearchPage:
        """Return the exchanges that share informative words with `row`, without that one and its exact copies."""
        epoch = self._db.interrupt_epoch()
        rows: list[Row] = []
        with self._db.read() as db:
            ranking = rank_like(db, Index(self._sql, FIELDS), row, RANKED)
            for score, id in ranking.rows[: limit + MAX_COPIES] if ranking is not None else ():
                other = db.execute(self._sql["get"], {"id": id}).fetchone()
                if other[4:6] != row[4:6]:
                    rows.append((*other, -score))
                if len(rows) == limit:
                    break
        parts, complete = ([], True) if ranking is None else (ranking.parts, ranking.complete)
        return SearchPage(self._hits(rows, parts, epoch), None, complete, "any")

    def _all_words(
        self, query: Query, filters: Filters, limit: int, cursor: str | None, order: Order, *, exact: bool
    ) -> SearchPage:
        if query.match is None or order == "recent":
            return self._newest(query, filters, limit, cursor)
        return self._ranked(query, filters, limit, cursor, exact=exact)

    def _fill(self, page: SearchPage, relaxed: _Relaxed, limit: int) -> SearchPage:
        """Add rows with most of the informative words to the few that have all words."""
        if relaxed.order == "recent":  # rows with all words are among those with most of them
            more = self._some_words(relaxed, limit, None, ())
            return more if more is not None and len(more.hits) > len(page.hits) else page
        more = self._some_words(relaxed, limit - len(page.hits), None, [hit.id for hit in page.hits])
        return page if more is None or not more.hits else replace(more, hits=page.hits + more.hits)

    def _some_words(
        self, relaxed: _Relaxed, limit: int, position: Position | None, seen: Iterable[int]
    ) -> SearchPage | None:
        """Return the page at a position, or the first page without the rows `seen`; None if no row matches."""
        epoch = self._db.interrupt_epoch()
        index = Index(self._sql, FIELDS)
        max_ranked = None if relaxed.exact else RANKED
        with self._db.read() as db:
            if position is None:
                budget = math.inf if max_ranked is None else max_ranked
                plan = make_plan(db, index, relaxed.query, relaxed.match, budget)
                if plan is None:
                    return None
                position = start(*plan, seen)
            ranking = rank(db, index, relaxed.query, relaxed.filters, position, max_ranked=max_ranked)
            if relaxed.order == "recent":
                ids = json.dumps([id for _, id in ranking.rows])
                rows = db.execute(self._sql["by_time"], {"ids": ids, "limit": limit + 1}).fetchall()
            else:
                best = ranking.rows[: limit + 1]
                rows = [(*db.execute(self._sql["get"], {"id": id}).fetchone(), -score) for score, id in best]
        page = rows[:limit]
        next_cursor = ranking.position.cursor(row[0] for row in page) if len(rows) > limit else None
        return SearchPage(self._hits(page, ranking.parts, epoch), next_cursor, ranking.complete, "any")

    def _newest(self, query: Query, filters: Filters, limit: int, cursor: str | None) -> SearchPage:
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

    def _ranked(self, query: Query, filters: Filters, limit: int, cursor: str | None, *, exact: bool) -> SearchPage:
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
            if any(row[COLUMNS] is None for row in rows):
                raise corrupt("the index has lost the sizes of its texts")
        page = rows[:limit]
        next_cursor = None
        if len(rows) > limit:
            next_cursor = write_cursor("ranked", newest, page[-1][0], float(page[-1][COLUMNS]))
        complete = exact or not rows or rows[0][COLUMNS + 1] <= RANKED
        return SearchPage(self._hits(page, query.parts, epoch), next_cursor, complete)

    def _messages_text(self, id: int) -> str:
        """Return what only the messages of an exchange contain."""
        with self._db.read() as db:
            row = db.execute(self._sql["messages_text"], {"id": id}).fetchone()
        return row[0] if row else ""

    def _hits(self, rows: Sequence[Row], parts: Sequence[Part], epoch: int) -> list[SearchHit]:
        hits: list[SearchHit] = []
        for found in rows:
            self._db.raise_if_interrupted(epoch)
            row = with_text_so_far(self._db.path, found)
            # Of two equal windows the response's is chosen: the prompt is displayed anyway.
            text, highlights = snippet((("response", row[5]), ("prompt", row[4])), parts)
            if not highlights and (said := self._messages_text(row[0])):
                text, highlights = snippet((("messages", said),), parts)
            score = -row[COLUMNS] if len(row) > COLUMNS else 0.0
            hits.append(SearchHit(**conversation_fields(row), score=score, snippet=text, highlights=highlights))
        return hits
