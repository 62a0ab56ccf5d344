"""Safari's `Bookmarks.plist`, as binary or as XML, with the reading list."""

import plistlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final
from xml.parsers.expat import ExpatError

from ..bookmark import Bookmark, clean_tags
from ..bookmark_folders import walk
from ..exchange import text_of
from .message_content import object_of

BINARY: Final = b"bplist00"
_ROOTS: Final = ("BookmarksBar", "BookmarksMenu", "com.apple.ReadingList")
_READING_LIST: Final = "Reading List"
_DAMAGE: Final = (
    ExpatError,
    plistlib.InvalidFileException,
    ValueError,
    OverflowError,
    IndexError,
    KeyError,
    TypeError,
    AttributeError,
    RecursionError,
    MemoryError,
)


def load(content: bytes) -> Any:
    """The content of a property list. Raises `ValueError` if it is damaged."""
    try:
        return plistlib.loads(content)
    except _DAMAGE as error:
        raise ValueError(str(error) or type(error).__name__) from None


def is_bookmarks(data: Any) -> bool:
    """Whether a property list is a tree of bookmarks."""
    return isinstance(data, dict) and isinstance(data.get("Children"), list) and "WebBookmarkType" in data


def read(data: Any) -> Iterator[Bookmark]:
    """The bookmarks of all folders; those of the reading list have the tag "Reading List"."""
    position = 0
    for entry, folders in walk(data["Children"], "Children", "Title", _ROOTS):
        if "URLString" not in entry:
            continue
        position += 1
        reading = object_of(entry.get("ReadingList"))
        is_reading_list = "ReadingList" in entry
        yield Bookmark(
            position=position,
            url=text_of(entry["URLString"]),
            title=text_of(object_of(entry.get("URIDictionary")).get("title")),
            tags=clean_tags([*folders, _READING_LIST] if is_reading_list else folders),
            note=text_of(reading.get("PreviewText")),
            created_at=_time(reading.get("DateAdded")),
        )


def _time(value: object) -> int | None:
    """Property lists have dates without a zone, in UTC."""
    return int(value.replace(tzinfo=UTC).timestamp() * 1000) if isinstance(value, datetime) else None
