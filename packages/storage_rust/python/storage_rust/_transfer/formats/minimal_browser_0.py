"""The files of minimal_browser 0.x: `bookmarks.json`, `sessions/*.json` and `history.db`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from .._host import InvalidData, UnknownFormat
from ..bookmark import Bookmark, bookmark_time, clean_tags
from ..exchange import text_of
from ..report import LossLog
from ..sqlite_files import DamagedFileError, ForeignFile

MAX_PAGES: Final = 1_000_000
_MAX_VISITS: Final = 100

Visits = tuple[str, str, int, int]  # URL, title, time in milliseconds, number of visits


def read_bookmarks(text: str, path: Path, losses: LossLog) -> Iterator[Bookmark]:
    """The bookmarks in a list or in the values of an object."""
    records = _load(text, path)
    if isinstance(records, dict):
        records = list(records.values())
    for position, record in enumerate(records, 1):
        if isinstance(record, dict):
            yield _bookmark(position, record)
        else:
            losses.add(position, f"it is not a bookmark but {type(record).__name__}")


def _load(text: str, path: Path) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidData(f"{path} is not valid JSON, so nothing was imported: {error}", path=str(path)) from None


def _bookmark(position: int, record: dict[str, Any]) -> Bookmark:
    tags, kind, metadata = record.get("tags"), text_of(record.get("bookmark_type")), record.get("metadata")
    metadata = dict(metadata) if isinstance(metadata, dict) else {}
    if kind not in ("", "url"):
        metadata["bookmark_type"] = kind
    return Bookmark(
        position=position,
        url=text_of(record.get("url")).strip(),
        title=text_of(record.get("title")).strip(),
        tags=clean_tags(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else [],
        note=text_of(record.get("content")),
        created_at=bookmark_time(record.get("created_at")),
        updated_at=bookmark_time(record.get("updated_at")),
        metadata=json.dumps(metadata, ensure_ascii=False, separators=(",", ":")),
    )


def read_session(text: str, path: Path, losses: LossLog) -> list[Bookmark]:
    """The tabs of a saved session, as bookmarks with the tag `session/<name>`."""
    session = _load(text, path)
    tabs = session.get("tabs") if isinstance(session, dict) else None
    if not isinstance(tabs, list):
        raise InvalidData(f"{path} is not a saved session: it has no tabs", path=str(path))
    name = text_of(session.get("name")).strip() or path.stem
    tags = clean_tags([f"session/{name}"])
    created_at = bookmark_time(session.get("created_at"))
    bookmarks: list[Bookmark] = []
    for position, tab in enumerate(tabs, 1):
        tab = tab if isinstance(tab, dict) else {}
        url, title = text_of(tab.get("url")).strip(), text_of(tab.get("title")).strip()
        if url:
            bookmarks.append(Bookmark(position, url, title, tags=tags, created_at=created_at))
        else:
            losses.add(position, "it is a tab without a URL")
    return bookmarks


def read_history(file: ForeignFile, path: Path, losses: LossLog) -> list[Visits]:
    """The pages of `history.db`, one per row.

    The file has only the time of the last visit. A page gets its number of visits, all at that time and at most 100:
    enough for its ranking, and a forged number cannot fill the disk.
    """
    if not {"url", "visit_time"} <= file.columns("history"):
        tried = ("history.db of minimal_browser 0.x",)
        message = f"{path} cannot be imported: it is not a history.db of minimal_browser 0.x, which has a table history"
        raise UnknownFormat(message, path=str(path), tried=tried)
    pages: list[Visits] = []
    try:
        for position, row in enumerate(file.rows("history", ["url", "visit_time", "title", "visit_count"]), 1):
            if position > MAX_PAGES:
                message = f"{path} has more than {MAX_PAGES:,} pages, so nothing was imported"
                raise InvalidData(message, path=str(path))
            page = _visits(row)
            if isinstance(page, str):
                losses.add(position, page)
            else:
                pages.append(page)
    except DamagedFileError as error:  # what was read before the damage counts
        losses.add(len(pages) + losses.count + 1, f"the file is damaged from here on: {error}")
    return pages


def _visits(row: tuple[Any, ...]) -> Visits | str:
    """The visits of a page, or why they cannot be imported."""
    url, visit_time, title, count = row
    time = bookmark_time(visit_time)
    if not isinstance(url, str) or not url:
        return "it has no URL"
    if time is None:
        return "its visit_time is not a time"
    count = count if isinstance(count, int) and count >= 1 else 1
    return url, text_of(title), time, min(count, _MAX_VISITS)
