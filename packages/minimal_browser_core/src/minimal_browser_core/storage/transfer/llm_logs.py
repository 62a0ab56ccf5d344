"""`logs.db` of the `llm` command: its table `responses`, one row an exchange."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from ._host import StorageError
from .records import Exchange, Key, NoRecordError, moment, text_of

_OPTIONAL: Final = ("system", "conversation_id", "datetime_utc")


def read(
    db: sqlite3.Connection, path: Path, attachments: Callable[[int], object]
) -> Iterator[Exchange | NoRecordError]:
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
        attachments(db.execute("SELECT count(*) FROM prompt_attachments").fetchone()[0])
    optional = ", ".join(name if name in columns else "NULL" for name in _OPTIONAL)
    last: dict[Key, Key] = {}
    for row in db.execute(f"SELECT id, model, prompt, response, {optional} FROM responses ORDER BY rowid"):  # noqa: S608
        yield _exchange(row, titles, last)


def _exchange(row: tuple[Any, ...], titles: dict[str, str], last: dict[Key, Key]) -> Exchange | NoRecordError:
    id, model, prompt, response, system, conversation, time = row
    if not isinstance(prompt, str | None) or not isinstance(response, str | None):
        return NoRecordError("its prompt or its response is no text")
    if prompt is None and response is None:
        return NoRecordError("it has neither a prompt nor a response")
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
        timestamp=moment(time),
        title=titles.get(str(conversation), ""),
        metadata={"system": system} if isinstance(system, str) and system else {},
    )
