"""Read and write rows for exports and imports; `storage.transfer` handles the file formats."""

import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from minimal_browser_core.storage.python.convert import metadata, tags
from minimal_browser_core.storage.python.db.bulk_load import MAX_SMALL_ROWS, MAX_SMALL_TEXT, Load, bulk_load
from minimal_browser_core.storage.python.db.database import Database
from minimal_browser_core.storage.python.db.error_translation import callback, callback_errors
from minimal_browser_core.storage.python.stores.conversation_contents import store_attachment
from minimal_browser_core.storage.python.stores.conversation_rows import (
    COLUMNS,
    INTERRUPTED,
    STATES,
    gram_columns,
    with_text_so_far,
)
from minimal_browser_core.storage.transfer.content_fingerprint import content_fingerprint
from minimal_browser_core.storage.transfer.details import USAGE

ExportedRow = tuple[Any, ...]


def import_rows(
    database: Database, sql: Mapping[str, str], batches: Iterable[list[tuple[Any, Any]]], epoch: int
) -> tuple[int, int]:
    """Import all batches or none; returns (imported, already present). `transfer.exchange` documents the rows.

    Raises `Interrupted` if the epoch of the interrupts is another one than `epoch`.
    """
    with callback_errors():
        records = _Records(_Importer(sql), batches, (), lambda: database.raise_if_interrupted(epoch))
        bulk_load(database, sql, records)
    return records.taken, records.skipped


def merge_rows(
    database: Database,
    sql: Mapping[str, str],
    batches: Iterable[list[tuple[Any, Any]]],
    deletions: Iterable[bytes],
    epoch: int,
) -> tuple[int, int, int]:
    """Merge all batches and the deletions or none; returns (imported, already present, deleted)."""
    with callback_errors():
        records = _Records(_Merger(sql), batches, tuple(deletions), lambda: database.raise_if_interrupted(epoch))
        bulk_load(database, sql, records)
    return records.taken, records.skipped, records.deleted


def delete_rows(db: sqlite3.Connection, sql: Mapping[str, str], ids: Iterable[int]) -> int:
    """Delete exchanges and remember their fingerprints, so that no merge brings them back."""
    deleted = 0
    for id in ids:
        content = db.execute(sql["content"], {"id": id}).fetchone()
        if content is not None:
            deleted += db.execute(sql["delete"], {"id": id}).rowcount
            db.execute(sql["remember"], {"fingerprint": content_fingerprint(*content), "id": None})
    return deleted


def export_rows(database: Database, sql: Mapping[str, str], first: int, limit: int) -> list[ExportedRow]:
    """Return rows from the id `first` on, in the order of storage, with the title and time of their threads."""
    with database.read() as db:
        rows = db.execute(sql["export"], {"first": first, "limit": limit}).fetchall()
        return [_exported(db, sql, with_text_so_far(database.path, row)) for row in rows]


def _exported(db: sqlite3.Connection, sql: Mapping[str, str], row: ExportedRow) -> ExportedRow:
    messages = db.execute(sql["messages"], {"id": row[0]}).fetchone()
    attachments = db.execute(sql["attached_contents"], {"id": row[0]}).fetchall()
    state, *usage = row[10:COLUMNS]
    details = (STATES[state] if state in (1, 2) else STATES[0], tuple(usage), messages and messages[0], attachments)
    return (*row[:8], list(tags(row[8])), metadata(row[9]), *row[COLUMNS:], details)


class _Importer:
    def __init__(self, sql: Mapping[str, str]) -> None:
        self._sql = sql
        self._load = Load()
        self._keep_ids: bool | None = None

    def use(self, db: sqlite3.Connection, load: Load) -> None:
        """Store in the transaction that is open."""
        self._db, self._load = db, load
        if self._keep_ids is None:
            self._keep_ids = not self._one("ever_used")[0]

    def _one(self, name: str, **values: object) -> Any:
        return self._db.execute(self._sql[name], values).fetchone()

    def add(self, keys: tuple[Any, ...], texts: tuple[Any, ...]) -> bool:
        """Add a record; returns False if an earlier import added it."""
        fingerprint, parent, thread, id, preferred_thread, title, created_at = keys
        timestamp, prompt, response, model, url, tags_json, metadata_json, details = texts
        if self._one("imported", fingerprint=fingerprint) is not None:
            return False
        content = {"timestamp": timestamp, "prompt": prompt, "response": response, "model": model}
        if id is not None and not self._keep_ids and self._one("same", id=id, **content) is not None:
            self._remember(fingerprint, id)
            return False
        parent_id, parent_thread = (parent and self._one("imported", fingerprint=parent)) or (None, None)
        known_id, thread_id = self._one("imported", fingerprint=thread) or (None, 0)
        if parent_id is not None:
            thread_id = parent_thread
        elif known_id is None:
            thread_id = self._new_thread(preferred_thread, title, created_at, timestamp)
        id = self._free_id(id, "row_exists", "is_hidden_row")
        row = content | {
            "id": id,
            "thread_id": thread_id,
            "parent_id": parent_id,
            "url": url,
            "tags": tags_json,
            "metadata": metadata_json,
        }
        state, usage, messages, attachments = details or ("complete", (None,) * len(USAGE), None, ())
        row |= dict(zip(USAGE, usage, strict=True)) | {"state": 0 if state == "complete" else INTERRUPTED}
        row["messages_text"] = messages[1] if messages else ""
        new = int(self._db.execute(self._sql["add_with_id"], row | gram_columns(row)).lastrowid or 0)
        if messages:
            self._db.execute(self._sql["store_messages"], {"id": new, "messages": messages[0]})
        for name, mime, content in attachments:
            store_attachment(self._db, self._sql, new, name, mime, content)
        self._load.add_to(self._db, self._sql, thread_id)
        self._remember(fingerprint, new)
        if known_id is None:
            self._remember(thread, new)
        return True

    def _remember(self, fingerprint: bytes, id: int | None) -> None:
        self._db.execute(self._sql["remember"], {"fingerprint": fingerprint, "id": id})

    def _new_thread(self, preferred: int | None, title: str, created_at: int, updated_at: int) -> int:
        values = {"id": preferred, "title": title, "created_at": created_at, "updated_at": updated_at}
        values["id"] = self._free_id(preferred, "any_thread_exists", "is_hidden_thread")
        self._load.threads += 1
        return int(self._db.execute(self._sql["add_thread_with_id"], values).lastrowid or 0)

    def _free_id(self, id: int | None, is_taken: str, is_hidden: str) -> int | None:
        """Return the id if it is free; another process may have used one outside of the hidden ranges."""
        if id is None or not self._keep_ids or self._one(is_taken, id=id) is not None:
            return None
        return None if self._load.is_hidden and self._one(is_hidden, id=id) is None else id


class _Merger(_Importer):
    """Recognises exchanges by their content, too: this store may have them from elsewhere."""

    def add(self, keys: tuple[Any, ...], texts: tuple[Any, ...]) -> bool:
        fingerprint, _, thread, _, _, title, _ = keys
        known = self._one("imported", fingerprint=fingerprint)
        if known is None and (stored := self._find(fingerprint)) is not None:
            self._remember(fingerprint, stored[0])
            known = stored
        if known is None:
            return super().add(keys, texts)
        id, thread_id = known
        if id is not None:
            if (self._one("imported", fingerprint=thread) or (None,))[0] is None:
                self._remember(thread, id)
            if title and self._load.is_hidden:
                self._load.titles.setdefault(thread_id, title)
            elif title:
                self._db.execute(self._sql["title_thread"], {"thread_id": thread_id, "title": title})
        return False

    def delete(self, fingerprint: bytes) -> bool:
        """Delete what was deleted in the other store; returns False if it is not in this one."""
        known = self._one("imported", fingerprint=fingerprint) or self._find(fingerprint)
        self._remember(fingerprint, None)
        if known is None or known[0] is None:
            return False
        self._db.execute(self._sql["delete"], {"id": known[0]})
        return True

    def _find(self, fingerprint: bytes) -> tuple[int, int] | None:
        """Return the id and the thread of the first exchange with this content."""
        timestamp = int.from_bytes(fingerprint[:8], "big", signed=True)
        for id, *content, thread_id in self._db.execute(self._sql["stored_at"], {"timestamp": timestamp}).fetchall():
            if content_fingerprint(*content) == fingerprint:
                return id, thread_id
        return None


class _Records:
    """The records of an import or of a merge, and deletions to make at the end."""

    allows_hidden = False  # records that others import must be seen

    def __init__(
        self,
        importer: _Importer,
        batches: Iterable[list[tuple[Any, Any]]],
        deletions: tuple[bytes, ...],
        check: Callable[[], None],
    ) -> None:
        self._importer = importer
        self._batches = iter(batches)
        self._deletions = deletions
        self._check = check
        self._read: deque[tuple[Any, Any]] = deque()
        self.taken = self.skipped = self.deleted = 0

    def _read_batch(self) -> bool:
        with callback():
            batch = next(self._batches, None)
        self._check()
        self._read += batch or ()
        return batch is not None

    def is_small(self) -> bool:
        is_left = True
        while is_left:
            text = sum(len(texts[1]) + len(texts[2]) for _, texts in self._read)
            if len(self._read) + len(self._deletions) > MAX_SMALL_ROWS or text > MAX_SMALL_TEXT:
                return False
            is_left = self._read_batch()
        return True

    def store_next(self, db: sqlite3.Connection, load: Load) -> bool:
        self._importer.use(db, load)
        if not self._read and not self._read_batch():
            return False
        if self._read:
            if self._importer.add(*self._read.popleft()):
                self.taken += 1
            else:
                self.skipped += 1
        return True

    def finish(self, db: sqlite3.Connection) -> None:
        if isinstance(self._importer, _Merger):
            self.deleted = sum(self._importer.delete(fingerprint) for fingerprint in self._deletions)
        self._check()
