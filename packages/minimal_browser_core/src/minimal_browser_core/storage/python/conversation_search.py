"""Searching conversations: the query, its filters, its pages."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from minimal_browser_core.errors import InvalidData
from minimal_browser_core.storage.python import convert
from minimal_browser_core.storage.python.database import Database
from minimal_browser_core.storage.python.failures import corrupt
from minimal_browser_core.storage.python.query import PLAIN, Field, Part, Query, parse
from minimal_browser_core.storage.python.records import Conversation, SearchHit, SearchPage
from minimal_browser_core.storage.python.snippet import snippet

RANKED: Final = 10_000  # matches, the last added, that a search ranks unless it is exact
SPAN: Final = 8_192  # rows, the last to arrive, among which a page of matches is sought at once
WINDOW: Final = 512  # rows, the newest, among which matches are sought first where the newest are wanted
FEW: Final = 1_000  # matches that are put in order at once

FIELDS: Final = {
    PLAIN: Field(("prompt", "response"), ("prompt_grams", "response_grams")),
    "prompt": Field(("prompt",), ("prompt_grams",)),
    "response": Field(("response",), ("response_grams",)),
    "model": Field(("model",), ("model_grams",)),
    "tag": Field(("tags",), ("tags_grams",)),
    "url": Field(("url",), ("url_grams",)),
}

Row = tuple[Any, ...]


class ConversationSearch:
    """`search` of one store."""

    def __init__(self, database: Database, sql: Mapping[str, str]) -> None:
        self._db = database
        self._sql = sql

    def search(
        self,
        query: str,
        *,
        limit: int,
        cursor: str | None,
        order: str,
        model: str | None,
        tag: str | None,
        thread_id: int | None,
        url_prefix: str | None,
        since: datetime | None,
        until: datetime | None,
        exact: bool,
    ) -> SearchPage:
        limit = convert.limit(limit)
        if order not in ("relevance", "recent"):
            raise InvalidData(f"order must be 'relevance' or 'recent', not {order!r:.50}")
        wanted = parse(convert.query_text(query), FIELDS)
        url_first, url_last = convert.url_range(convert.optional_text("url_prefix", url_prefix))
        values: dict[str, Any] = {
            "model": convert.optional_text("model", model),
            "tag": convert.optional_text("tag", tag),
            "thread_id": None if thread_id is None else convert.identifier("thread_id", thread_id),
            "since": convert.optional_milliseconds("since", since),
            "until": convert.optional_milliseconds("until", until),
            "url_first": url_first,
            "url_last": url_last,
        }
        mark = self._db.interrupt_mark()
        if wanted.match is None or order == "recent":
            return self._newest(wanted, values, limit, cursor, mark)
        return self._ranked(wanted.match, wanted.parts, values, limit, cursor, exact, mark)

    def _newest(self, wanted: Query, values: dict[str, Any], limit: int, cursor: str | None, mark: int) -> SearchPage:
        timestamp, last_id = (
            (convert.MAX_ID, convert.MAX_ID) if cursor is None else convert.read_cursor("search", cursor, "ii")
        )
        if wanted.nothing:
            return SearchPage([], None, True)
        values |= {"filtered": _filtered(values), "timestamp": timestamp, "id": last_id, "limit": limit + 1}
        with self._db.read() as db:
            if wanted.match is None:
                rows = db.execute(self._sql["search_without"], values | {"without": wanted.without}).fetchall()
            else:
                rows = self._newest_matches(db, values | {"match": wanted.match})
        hits = self._hits(rows[:limit], wanted.parts, mark)
        last = rows[limit - 1] if len(rows) > limit else None
        return SearchPage(hits, last and convert.write_cursor("search", last[3], last[0]), True)

    def _newest_matches(self, db: sqlite3.Connection, values: dict[str, Any]) -> list[Row]:
        """The index knows the order of arrival, which most often is that of the times: then the matches that arrived
        last are the newest. Else either all matches are put in order, where they are few, or the rows are walked in
        order, in windows that grow, and asked whether they match.
        """
        if not values["filtered"] and (arrived := self._arrived(db, values)):
            return arrived
        values |= {"window": WINDOW, "bound": FEW + 1}
        rows: list[Row] = []
        while True:
            found = db.execute(self._sql["search_recent"], values).fetchall()
            rows += found
            values["limit"] -= len(found)
            end = db.execute(self._sql["search_recent_end"], values).fetchone()
            if values["limit"] == 0 or end is None:
                return rows
            values["timestamp"], values["id"] = end
            if values["window"] == WINDOW:
                (count,) = db.execute(self._sql["search_count"], values).fetchone()
                if count <= FEW:
                    return rows + db.execute(self._sql["search_recent_few"], values).fetchall()
            values["window"] *= 8

    def _arrived(self, db: sqlite3.Connection, values: dict[str, Any]) -> list[Row]:
        """So many matches that arrived last; none where there are fewer, or others may be newer."""
        last = min(db.execute(self._sql["newest_id"]).fetchone()[0], values["id"] - 1)
        values = values | {"first": last - SPAN + 1, "last": last}
        rows = db.execute(self._sql["search_arrived"], values).fetchall()
        if len(rows) < values["limit"] or (rows[0][3], rows[0][0]) >= (values["timestamp"], values["id"]):
            return []
        values |= {"oldest": rows[-1][3], "oldest_id": rows[-1][0], "first": min(row[0] for row in rows)}
        (in_order,) = db.execute(self._sql["arrived_in_order"], values).fetchone()
        return rows if in_order else []

    def _ranked(
        self,
        match: str,
        parts: Sequence[Part],
        values: dict[str, Any],
        limit: int,
        cursor: str | None,
        exact: bool,
        mark: int,
    ) -> SearchPage:
        values["filtered"] = _filtered(values)
        newest, last_id, last_score = (
            (None, None, None) if cursor is None else convert.read_cursor("ranked", cursor, "iif")
        )
        with self._db.read() as db:
            if newest is None:
                newest = db.execute(self._sql["newest_id"]).fetchone()[0]
            values |= {
                "match": match,
                "newest": newest,
                "bound": convert.MAX_ID if exact else RANKED + 1,
                "last_id": last_id,
                "last_score": last_score,
                "limit": limit + 1,
            }
            rows = db.execute(self._sql["search_relevance"], values).fetchall()
            if any(row[10] is None for row in rows):
                raise corrupt("the index has lost the sizes of its texts")
        found = rows[:limit]
        next_cursor = None
        if len(rows) > limit:
            next_cursor = convert.write_cursor("ranked", newest, found[-1][0], float(found[-1][10]))
        complete = exact or not rows or rows[0][11] <= RANKED
        return SearchPage(self._hits(found, parts, mark), next_cursor, complete)

    def _hits(self, rows: Sequence[Row], parts: Sequence[Part], mark: int) -> list[SearchHit]:
        hits: list[SearchHit] = []
        for row in rows:
            self._db.raise_if_interrupted(mark)
            # Of two equal windows the answer's is shown: the prompt is on display anyway.
            shown, highlights = snippet((("response", row[5]), ("prompt", row[4])), parts)
            score = -row[10] if len(row) > 10 else 0.0
            hits.append(SearchHit(**columns(row), score=score, snippet=shown, highlights=highlights))
        return hits


def _filtered(values: Mapping[str, Any]) -> bool:
    return any(value is not None for value in values.values())


def columns(row: Row) -> dict[str, Any]:
    id, thread_id, parent_id, timestamp, prompt, response, model, url, tags, metadata = row[:10]
    return {
        "id": id,
        "thread_id": thread_id,
        "parent_id": parent_id,
        "timestamp": convert.moment(timestamp),
        "prompt": prompt,
        "response": response,
        "model": model,
        "url": url,
        "tags": convert.tags(tags),
        "metadata": convert.metadata(metadata),
    }


def conversation(row: Row) -> Conversation:
    return Conversation(**columns(row))
