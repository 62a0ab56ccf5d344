"""`export_file`: the exchanges of a store as JSON Lines, JSON, Markdown or a page of HTML."""

import errno
import html
import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, Protocol, TextIO

from ._host import InvalidData, StorageError, StorageFull
from .records import iso

_BATCH: Final = 200
_FOUND_AT_ONCE: Final = 1000
_NO_SPACE: Final = (errno.ENOSPC, errno.EDQUOT)

Row = tuple[Any, ...]
Rows = Iterator[Row]


class Store(Protocol):
    def _export_rows(self, first: int, limit: int, /) -> list[Any]: ...
    def search(self, query: str, *, limit: int = ..., cursor: str | None = ..., order: Any = ...) -> Any: ...


def export_file(store: Store, path: str | os.PathLike[str], format: str, query: str | None) -> int:
    write = WRITERS.get(format) if isinstance(format, str) else None
    if write is None:
        raise InvalidData(f"format must be one of {', '.join(WRITERS)}, not {format!r:.50}")
    target = Path(os.path.abspath(os.fspath(path)))  # noqa: PTH100  links stay, or another file would be named
    _refuse_existing(target)
    partial = target.with_name(f"{target.name}.partial-{os.getpid()}-{threading.get_ident()}")
    rows = _Counted(_all(store) if query is None else _found(store, query))
    try:
        try:
            descriptor = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with open(descriptor, "w", encoding="utf-8", newline="\n") as file:  # noqa: PTH123
                write(file, rows)
                file.flush()
                os.fsync(file.fileno())
            _publish(partial, target)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise StorageFull(
                f"No space is left to write {target}: free some, then try again", path=str(target)
            ) from error
        raise StorageError(f"{target} cannot be written: {error.strerror or error}", path=str(target)) from error
    return rows.count


def _refuse_existing(target: Path) -> None:
    if os.path.lexists(target):
        raise StorageError(f"{target} exists already: name another file, or move that one away", path=str(target))


def _publish(partial: Path, target: Path) -> None:
    """A link fails where the name has been taken meanwhile, which a rename does not."""
    try:
        target.hardlink_to(partial)
    except FileExistsError:
        _refuse_existing(target)
        raise
    except (OSError, NotImplementedError):  # a medium without links
        _refuse_existing(target)
        partial.rename(target)


class _Counted:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Rows:
        for row in self._rows:
            self.count += 1
            yield row


def _all(store: Store) -> Rows:
    first = 1
    while rows := store._export_rows(first, _BATCH):
        yield from rows
        first = rows[-1][0] + 1


def _found(store: Store, query: str) -> Rows:
    """In the order of arrival: parents before children, as an import needs them."""
    ids: list[int] = []
    cursor = None
    while True:
        page = store.search(query, limit=_FOUND_AT_ONCE, cursor=cursor, order="recent")
        ids += [hit.id for hit in page.hits]
        cursor = page.next_cursor
        if cursor is None:
            break
    for id in reversed(ids):
        for row in store._export_rows(id, 1):
            if row[0] == id:  # else it was deleted meanwhile
                yield row


def _record(row: Row) -> str:
    id, thread_id, parent_id, timestamp, prompt, response, model, url, tags, metadata, title, created_at = row
    record = {
        "id": id,
        "thread_id": thread_id,
        "parent_id": parent_id,
        "timestamp": iso(timestamp),
        "prompt": prompt,
        "response": response,
        "model": model,
        "url": url,
        "tags": tags,
        "metadata": metadata,
        "thread_title": title,
        "thread_created_at": iso(created_at),
    }
    return json.dumps(record, ensure_ascii=False)


def _jsonl(file: TextIO, rows: _Counted) -> None:
    file.writelines(_record(row) + "\n" for row in rows)


def _json(file: TextIO, rows: _Counted) -> None:
    file.write('{"conversations": [')
    for row in rows:
        file.write((",\n" if rows.count > 1 else "\n") + _record(row))
    file.write("\n]}\n")


def _heading(row: Row) -> str:
    title, model = row[10], row[6]
    return " · ".join(part for part in (iso(row[3])[:19].replace("T", " ") + " UTC", model, title) if part)


def _markdown(file: TextIO, rows: _Counted) -> None:
    """The question is quoted; the answer, which mostly is Markdown itself, stands as it is."""
    file.write("# Conversations\n")
    for row in rows:
        question = "\n".join(f"> {line}".rstrip() for line in row[4].splitlines())
        source = f"\n<{row[7]}>\n" if row[7] and not set(row[7]) & set("<> \n") else ""
        heading = " ".join(_heading(row).split())
        file.write(f"\n## {heading}\n{source}\n{question}\n\n{row[5]}\n")


_PAGE: Final = """<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Conversations</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem }
h2 { font-size: 1rem; border-top: 1px solid; padding-top: 1rem }
p { white-space: pre-wrap; overflow-wrap: anywhere }
.prompt { border-left: 3px solid; padding-left: 1rem }
</style>
</head>
<body>
<h1>Conversations</h1>
"""


def _html(file: TextIO, rows: _Counted) -> None:
    """All text is escaped, URLs too: the page holds no link, no script and nothing that loads."""
    file.write(_PAGE)
    for row in rows:
        heading, source = html.escape(_heading(row)), f"\n<small>{html.escape(row[7])}</small>" if row[7] else ""
        prompt, response = html.escape(row[4]), html.escape(row[5])
        file.write(
            f'<article dir="auto">\n<h2>{heading}</h2>{source}\n<p class="prompt" dir="auto">{prompt}</p>\n'
            f'<p dir="auto">{response}</p>\n</article>\n'
        )
    file.write("</body>\n</html>\n")


WRITERS: Final[dict[str, Callable[[TextIO, _Counted], None]]] = {
    "jsonl": _jsonl,
    "json": _json,
    "markdown": _markdown,
    "html": _html,
}
