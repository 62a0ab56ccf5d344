"""`logs.db` of the `llm` command: its table `responses` has one row per exchange."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from .._host import StorageError
from ..exchange import Exchange, InvalidRecordError, Key, text_of
from ..times import parse_time
from .message_content import AttachmentCounter

_OPTIONAL: Final = ("system", "conversation_id", "datetime_utc")


def read(db: sqlite3.Connection, path: Path, attachments: AttachmentCounter) -> Iterator[Exchange | InvalidRecordError]:
    """The exchanges in the order of their rows; an error in place of a row that cannot be imported."""
    columns = {row[1] for row in db.execute("PRAGMA table_info(responses)")}
    if not {"id", "model", "prompt", "response"} <= columns:
        raise StorageError(
            f"{path} is a SQLite database, but not a logs.db of llm: a store is copied with backup, not imported",
            path=str(path),
        )
    tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    titles: dict[str, str] = {}
    if "conversations" in tables:
        titles = {str(id): text_of(name) for id, name in db.execute("SELECT id, name FROM conversations")}
    if "prompt_attachments" in tables:
        attachments.count += db.execute("SELECT count(*) FROM prompt_attachments").fetchone()[0]
    optional = ", ".join(name if name in columns else "NULL" for name in _OPTIONAL)
    last: dict[Key, Key] = {}
    for row in db.execute(f"SELECT id, model, prompt, response, {optional} FROM responses ORDER BY rowid"):  # noqa: S608
        yield _exchange(row, titles, last)


def _exchange(row: tuple[Any, ...], titles: dict[str, str], last: dict[Key, Key]) -> Exchange | InvalidRecordError:
    """`last` has the key of the last exchange of each conversation, which is the parent of the next one."""
    id, model, prompt, response, system, conversation, time = row
    if not isinstance(prompt, str | None) or not isinstance(response, str | None):
        return InvalidRecordError("its prompt or its response is not a text")
    if prompt is None and response is None:
        return InvalidRecordError("it has neither a prompt nor a response")
    key: Key = ("llm", str(id))
    thread: Key = ("llm conversation", str(conversation)) if conversation is not None else key
    parent = last.get(thread)
    if conversation is not None:
        last[thread] = key
    return Exchange(
        key=key,
        thread=thread,
        parent=parent,
        prompt=prompt or "",
        response=response or "",
        model=text_of(model),
        timestamp=parse_time(time),
        title=titles.get(str(conversation), ""),
        metadata={"system": system} if isinstance(system, str) and system else {},
    )
