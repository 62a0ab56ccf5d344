"""Exporting conversations as JSON Lines, JSON, Markdown or an HTML page."""

import html
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Template
from typing import Any, Final, Protocol, TextIO

from ._host import InvalidData
from .details import to_json
from .new_file import new_file
from .times import format_time

_BATCH: Final = 200
_SEARCH_LIMIT: Final = 1000

Row = tuple[Any, ...]
Rows = Iterator[Row]


class Store(Protocol):
    """What an export needs from a store of conversations."""

    def _export_rows(self, first: int, limit: int, /) -> list[Any]: ...
    def __len__(self) -> int: ...
    def search(
        self, query: str, *, limit: int = ..., cursor: str | None = ..., order: Any = ..., match: Any = ...
    ) -> Any: ...


def export_file(
    store: Store,
    path: str | os.PathLike[str],
    format: str,
    query: str | None,
    progress: Callable[[int, int], object] = lambda done, total: None,
) -> int:
    """Write all exchanges, or the matches of `query`, to a new file. Returns how many.

    `progress` is called with the numbers of exchanges written and in the store.
    """
    write = WRITERS.get(format) if isinstance(format, str) else None
    if write is None:
        raise InvalidData(f"format must be one of {', '.join(WRITERS)}, not {format!r:.50}")
    target = Path(os.path.abspath(os.fspath(path)))  # noqa: PTH100  resolving links would name another file
    found = _all_rows(store) if query is None else _matches(store, query)
    rows = _CountedRows(found, progress, len(store) if query is None else 0)
    with new_file(target, replace=False) as file:
        write(file, rows)
    return rows.count


class _CountedRows:
    def __init__(self, rows: Rows, progress: Callable[[int, int], object], total: int) -> None:
        self._rows = rows
        self._progress = progress
        self._total = total
        self.count = 0

    def __iter__(self) -> Rows:
        for row in self._rows:
            self.count += 1
            if self.count % _BATCH == 0:
                self._progress(self.count, self._total)
            yield row


def _all_rows(store: Store) -> Rows:
    first = 1
    while rows := store._export_rows(first, _BATCH):
        yield from rows
        first = rows[-1][0] + 1


def _matches(store: Store, query: str) -> Rows:
    """Oldest first, so that parents are before their children, as an import needs them."""
    ids: list[int] = []
    cursor = None
    while True:
        page = store.search(query, limit=_SEARCH_LIMIT, cursor=cursor, order="recent", match="all")
        ids += [hit.id for hit in page.hits]
        cursor = page.next_cursor
        if cursor is None:
            break
    for id in reversed(ids):
        for row in store._export_rows(id, 1):
            if row[0] == id:  # otherwise it was deleted since the search
                yield row


def _json_object(row: Row) -> str:
    id, thread_id, parent_id, timestamp, prompt, response, model, url, tags, metadata, title, created, details = row
    record = {
        "id": id,
        "thread_id": thread_id,
        "parent_id": parent_id,
        "timestamp": format_time(timestamp),
        "prompt": prompt,
        "response": response,
        "model": model,
        "url": url,
        "tags": tags,
        "metadata": metadata,
        "thread_title": title,
        "thread_created_at": format_time(created),
        **to_json(details),
    }
    return json.dumps(record, ensure_ascii=False)


def _write_jsonl(file: TextIO, rows: _CountedRows) -> None:
    file.writelines(_json_object(row) + "\n" for row in rows)


def _write_json(file: TextIO, rows: _CountedRows) -> None:
    file.write('{"conversations": [')
    for row in rows:
        file.write((",\n" if rows.count > 1 else "\n") + _json_object(row))
    file.write("\n]}\n")


def _heading(row: Row) -> str:
    title, model = row[10], row[6]
    return " · ".join(part for part in (format_time(row[3])[:19].replace("T", " ") + " UTC", model, title) if part)


def _write_markdown(file: TextIO, rows: _CountedRows) -> None:
    """The prompt is quoted; the response, which usually is Markdown, is written unchanged."""
    file.write("# Conversations\n")
    for row in rows:
        prompt = "\n".join(f"> {line}".rstrip() for line in row[4].splitlines())
        source = f"\n<{row[7]}>\n" if row[7] and not set(row[7]) & set("<> \n") else ""
        heading = " ".join(_heading(row).split())
        file.write(f"\n## {heading}\n{source}\n{prompt}\n\n{row[5]}\n")


def _write_html(file: TextIO, rows: _CountedRows) -> None:
    """All text is escaped, URLs too: the page has no links, no scripts and loads nothing."""
    page = Path(__file__).with_name("export.html").read_text(encoding="utf-8")
    _, head, article, tail = re.split(r"<!-- (?:head|exchange|tail) -->\n", page)
    template = Template(article)
    file.write(head)
    for row in rows:
        source = f"\n<small>{html.escape(row[7])}</small>" if row[7] else ""
        file.write(
            template.substitute(
                heading=html.escape(_heading(row)),
                source=source,
                prompt=html.escape(row[4]),
                response=html.escape(row[5]),
            )
        )
    file.write(tail)


WRITERS: Final[dict[str, Callable[[TextIO, _CountedRows], None]]] = {
    "jsonl": _write_jsonl,
    "json": _write_json,
    "markdown": _write_markdown,
    "html": _write_html,
}
