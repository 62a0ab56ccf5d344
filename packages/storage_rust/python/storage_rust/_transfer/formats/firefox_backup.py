"""Firefox's backups of bookmarks: `bookmarks-….json`, and `.jsonlz4`, the same compressed.

See toolkit/components/places/BookmarkJSONUtils.sys.mjs in Firefox's source.
"""

from collections.abc import Iterator
from typing import Any, Final

from ..bookmark import Bookmark, clean_tags
from ..bookmark_folders import Folders, walk
from ..browser_times import prtime
from ..exchange import text_of
from .message_content import objects_of

_FOLDER: Final = "text/x-moz-place-container"
_BOOKMARK: Final = "text/x-moz-place"
_TAGS_ROOT: Final = "tagsFolder"
_ROOT_GUIDS: Final = ("menu________", "toolbar_____", "unfiled_____", "mobile______")
_DESCRIPTION: Final = "bookmarkProperties/description"


def is_backup(data: Any) -> bool:
    """Whether a JSON value is the root of all bookmarks, or a folder."""
    return isinstance(data, dict) and data.get("type") == _FOLDER and isinstance(data.get("children", []), list)


def read(data: Any) -> Iterator[Bookmark]:
    """The bookmarks of all folders. Old backups have tags as folders, too."""
    roots = objects_of(data.get("children")) if "root" in data or data.get("guid") == "root________" else [data]
    tags: dict[str, list[str]] = {}
    bookmarks: list[Bookmark] = []
    for root in roots:
        is_root = "root" in root or root.get("guid") in _ROOT_GUIDS
        unnamed = [text_of(root.get("title"))] if is_root else []
        for entry, folders in walk([root], "children", "title", unnamed):
            if entry.get("type") != _BOOKMARK:
                continue
            if root.get("root") == _TAGS_ROOT:
                tags.setdefault(text_of(entry.get("uri")), []).extend(folders)
            else:
                bookmarks.append(_bookmark(len(bookmarks) + 1, entry, folders))
    for bookmark in bookmarks:
        bookmark.tags = clean_tags([*bookmark.tags, *tags.get(bookmark.url, ())])
        yield bookmark


def _bookmark(position: int, entry: dict[str, Any], folders: Folders) -> Bookmark:
    notes = (text_of(each.get("value")) for each in objects_of(entry.get("annos")) if each.get("name") == _DESCRIPTION)
    return Bookmark(
        position=position,
        url=text_of(entry.get("uri")),
        title=text_of(entry.get("title")),
        tags=clean_tags([*folders, *text_of(entry.get("tags")).split(",")]),
        note=next(notes, ""),
        keyword=text_of(entry.get("keyword")) or None,
        created_at=prtime(entry.get("dateAdded")),
        updated_at=prtime(entry.get("lastModified")),
    )
