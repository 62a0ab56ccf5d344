"""Walking the folders of a browser's bookmarks, whose names become tags."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from .bookmark import Bookmark, clean_tags

MAX_FOLDERS: Final = 32  # the innermost ones, whose names become tags
_MAX_ENTRIES: Final = 1_000_000

Folders = tuple[str, ...]


def walk(roots: Iterable[Any], children: str, title: str, unnamed: Iterable[str]) -> Iterator[tuple[Any, Folders]]:
    """All entries below `roots` in their order, with the names of their folders.

    An entry is a dict with its `title`, and a list of `children` if it is a folder. The names of the roots in `unnamed`
    are left out. Without recursion, and each entry once: a forged file may be deep, and a binary plist may be circular.
    """
    hidden = frozenset(unnamed)
    stack: list[tuple[Any, Folders]] = [(root, ()) for root in roots]
    stack.reverse()
    seen: set[int] = set()
    while stack and len(seen) < _MAX_ENTRIES:
        entry, folders = stack.pop()
        if not isinstance(entry, dict) or id(entry) in seen:
            continue
        seen.add(id(entry))
        yield entry, folders
        inner = entry.get(children)
        if isinstance(inner, list):
            name = entry.get(title)
            inside = folders
            if isinstance(name, str) and name and not (not folders and name in hidden):
                inside = (*folders, name)[-MAX_FOLDERS:]
            stack.extend((child, inside) for child in reversed(inner))


def merged(bookmarks: Iterable[Bookmark]) -> Iterator[Bookmark]:
    """One bookmark for each URL: a browser has one for each folder. Queries of Firefox are left out."""
    by_url: dict[str, Bookmark] = {}
    for bookmark in bookmarks:
        if bookmark.url.startswith("place:"):
            continue
        first = by_url.setdefault(bookmark.url, bookmark)
        if first is not bookmark:
            first.tags = clean_tags([*first.tags, *bookmark.tags])
            first.title, first.note = first.title or bookmark.title, first.note or bookmark.note
            first.keyword = first.keyword or bookmark.keyword
    yield from by_url.values()
