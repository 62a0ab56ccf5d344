"""Read and write rows for exports and imports; `storage.transfer` handles the file formats."""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from minimal_browser_core.storage.python.convert import metadata, tags
from minimal_browser_core.storage.python.db.bulk_load import bulk_load
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
    taken = skipped = 0
    remaining = iter(batches)
    with callback_errors(), bulk_load(database, sql) as db:
        importer = _Importer(db, sql)
        while True:
            with callback():
                batch = next(remaining, None)
            if batch is None:
                break
            for keys, texts in batch:
                if importer.add(keys, texts):
                    taken += 1
                else:
                    skipped += 1
            database.raise_if_interrupted(epoch)
        database.raise_if_interrupted(epoch)
    return taken, skipped


def merge_rows(
    database: Database,
    sql: Mapping[str, str],
    batches: Iterable[list[tuple[Any, Any]]],
    deletions: Iterable[bytes],
    epoch: int,
) -> tuple[int, int, int]:
    """Merge all batches and the deletions or none; returns (imported, already present, deleted)."""
    taken = skipped = deleted = 0
    remaining = iter(batches)
    with callback_errors(), bulk_load(database, sql) as db:
        importer = _Merger(db, sql)
        while True:
            with callback():
                batch = next(remaining, None)
            if batch is None:
                break
            added = sum(importer.add(keys, texts) for keys, texts in batch)
            taken, skipped = taken + added, skipped + len(batch) - added
            database.raise_if_interrupted(epoch)
        for deletion in deletions:
            deleted += importer.delete(deletion)
        database.raise_if_interrupted(epoch)
    return taken, skipped, deleted


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
    def __init__(self, db: sqlite3.Connection, sql: Mapping[str, str]) -> None:
        self._db = db
        self._sql = sql
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
        known_id, thread_id = self._one("imported", fingerprint=thread) or (None, None)
        if parent_id is not None:
            thread_id = parent_thread
        elif known_id is None:
            thread_id = self._new_thread(preferred_thread, title, created_at, timestamp)
        if not self._keep_ids or (id is not None and self._one("row_exists", id=id) is not None):
            id = None
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
        self._remember(fingerprint, new)
        if known_id is None:
            self._remember(thread, new)
        return True

    def _remember(self, fingerprint: bytes, id: int | None) -> None:
        self._db.execute(self._sql["remember"], {"fingerprint": fingerprint, "id": id})

    def _new_thread(self, preferred: int | None, title: str, created_at: int, updated_at: int) -> int:
        values = {"id": preferred, "title": title, "created_at": created_at, "updated_at": updated_at}
        if not self._keep_ids or preferred is None or self._one("any_thread_exists", id=preferred) is not None:
            values["id"] = None
        return int(self._db.execute(self._sql["add_thread_with_id"], values).lastrowid or 0)


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
            if title:
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
