"""Answers that are stored while they are streamed: `begin`, `append` and `finish` of the conversation store."""

import sqlite3
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from minimal_browser_core.errors import DatabaseLocked, InvalidData, ReadOnly, StorageError, StorageFull
from minimal_browser_core.storage.python import convert
from minimal_browser_core.storage.python.db.bulk_load import Load
from minimal_browser_core.storage.python.db.error_translation import translated
from minimal_browser_core.storage.python.stores import answer_file
from minimal_browser_core.storage.python.stores.answer_file import AnswerFile, answer_path
from minimal_browser_core.storage.python.stores.base import SqliteStore
from minimal_browser_core.storage.python.stores.conversation_rows import (
    INTERRUPTED,
    WRITING,
    change_columns,
    make_row,
)


class StreamedAnswers(SqliteStore):
    """The part of the conversation store that writes answers bit by bit."""

    _answers: dict[int, AnswerFile | None]
    """The answers that this store is writing; None for those in memory."""
    _answers_lock: threading.Lock

    def _add(self, db: sqlite3.Connection, row: dict[str, Any], load: Load) -> int:
        raise NotImplementedError

    def _update(self, id: int, columns: dict[str, Any]) -> bool:
        raise NotImplementedError

    def begin(
        self,
        prompt: str,
        model: str,
        *,
        timestamp: datetime | None = None,
        thread_id: int | None = None,
        parent_id: int | None = None,
        url: str | None = None,
        tags: Sequence[str] = (),
        metadata: Mapping[str, Any] | None = None,
    ) -> int:
        """Store an exchange whose answer is streamed, and return its id. See `add_conversation`.

        `append` adds to the answer and `finish` ends it. Until then, all readers see the text so far, and the `state`
        of the exchange is `writing`. If the store is closed or its process ends first, it is `interrupted`, with all
        that was appended. The search finds the prompt at once, and the answer after `finish`.
        """
        row = make_row(
            prompt=prompt,
            response="",
            model=model,
            timestamp=timestamp,
            thread_id=thread_id,
            parent_id=parent_id,
            url=url,
            tags=tags,
            metadata=metadata,
        )
        file: AnswerFile | None = None
        try:
            with self._db.write() as db:
                id = self._add(db, row | {"state": WRITING}, Load())
                if not self._db.in_memory:
                    # Before the exchange can be seen: without the lock, its answer would count as interrupted.
                    with translated(self._db.path):
                        file = AnswerFile(answer_path(self._db.path, id))
        except BaseException:
            if file is not None:
                file.close()
                answer_file.remove(file.path)
            raise
        with self._answers_lock:
            self._answers[id] = file
        return id

    def append(self, id: int, text: str) -> None:
        """Add to an answer that this store is writing.

        The text survives the end of the process, not that of the system. It is written to a file next to the database,
        `<database>-answer-<id>`, so it costs no more than its size. Raises `InvalidData` if this store is not writing
        that answer.
        """
        id, text = convert.identifier("id", id), convert.text("text", text)
        with self._answers_lock:
            file = self._begun(id)
            if file is not None:
                with translated(self._db.path):
                    file.append(text)
                return
        with self._db.write() as db:
            db.execute(self._sql["append_text"], {"id": id, "text": text})

    def finish(  # noqa: PLR0913  the public API
        self,
        id: int,
        *,
        response: str | None = None,
        model: str | None = None,
        tags: Sequence[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
        messages: Sequence[Mapping[str, Any]] | None = None,
        prompt_tokens: int | None = None,
        completion_tokens: int | None = None,
        cost: float | None = None,
        duration: float | None = None,
    ) -> bool:
        """End an answer, and store the given values with it; returns False if the exchange was deleted.

        `response` replaces what was appended. Raises `InvalidData` if this store is not writing that answer.
        """
        id = convert.identifier("id", id)
        with self._answers_lock:
            file = self._begun(id)
        text = answer_file.read(file.path) if response is None and file is not None else response
        columns = change_columns(
            response=text,
            model=model,
            tags=tags,
            metadata=metadata,
            messages=messages,
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            cost=cost,
            duration=duration,
        )
        is_stored = self._update(id, columns | {"state": 0})
        with self._answers_lock:
            self._answers.pop(id, None)
        if file is not None:
            file.close()
            answer_file.remove(file.path)
        return is_stored

    def close(self) -> None:
        """Wait for running calls and close the file. Answers that are being written count as interrupted."""
        with self._answers_lock:
            files = list(self._answers.values())
            self._answers.clear()
        for file in files:
            if file is not None:
                file.close()
        super().close()

    def _begun(self, id: int) -> AnswerFile | None:
        if id not in self._answers:
            raise InvalidData(
                f"id {id}: this store is not writing an answer of that number: begin() returns one", path=self._db.path
            )
        return self._answers[id]

    def _try_to_recover_answers(self) -> None:
        """Recover what can be: readers see the other answers as interrupted ones until the next one opens the file."""
        try:
            self._recover_answers()
        except (DatabaseLocked, StorageFull, ReadOnly):
            return
        except StorageError as error:
            if type(error) is not StorageError:  # the file was replaced just now
                raise

    def _recover_answers(self) -> None:
        """Store the answers whose writers have ended as interrupted ones."""
        with self._db.read() as db:
            ids = [row[0] for row in db.execute(self._sql["being_written"])]
        for id in ids:
            path = answer_path(self._db.path, id)
            # Under the write lock, because its writer may be finishing it at this moment.
            with self._db.write() as db:
                is_abandoned = self._is_being_written(db, id) and not answer_file.is_held(path)
            if is_abandoned:
                self._update(id, change_columns(response=answer_file.read(path)) | {"state": INTERRUPTED})
                answer_file.remove(path)
        self._remove_orphans()

    def _remove_orphans(self) -> None:
        """Remove the files of answers that were deleted, or whose writer ended after it had stored them."""
        ids = [] if self._db.in_memory else list(answer_file.ids_of(self._db.path))
        if not ids:
            return
        # Under the write lock, because `begin` creates a file before its exchange can be seen.
        with self._db.write() as db:
            for id in ids:
                path = answer_path(self._db.path, id)
                if not self._is_being_written(db, id) and not answer_file.is_held(path):
                    answer_file.remove(path)

    def _is_being_written(self, db: sqlite3.Connection, id: int) -> bool:
        return db.execute(self._sql["is_being_written"], {"id": id}).fetchone() is not None
