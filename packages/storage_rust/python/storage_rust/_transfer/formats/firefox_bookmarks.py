"""The bookmarks in Firefox's `places.sqlite`, in the tables `moz_bookmarks`, `moz_places` and `moz_keywords`.

See toolkit/components/places/nsPlacesTables.h and Bookmarks.sys.mjs in Firefox's source.
"""

from collections.abc import Iterator
from typing import Final

from ..bookmark import Bookmark, clean_tags
from ..bookmark_folders import MAX_FOLDERS
from ..browser_times import prtime
from ..exchange import text_of
from ..sqlite_files import ForeignFile, Row

_BOOKMARK: Final = 1
_TAGS: Final = "tags________"
_ROOTS: Final = ("root________", "menu________", "toolbar_____", "unfiled_____", "mobile______", _TAGS)
_OLD_ROOTS: Final = range(1, 6)  # the ids of the roots before Firefox 21, which had no guids
_OLD_TAGS: Final = 4
_COLUMNS: Final = ["id", "type", "fk", "parent", "title", "dateadded", "lastmodified", "guid", "keyword_id"]


def has_bookmarks(file: ForeignFile) -> bool:
    """Whether the file has Firefox's tables."""
    return "url" in file.columns("moz_places") and {"fk", "parent"} <= file.columns("moz_bookmarks")


def read(file: ForeignFile) -> Iterator[Bookmark]:
    """The bookmarks in the order of their ids. Tags are folders of the root of tags, with copies of the bookmarks."""
    rows = list(file.rows("moz_bookmarks", _COLUMNS))
    places = {id: (text_of(url), text_of(title)) for id, url, title in file.rows("moz_places", ["id", "url", "title"])}
    keywords = {place: text_of(word) for word, place in file.rows("moz_keywords", ["keyword", "place_id"])}
    old_keywords = {id: text_of(word) for id, word in file.rows("moz_keywords", ["id", "keyword"])}
    tree = _Tree(rows)
    for position, (id, type, place, parent, title, added, modified, _, keyword_id) in enumerate(rows, 1):
        if type != _BOOKMARK or tree.is_tag(parent) or place not in places:
            continue
        url, page_title = places[place]
        yield Bookmark(
            position=position,
            url=url,
            title=text_of(title) or page_title,
            tags=clean_tags([*tree.folders(id), *tree.tags.get(place, ())]),
            keyword=keywords.get(place) or old_keywords.get(keyword_id) or None,
            created_at=prtime(added),
            updated_at=prtime(modified),
        )


class _Tree:
    """The folders, and the tags of each page."""

    def __init__(self, rows: list[Row]) -> None:
        self._parents = {row[0]: row[3] for row in rows}
        self._titles = {row[0]: text_of(row[4]) for row in rows}
        roots = {row[0]: row[7] for row in rows if row[7] in _ROOTS}
        self._roots = set(roots) or set(_OLD_ROOTS)
        self._tag_root = next((id for id, guid in roots.items() if guid == _TAGS), None if roots else _OLD_TAGS)
        self.tags: dict[object, list[str]] = {}
        for _, type, place, parent, *_rest in rows:
            if type == _BOOKMARK and self.is_tag(parent):
                self.tags.setdefault(place, []).append(self._titles[parent])

    def is_tag(self, folder: object) -> bool:
        """Whether a folder is a tag, which contains the tagged bookmarks."""
        return folder in self._titles and self._tag_root is not None and self._parents.get(folder) == self._tag_root

    def folders(self, id: object) -> list[str]:
        """The names of the folders around an entry, the outermost first; those of the roots are left out."""
        names: list[str] = []
        folder = self._parents.get(id)
        while folder in self._parents and folder not in self._roots and len(names) < MAX_FOLDERS:
            names.append(self._titles[folder])
            folder = self._parents[folder]
        return names[::-1]
