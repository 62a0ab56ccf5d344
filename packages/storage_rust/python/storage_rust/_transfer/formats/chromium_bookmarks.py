"""The `Bookmarks` of Chromium and the browsers based on it, in JSON.

See components/bookmarks/browser/bookmark_codec.cc in Chromium's source. Vivaldi adds a nickname and a description.
"""

from collections.abc import Iterator
from typing import Any, Final

from ..bookmark import Bookmark, clean_tags
from ..bookmark_folders import walk
from ..browser_times import webkit_time
from ..exchange import text_of
from .message_content import object_of

_TRASH: Final = "trash"  # Vivaldi's


def is_bookmarks(data: Any) -> bool:
    """Whether a JSON value has Chromium's roots."""
    return isinstance(data, dict) and isinstance(data.get("roots"), dict)


def read(data: Any) -> Iterator[Bookmark]:
    """The bookmarks of all roots except the trash."""
    roots = [root for name, root in data["roots"].items() if name != _TRASH and isinstance(root, dict)]
    position = 0
    for entry, folders in walk(roots, "children", "name", [text_of(root.get("name")) for root in roots]):
        if entry.get("type") != "url":
            continue
        position += 1
        extra = object_of(entry.get("meta_info"))
        yield Bookmark(
            position=position,
            url=text_of(entry.get("url")),
            title=text_of(entry.get("name")),
            tags=clean_tags(folders),
            note=text_of(extra.get("Description")),
            keyword=text_of(extra.get("Nickname")) or None,
            created_at=webkit_time(entry.get("date_added")),
            updated_at=webkit_time(entry.get("date_modified")),
        )
