"""`ConversationStore` on stdlib sqlite3: the file format and the behaviour of `storage_rust`, without its speed."""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Literal, Self

from minimal_browser_core.errors import InvalidData
from minimal_browser_core.storage.python import convert, upkeep
from minimal_browser_core.storage.python.backlog import is_behind, load
from minimal_browser_core.storage.python.conversation_search import ConversationSearch, conversation
from minimal_browser_core.storage.python.database import Database
from minimal_browser_core.storage.python.failures import others_code, passed_through
from minimal_browser_core.storage.python.new_rows import checked_row, grams_of, new_row
from minimal_browser_core.storage.python.options import Durability, Format
from minimal_browser_core.storage.python.records import Conversation, Page, SearchPage, Thread
from minimal_browser_core.storage.python.statements import statements
from minimal_browser_core.storage.python.text import grams
from minimal_browser_core.storage.python.transfer_rows import ExportedRow, export_rows, import_rows
from minimal_browser_core.storage.transfer.report import ImportReport

SCHEMA_VERSION: Final = 2

FORMAT: Final = Format(
    name="conversations",
    application_id=0x4D426376,  # MBcv
    version=SCHEMA_VERSION,
    schema="conversations",
    indexes=("conversations_fts",),
    probe="SELECT (SELECT max(id) FROM conversations), (SELECT count(*) FROM conversations_fts_config)",
    merged=("conversations_fts",),
    backlog="conversations",
)
_BATCH: Final = 200
_PROGRESS: Final = 1000  # rows between two calls of a progress function

Progress = Callable[[int, int], object]


class PythonConversationStore:
    """See `minimal_browser_core.storage.port.ConversationStore`. Thread-safe; several processes may share the file.

    `busy_timeout` is in seconds. `durability="full"` survives power loss, `"normal"` a crash of the process.
    A damaged file is moved aside and raised as DatabaseCorrupt, which says what could be read: the next opening finds
    that in a new file. Damage that shows only later is found at opening with `check_on_open=True`, which reads it all.
    """

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
        self._sql = statements("conversations")
        self._search = ConversationSearch(self._db, self._sql)

    # -- writing

    def add_conversation(
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
    ) -> int:
        """Store one exchange and return its id. Without a thread and a parent it begins a thread of its own."""
        row = new_row(prompt, response, model, timestamp, thread_id, parent_id, url, tags, metadata)
        with self._db.write() as db:
            return self._add(db, row)

    def add_many(self, rows: Iterable[Mapping[str, Any]], *, progress: Progress | None = None) -> int:
        """Store many exchanges, all or nothing, and return how many; a row has the arguments of `add_conversation`.

        InvalidData names the first bad row by its position, as in `rows[3]`. All rows are read before the first is
        stored. `progress(stored, total)` is called now and then inside the transaction: it must not use this store,
        and what it raises undoes everything.
        """
        if isinstance(rows, str | bytes | Mapping) or not isinstance(rows, Iterable):
            raise InvalidData(f"rows must be a list of mappings, not {type(rows).__name__}")
        new = [checked_row(n, row) for n, row in enumerate(rows)]
        with passed_through(), load(self._db, self._sql) as db:
            for n, row in enumerate(new):
                try:
                    self._add(db, row)
                except InvalidData as error:
                    raise InvalidData(f"rows[{n}]: {error}", path=error.path) from None
                if progress is not None and ((n + 1) % _PROGRESS == 0 or n + 1 == len(new)):
                    with others_code():
                        progress(n + 1, len(new))
        return len(new)

    def _add(self, db: sqlite3.Connection, row: dict[str, Any]) -> int:
        thread, parent = self._place(db, row["thread_id"], row["parent_id"], row["timestamp"])
        values = row | grams_of(row) | {"thread_id": thread, "parent_id": parent}
        return int(db.execute(self._sql["add"], values).lastrowid or 0)

    def _place(
        self, db: sqlite3.Connection, thread: int | None, parent: int | None, timestamp: int
    ) -> tuple[int, int | None]:
        if parent is not None:
            found = db.execute(self._sql["thread_of"], {"id": parent}).fetchone()
            if found is None:
                raise InvalidData(f"parent_id {parent}: there is no such conversation", path=self._db.path)
            if thread not in (None, found[0]):
                raise InvalidData(f"parent_id {parent} is in thread {found[0]}, not in {thread}", path=self._db.path)
            return found[0], parent
        if thread is None:
            return int(db.execute(self._sql["add_thread"], {"title": "", "now": timestamp}).lastrowid or 0), None
        if db.execute(self._sql["thread_exists"], {"thread_id": thread}).fetchone() is None:
            raise InvalidData(f"thread_id {thread}: there is no such thread", path=self._db.path)
        return thread, db.execute(self._sql["newest_in_thread"], {"thread_id": thread}).fetchone()[0]

    def update(
        self,
        id: int,
        *,
        response: str | None = None,
        tags: Sequence[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> bool:
        """Replace what is given; False where there is no such conversation."""
        response = convert.optional_text("response", response)
        new_tags = None if tags is None else convert.tags_json(tags)
        row = {
            "id": convert.identifier("id", id),
            "response": response,
            "response_grams": None if response is None else grams(response),
            "tags": new_tags,
            "tags_grams": None if new_tags is None else grams(new_tags),
            "metadata": None if metadata is None else convert.metadata_json(metadata),
        }
        with self._db.write() as db:
            return db.execute(self._sql["update"], row).rowcount > 0

    def delete(self, ids: int | Iterable[int]) -> int:
        """The number of exchanges that were there and are gone; what continued one continues the one before it.

        A thread goes with its last exchange. All or nothing.
        """
        wanted = [ids] if isinstance(ids, int) else ids
        if isinstance(wanted, str | bytes) or not isinstance(wanted, Iterable):
            raise InvalidData(f"ids must be whole numbers, not {type(ids).__name__}")
        rows = [{"id": convert.identifier("ids", id)} for id in wanted]
        with self._db.write() as db:
            return sum(db.execute(self._sql["delete"], row).rowcount for row in rows)

    def start_thread(self, title: str = "") -> int:
        row = {"title": convert.text("title", title), "now": convert.now()}
        with self._db.write() as db:
            return int(db.execute(self._sql["add_thread"], row).lastrowid or 0)

    def purge(self, *, before: datetime | None = None, keep_last: int | None = None) -> int:
        """Delete for good what is older than `before`, and not among the newest `keep_last`; returns how many.

        Gone means gone: afterwards no deleted text is in the file, its log or its index, nor what was deleted or
        replaced earlier; without arguments that is all it does. The file is written anew, which takes its size again
        in free space. DatabaseLocked, after the deletion, where a reader kept the log from being emptied.
        """
        values = {"before": convert.optional_milliseconds("before", before), "keep_last": None}
        if keep_last is not None:
            values["keep_last"] = convert.identifier("keep_last", keep_last)
            if keep_last < 0:
                raise InvalidData(f"keep_last must be 0 or more, not {keep_last}")
        gone = 0
        with self._db.write() as db:
            if before is not None or keep_last is not None:
                gone = db.execute(self._sql["purge"], values).rowcount
            db.execute(self._sql["optimize_index"])
        self._db.rewrite()
        return gone

    # -- reading

    def get(self, id: int) -> Conversation | None:
        with self._db.read() as db:
            row = db.execute(self._sql["get"], {"id": convert.identifier("id", id)}).fetchone()
        return None if row is None else conversation(row)

    def recent(self, *, limit: int = 50, cursor: str | None = None, thread_id: int | None = None) -> Page:
        """The newest first, by their timestamps."""
        limit = convert.limit(limit)
        timestamp, last_id = (
            (convert.MAX_ID, convert.MAX_ID) if cursor is None else convert.read_cursor("recent", cursor, "ii")
        )
        values = {"timestamp": timestamp, "id": last_id, "limit": limit + 1}
        name = "recent"
        if thread_id is not None:
            name, values["thread_id"] = "recent_in_thread", convert.identifier("thread_id", thread_id)
        with self._db.read() as db:
            rows = db.execute(self._sql[name], values).fetchall()
        more = len(rows) > limit
        rows = rows[:limit]
        return Page(
            [conversation(row) for row in rows],
            convert.write_cursor("recent", rows[-1][3], rows[-1][0]) if more else None,
        )

    def thread(self, thread_id: int) -> list[Conversation]:
        """The whole tree, parents before children; empty where there is no such thread."""
        with self._db.read() as db:
            rows = db.execute(self._sql["thread"], {"thread_id": convert.identifier("thread_id", thread_id)}).fetchall()
        return [conversation(row) for row in rows]

    def threads(self, *, limit: int = 50, cursor: str | None = None) -> list[Thread]:
        """The last used first. `cursor` is that of the thread after which to go on."""
        updated_at, last_id = (
            (convert.MAX_ID, convert.MAX_ID) if cursor is None else convert.read_cursor("threads", cursor, "ii")
        )
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
                convert.write_cursor("threads", updated, id),
            )
            for id, title, created, updated, count in rows
        ]

    def __len__(self) -> int:
        with self._db.read() as db:
            return int(db.execute(self._sql["count"]).fetchone()[0])

    def __bool__(self) -> bool:
        """A store is true, empty or not: `store or default` means "is there one"."""
        return True

    def __iter__(self) -> Iterator[Conversation]:
        """In the order of arrival, in batches: what is added meanwhile comes, no lock is held between two."""
        last_id = 0
        while True:
            with self._db.read() as db:
                rows = db.execute(self._sql["after"], {"id": last_id, "limit": _BATCH}).fetchall()
            if not rows:
                return
            yield from map(conversation, rows)
            last_id = rows[-1][0]

    # -- searching

    def search_conversations(self, query: str, limit: int = 20) -> list[tuple[int, str, str]]:
        """(id, prompt, response), best first."""
        return [(hit.id, hit.prompt, hit.response) for hit in self.search(query, limit=limit).hits]

    def search(
        self,
        query: str,
        *,
        limit: int = 20,
        cursor: str | None = None,
        order: Literal["relevance", "recent"] = "relevance",
        model: str | None = None,
        tag: str | None = None,
        thread_id: int | None = None,
        url_prefix: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        exact: bool = False,
    ) -> SearchPage:
        """One page of what `query` finds. Its language stands in `fallback.sqlite.query`; no text is an error.

        The other arguments narrow the search: equal model, tag and thread, `since` <= timestamp < `until`.
        `order="recent"` gives the newest first, by their timestamps, as a query without a word that must be there does.
        Unless `exact`, a query with more than RANKED matches ranks those added last, and `complete` is False;
        so it is while rows wait to be indexed.
        """
        with self._db.read() as db:
            behind = is_behind(db, self._sql)
        page = self._search.search(
            query,
            limit=limit,
            cursor=cursor,
            order=order,
            model=model,
            tag=tag,
            thread_id=thread_id,
            url_prefix=url_prefix,
            since=since,
            until=until,
            exact=exact,
        )
        return replace(page, complete=page.complete and not behind)

    # -- import and export

    def import_file(
        self, path: str | os.PathLike[str], *, format: str = "auto", progress: Progress | None = None
    ) -> ImportReport:
        """Take the exchanges of another program's file, or of an export, all or nothing.

        Idempotent: what was taken before is skipped, even if it was deleted since. The formats stand in
        `fallback.transfer.importing`; what cannot be read is named in the report, and the file is never changed.
        `progress(bytes read, bytes in all)` is called inside the transaction: it must not use this store, and what it
        raises undoes everything. Other writers wait meanwhile. `interrupt` ends it.
        """
        from minimal_browser_core.storage.transfer.importing import import_file

        return import_file(self, path, format, progress)

    def export_file(
        self,
        path: str | os.PathLike[str],
        *,
        format: Literal["jsonl", "json", "markdown", "html"],
        query: str | None = None,
    ) -> int:
        """Write the exchanges that `query` finds, or all, in the order of arrival; returns how many.

        The file appears whole or not at all, readable by its owner alone; one that is there already is an error.
        `jsonl` and `json` hold everything, and an import into a new store makes the same rows of them.
        """
        from minimal_browser_core.storage.transfer.exporting import export_file

        return export_file(self, path, format, query)

    def _import_rows(self, batches: Iterable[list[tuple[Any, Any]]]) -> tuple[int, int]:
        return import_rows(self._db, self._sql, batches)

    def _export_rows(self, first: int, limit: int) -> list[ExportedRow]:
        return export_rows(self._db, self._sql, first, limit)

    # -- the file

    def stats(self) -> Mapping[str, int | str]:
        """Counts, sizes in bytes, `schema_version` and the version of the SQLite that reads the file."""
        with self._db.read() as db:
            conversations, threads, not_indexed, pages, page_size = db.execute(self._sql["stats"]).fetchone()
        return {
            "conversations": conversations,
            "threads": threads,
            "not_indexed": not_indexed,
            "database_bytes": pages * page_size,
            **upkeep.file_sizes(self._db),
            "schema_version": SCHEMA_VERSION,
            "sqlite_version": sqlite3.sqlite_version,
            "path": self._db.path,
        }

    def check(self) -> list[str]:
        """Problems found, in words; empty when sound. Reads the whole file, and waits for the write lock once."""
        return upkeep.check(self._db, self._sql["check_index"])

    def backup(self, path: str | os.PathLike[str]) -> None:
        """A copy of this moment, while others write; `path` appears whole or not at all, replacing what was there."""
        upkeep.backup(self._db, path)

    def interrupt(self) -> None:
        """From any thread: the searches and other reads under way end with Interrupted; later calls are untouched."""
        self._db.interrupt()

    def close(self) -> None:
        """Any number of times; calls under way finish first."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_db"):
            self._db.close()
