"""The files of minimal_browser 0.x: `bookmarks.json`, `sessions/*.json` and `history.db`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from .._host import InvalidData
from ..bookmark import Bookmark, bookmark_time, clean_tags
from ..exchange import text_of
from ..report import LossLog
from ..sqlite_files import ForeignFile
from ..visited_pages import VisitedPages

_MAX_VISITS: Final = 100


def is_bookmarks(data: Any) -> bool:
    """Whether a JSON value is a list of bookmarks, or an object with them as its values; both may be empty."""
    records = list(data.values()) if isinstance(data, dict) else data
    known = ({"url"}, {"bookmark_type"}, {"title", "content"})
    is_known = (names <= record.keys() for record in records if isinstance(record, dict) for names in known)
    return not records or any(is_known)


def read_bookmarks(data: Any, losses: LossLog) -> Iterator[Bookmark]:
    """The bookmarks in a list or in the values of an object."""
    for position, record in enumerate(data.values() if isinstance(data, dict) else data, 1):
        if isinstance(record, dict):
            yield _bookmark(position, record)
        else:
            losses.add(position, f"it is not a bookmark but {type(record).__name__}")


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
    try:
        session = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidData(f"{path} is not valid JSON, so nothing was imported: {error}", path=str(path)) from None
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


def is_history(file: ForeignFile) -> bool:
    """Whether the file has the table of `history.db`."""
    return {"url", "visit_time"} <= file.columns("history")


def read_history(file: ForeignFile, pages: VisitedPages) -> None:
    """Read the pages of `history.db`, one per row.

    The file has only the time of the last visit. A page gets its number of visits, all at that time and at most 100:
    enough for its ranking, and a forged number cannot fill the disk.
    """
    columns = ["url", "visit_time", "title", "visit_count"]
    for position, (url, visit_time, title, count) in enumerate(file.rows("history", columns), 1):
        pages.position = position
        visits = min(max(count, 1), _MAX_VISITS) if isinstance(count, int) else 1
        pages.add_page(position, url, title)
        pages.add_visit(position, position, bookmark_time(visit_time), count=visits)
