"""The conversation store on the standard library's sqlite3, with the file format and behaviour of `storage_rust`."""

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, Literal, Unpack

from minimal_browser_core.errors import InvalidData
from minimal_browser_core.storage.port import ExportFormat, MatchMode, Progress, StoreOptions
from minimal_browser_core.storage.python import convert
from minimal_browser_core.storage.python.cursor import newest_first, write_cursor
from minimal_browser_core.storage.python.db.bulk_load import MAX_SMALL_ROWS, MAX_SMALL_TEXT, Load, bulk_load
from minimal_browser_core.storage.python.db.error_translation import callback, callback_errors
from minimal_browser_core.storage.python.db.pending_index import has_pending_rows
from minimal_browser_core.storage.python.records import Conversation, Page, SearchPage, Thread
from minimal_browser_core.storage.python.stores.conversation_contents import Contents
from minimal_browser_core.storage.python.stores.conversation_rows import (
    change_columns,
    conversation,
    gram_columns,
    make_row,
    make_row_from_mapping,
)
from minimal_browser_core.storage.python.stores.conversation_search import ConversationSearch, make_filters
from minimal_browser_core.storage.python.stores.formats import CONVERSATIONS
from minimal_browser_core.storage.python.stores.import_export import (
    ExportedRow,
    delete_rows,
    export_rows,
    import_rows,
    merge_rows,
)
from minimal_browser_core.storage.python.stores.relaxed_search import check_match
from minimal_browser_core.storage.python.stores.statistics import grouped
from minimal_browser_core.storage.python.stores.streamed_answers import StreamedAnswers
from minimal_browser_core.storage.transfer.report import ImportReport

_BATCH: Final = 200
_LARGE_TEXT: Final = 1 << 18  # characters after which the words in FTS5's memory slow down later commits
_PROGRESS_ROWS: Final = 1000  # rows between two calls of a progress function


class PythonConversationStore(StreamedAnswers, Contents):
    """See `minimal_browser_core.storage.port.ConversationStore`."""

    _format = CONVERSATIONS
    _statements = "conversations"
    _index_checks = ("check_index",)

    def __init__(self, db_path: str | os.PathLike[str], **options: Unpack[StoreOptions]) -> None:
        super().__init__(db_path, **options)
        self._search = ConversationSearch(self._db, self._sql)
        self._answers = {}
        self._answers_lock = threading.Lock()
        if not options.get("read_only"):
            self._try_to_recover_answers()

    # -- writing

    def add_conversation(  # noqa: PLR0913  the public API
        self,
        prompt: str,
        response: str,
        model: str,
        *,
        timestamp: datetime | None = None,
        thread_id: int | None = None,
        parent_id: int | None = None,
        url: str | None = None,
        tags: Sequence[str] = (),
        metadata: Mapping[str, Any] | None = None,
        messages: Sequence[Mapping[str, Any]] | None = None,
        prompt_tokens: int | None = None,
        completion_tokens: int | None = None,
        cost: float | None = None,
        duration: float | None = None,
    ) -> int:
        """Store one exchange and return its id. It begins a new thread unless a thread or a parent is given.

        `messages` are those of a provider's API, of any form that is JSON: `messages(id)` returns them as they were,
        and a search finds their text. Tokens, `cost` in US dollars and `duration` in seconds are what it took.
        """
        row = make_row(
            prompt=prompt,
            response=response,
            model=model,
            timestamp=timestamp,
            thread_id=thread_id,
            parent_id=parent_id,
            url=url,
            tags=tags,
            metadata=metadata,
            messages=messages,
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            cost=cost,
            duration=duration,
        )
        with self._db.write() as db:
            id = self._add(db, row, Load())
        self._replace_writer_after(row["prompt"], row["response"])
        return id

    def _replace_writer_after(self, *texts: str | None) -> None:
        if sum(len(text or "") for text in texts) > _LARGE_TEXT:
            self._db.replace_writer()

    def add_many(self, rows: Iterable[Mapping[str, Any]], *, progress: Progress | None = None) -> int:
        """Store all rows or none, and return how many. A row has the arguments of `add_conversation`.

        All rows are read before the first is stored. `InvalidData` names the first invalid row, as in `rows[3]`.
        `progress(stored, total)` is called inside the transaction: it must not use this store, and an exception in it
        rolls back.
        """
        if isinstance(rows, str | bytes | Mapping) or not isinstance(rows, Iterable):
            raise InvalidData(f"rows must be a list of mappings, not {type(rows).__name__}")
        new = [make_row_from_mapping(n, row) for n, row in enumerate(rows)]
        with callback_errors():
            bulk_load(self._db, self._sql, _NewRows(self, new, progress))
        return len(new)

    def _add(self, db: sqlite3.Connection, row: dict[str, Any], load: Load) -> int:
        thread, parent = self._find_thread_and_parent(db, row, load)
        values = row | gram_columns(row) | {"thread_id": thread, "parent_id": parent}
        id = int(db.execute(self._sql["add"], values).lastrowid or 0)
        if row["messages"] is not None:
            db.execute(self._sql["store_messages"], {"id": id, "messages": row["messages"]})
        load.add_to(db, self._sql, thread)
        if parent is None and row["thread_id"] is not None and not load.is_hidden:
            db.execute(self._sql["date_thread"], {"thread_id": thread, "timestamp": row["timestamp"]})
        return id

    def _find_thread_and_parent(
        self, db: sqlite3.Connection, row: dict[str, Any], load: Load
    ) -> tuple[int, int | None]:
        thread, parent = row["thread_id"], row["parent_id"]
        if parent is not None:
            known = db.execute(self._sql["thread_of"], {"id": parent, "in_load": load.is_hidden}).fetchone()
            if known is None:
                raise InvalidData(f"parent_id {parent}: there is no such conversation", path=self._db.path)
            if thread not in (None, known[0]):
                raise InvalidData(f"parent_id {parent} is in thread {known[0]}, not in {thread}", path=self._db.path)
            return known[0], parent
        if thread is None:
            load.threads += 1
            values = {"title": "", "now": row["timestamp"]}
            return int(db.execute(self._sql["add_thread"], values).lastrowid or 0), None
        position = {"thread_id": thread, "in_load": load.is_hidden}
        if db.execute(self._sql["thread_exists"], position).fetchone() is None:
            raise InvalidData(f"thread_id {thread}: there is no such thread", path=self._db.path)
        return thread, db.execute(self._sql["newest_in_thread"], position).fetchone()[0]

    def update(  # noqa: PLR0913  the public API
        self,
        id: int,
        *,
        prompt: str | None = None,
        response: str | None = None,
        model: str | None = None,
        url: str | None = None,
        tags: Sequence[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
        messages: Sequence[Mapping[str, Any]] | None = None,
        prompt_tokens: int | None = None,
        completion_tokens: int | None = None,
        cost: float | None = None,
        duration: float | None = None,
    ) -> bool:
        """Replace the given fields; returns False if there is no such exchange.

        Raises `InvalidData` for a `response` that is being written: `finish` sets it.
        """
        columns = change_columns(
            prompt=prompt,
            response=response,
            model=model,
            url=url,
            tags=tags,
            metadata=metadata,
            messages=messages,
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            cost=cost,
            duration=duration,
        )
        return self._update(convert.identifier("id", id), columns)

    def _update(self, id: int, columns: dict[str, Any]) -> bool:
        with self._db.write() as db:
            if columns["response"] is not None and columns["state"] is None and self._is_being_written(db, id):
                raise InvalidData(
                    f"id {id}: its answer is being written: finish() sets the response", path=self._db.path
                )
            is_stored = db.execute(self._sql["update"], columns | {"id": id}).rowcount > 0
            if is_stored and columns["messages"] is not None:
                db.execute(self._sql["store_messages"], {"id": id, "messages": columns["messages"]})
        self._replace_writer_after(columns["prompt"], columns["response"])
        return is_stored

    def delete(self, ids: int | Iterable[int]) -> int:
        """Delete all exchanges or none, and return how many existed.

        The children of a deleted exchange become those of its parent. A thread goes with its last exchange.
        """
        id_list = [ids] if isinstance(ids, int) else ids
        if isinstance(id_list, str | bytes) or not isinstance(id_list, Iterable):
            raise InvalidData(f"ids must be whole numbers, not {type(ids).__name__}")
        checked = [convert.identifier("ids", id) for id in id_list]
        with self._db.write() as db:
            return delete_rows(db, self._sql, checked)

    def start_thread(self, title: str = "") -> int:
        """Create an empty thread and return its id."""
        row = {"title": convert.text("title", title), "now": convert.now()}
        with self._db.write() as db:
            return int(db.execute(self._sql["add_thread"], row).lastrowid or 0)

    def rename_thread(self, thread_id: int, title: str) -> bool:
        """Replace the title of a thread; returns False if there is no such thread."""
        row = {"thread_id": convert.identifier("thread_id", thread_id), "title": convert.text("title", title)}
        with self._db.write() as db:
            return db.execute(self._sql["rename_thread"], row).rowcount > 0

    def purge(self, *, before: datetime | None = None, keep_last: int | None = None) -> int:
        """Delete for good the exchanges that are older than `before` and not among the newest `keep_last`.

        Returns how many. No deleted or replaced text, of this call or of earlier ones, is left in the file, its log or
        its index; without arguments, that is all it does. Rewriting the file needs as much free space as the file
        takes. Raises `DatabaseLocked`, after the deletion, if a reader prevents the log from being emptied.
        """
        values = {"before": convert.optional_milliseconds("before", before), "keep_last": None}
        if keep_last is not None:
            values["keep_last"] = convert.identifier("keep_last", keep_last)
            if keep_last < 0:
                raise InvalidData(f"keep_last must be 0 or more, not {keep_last}")
        self._remove_orphans()
        deleted = 0
        with self._db.write() as db:
            if before is not None or keep_last is not None:
                deleted = db.execute(self._sql["purge"], values).rowcount
            db.execute(self._sql["optimize_index"])
        self._db.rewrite()
        return deleted

    # -- reading

    def get(self, id: int) -> Conversation | None:
        """Return an exchange, or None if it does not exist."""
        with self._db.read() as db:
            row = db.execute(self._sql["get"], {"id": convert.identifier("id", id)}).fetchone()
        return None if row is None else conversation(self._db.path, row)

    def recent(self, *, limit: int = 50, cursor: str | None = None, thread_id: int | None = None) -> Page:
        """Return exchanges, the newest timestamp first."""
        limit = convert.limit(limit)
        timestamp, last_id = newest_first("recent", cursor)
        values = {"timestamp": timestamp, "id": last_id, "limit": limit + 1}
        name = "recent"
        if thread_id is not None:
            name, values["thread_id"] = "recent_in_thread", convert.identifier("thread_id", thread_id)
        with self._db.read() as db:
            rows = db.execute(self._sql[name], values).fetchall()
        last = rows[limit - 1] if len(rows) > limit else None
        return Page(
            [conversation(self._db.path, row) for row in rows[:limit]],
            last and write_cursor("recent", last[3], last[0]),
        )

    def thread(self, thread_id: int) -> list[Conversation]:
        """Return the whole tree, parents before children; empty if there is no such thread."""
        with self._db.read() as db:
            rows = db.execute(self._sql["thread"], {"thread_id": convert.identifier("thread_id", thread_id)}).fetchall()
        return [conversation(self._db.path, row) for row in rows]

    def threads(self, *, limit: int = 50, cursor: str | None = None) -> list[Thread]:
        """Return threads, the most recently used first. The list continues after the thread with this `cursor`."""
        updated_at, last_id = newest_first("threads", cursor)
        values = {"updated_at": updated_at, "id": last_id, "limit": convert.limit(limit)}
        with self._db.read() as db:
            rows = db.execute(self._sql["threads"], values).fetchall()
        return [
            Thread(
                id,
                title,
                convert.moment(created),
                convert.moment(updated),
                count,
                write_cursor("threads", updated, id),
            )
            for id, title, created, updated, count in rows
        ]

    def __iter__(self) -> Iterator[Conversation]:
        """Yield all exchanges in the order of storage, in batches: includes new ones, holds no lock in between."""
        last_id = 0
        while True:
            with self._db.read() as db:
                rows = db.execute(self._sql["after"], {"id": last_id, "limit": _BATCH}).fetchall()
            if not rows:
                return
            yield from (conversation(self._db.path, row) for row in rows)
            last_id = rows[-1][0]

    # -- searching

    def search_conversations(self, query: str, limit: int = 20) -> list[tuple[int, str, str]]:
        """Return (id, prompt, response), the best match first."""
        return [(hit.id, hit.prompt, hit.response) for hit in self.search(query, limit=limit).hits]

    def search(  # noqa: PLR0913  the public API
        self,
        query: str,
        *,
        limit: int = 20,
        cursor: str | None = None,
        order: Literal["relevance", "recent"] = "relevance",
        match: MatchMode = "auto",
        model: str | None = None,
        tag: str | None = None,
        thread_id: int | None = None,
        url_prefix: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        exact: bool = False,
    ) -> SearchPage:
        """Return one page of matches. `search.query` documents the language.

        Any string is a valid query, unless it has a `before:` or `after:` that is not a date: that is `InvalidData`.

        `match="auto"` finds the rows with all words first; if they are fewer than `limit`, rows with most of the
        informative words follow. `"all"` finds only the former, `"any"` every row with a word. Phrases in quotes, words
        of a field and excluded words are never optional.
        The other arguments filter: equal model, tag and thread, `since` <= timestamp < `until`. `order="recent"`
        sorts by timestamp, the newest first, as does a query without a required word.
        If a query has more than RANKED matches and `exact` is False, only the last stored are ranked, and `complete`
        is False. It is also False while rows wait to be indexed.
        """
        limit = convert.limit(limit)
        if order not in ("relevance", "recent"):
            raise InvalidData(f"order must be 'relevance' or 'recent', not {order!r:.50}")
        text = convert.query_text(query)
        filters = make_filters(model, tag, thread_id, url_prefix, since, until)
        with self._db.read() as db:
            has_pending = has_pending_rows(db, self._sql)
        page = self._search.search(text, filters, limit, cursor, order, check_match(match), exact=exact)
        return replace(page, complete=page.complete and not has_pending)

    def more_like(self, id: int, *, limit: int = 20) -> SearchPage:
        """Return the exchanges that share informative words with another one, the best first, on one page.

        Without that exchange and its exact copies. Raises `InvalidData` if there is no such exchange.
        """
        id, limit = convert.identifier("id", id), convert.limit(limit)
        with self._db.read() as db:
            row = db.execute(self._sql["get"], {"id": id}).fetchone()
        if row is None:
            raise InvalidData(f"There is no conversation {id}", path=self._db.path)
        return self._search.more_like(row, limit)

    # -- import and export

    def import_file(
        self, path: str | os.PathLike[str], *, format: str = "auto", progress: Progress | None = None
    ) -> ImportReport:
        """Import all exchanges of another program's file, or of an export, or none.

        Idempotent: an exchange that was imported before is skipped, even if it was deleted since.
        `transfer.import_conversations` documents the formats; `UnknownFormat` is raised if none is recognised. The
        report names what could not be read; the file is never changed.
        `progress(bytes read, total bytes)` is called while the file is read, before anything is stored; an exception
        in it ends the import, as `interrupt` does. Other writers wait only while the rows are stored.
        """
        from minimal_browser_core.storage.transfer.import_conversations import import_file

        return import_file(self, path, format, progress)

    def merge(self, path: str | os.PathLike[str], *, progress: Progress | None = None) -> ImportReport:
        """Merge the exchanges and threads of another store's file, all or nothing.

        Idempotent. An exchange is the same in both stores if its time, prompt, response and model are equal; then this
        store's version stays. Exchanges that were deleted in one of the stores are deleted in this one, but not those
        that were purged, which leave no trace. Empty threads are not merged. The other file is not changed.
        `progress(rows read, rows in total)` is called while the file is read, before anything is stored; an exception
        in it ends the merge, as `interrupt` does.
        """
        from minimal_browser_core.storage.transfer.merge import merge

        return merge(self, path, progress)

    def export_file(self, path: str | os.PathLike[str], *, format: ExportFormat, query: str | None = None) -> int:
        """Write all exchanges, or those that match `query`, in the order of storage; returns how many.

        The file is written atomically and only its owner can read it; an existing one raises. `jsonl` and `json`
        contain everything: an import into a new store creates the same rows.
        """
        from minimal_browser_core.storage.transfer.export_conversations import export_file

        return export_file(self, path, format, query)

    def _import_rows(self, batches: Iterable[list[tuple[Any, Any]]], epoch: int) -> tuple[int, int]:
        return import_rows(self._db, self._sql, batches, epoch)

    def _merge_rows(
        self, batches: Iterable[list[tuple[Any, Any]]], deletions: Iterable[bytes], epoch: int
    ) -> tuple[int, int, int]:
        return merge_rows(self._db, self._sql, batches, deletions, epoch)

    def _deletions(self) -> list[bytes]:
        with self._db.read() as db:
            return [row[0] for row in db.execute(self._sql["deletions"])]

    def _export_rows(self, first: int, limit: int) -> list[ExportedRow]:
        return export_rows(self._db, self._sql, first, limit)

    def stats(self, by: Literal["model", "day", "site"] | None = None) -> dict[str, Any]:
        """Return counts, sizes in bytes, `schema_version` and the version of the SQLite library.

        With `by`, return for each model, the most used first, for each day of UTC, in order, or for each site, the host
        of the URL, the most used first: `conversations`, `threads`, `text_bytes`, the size of the prompts and
        responses, and the sums of `prompt_tokens`, `completion_tokens`, `cost` and `duration`. That reads the whole
        file.
        """
        if by is None:
            return super().stats()
        with self._db.read() as db:
            return grouped(db, self._sql, by)

    def _counts(self) -> dict[str, int]:
        with self._db.read() as db:
            conversations, threads, not_indexed, pages, page_size = db.execute(self._sql["stats"]).fetchone()
        return {
            "conversations": conversations,
            "threads": threads,
            "not_indexed": not_indexed,
            "database_bytes": pages * page_size,
        }


class _NewRows:
    """The rows of `add_many`."""

    allows_hidden = True

    def __init__(self, store: PythonConversationStore, rows: list[dict[str, Any]], progress: Progress | None) -> None:
        self._store = store
        self._rows = rows
        self._stored = 0
        self._progress = progress

    def is_small(self) -> bool:
        text = sum(len(row["prompt"]) + len(row["response"]) for row in self._rows)
        return len(self._rows) <= MAX_SMALL_ROWS and text <= MAX_SMALL_TEXT

    def store_next(self, db: sqlite3.Connection, load: Load) -> bool:
        n, total = self._stored, len(self._rows)
        if n == total:
            return False
        try:
            self._store._add(db, self._rows[n], load)
        except InvalidData as error:
            raise InvalidData(f"rows[{n}]: {error}", path=error.path) from None
        self._stored += 1
        if self._progress is not None and (self._stored % _PROGRESS_ROWS == 0 or self._stored == total):
            with callback():
                self._progress(self._stored, total)
        return self._stored < total

    def finish(self, db: sqlite3.Connection) -> None:
        """Nothing is left to do."""
