"""Importing the bookmarks of other browsers, and exporting them as Netscape's HTML."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol

from ._host import Interrupted, InvalidData
from .bookmark import Bookmark
from .bookmark_file import FORMATS, BookmarkFile
from .browser_profiles import find_profiles
from .formats import netscape
from .new_file import new_file
from .report import ImportReport, LossLog

Row = tuple[str, str, list[str], str, str | None, int | None, int | None, str]
Progress = Callable[[int, int], object]


class Store(Protocol):
    """What imports and exports need from a store of bookmarks."""

    def _import_rows(self, rows: list[Row], /) -> tuple[list[bool], list[tuple[int, str]]]: ...
    def _interrupt_epoch(self) -> int: ...
    def _rows(self) -> Iterable[tuple[str, str, Iterable[str], str, str | None, int, int]]: ...


def import_file(
    store: Store, path: str | os.PathLike[str], format: str = "auto", progress: Progress | None = None
) -> ImportReport:
    """Import a file of bookmarks, all or nothing. `progress` is called with the number of bookmarks and in total."""
    if format not in FORMATS:
        raise InvalidData(f"format must be one of {', '.join(FORMATS)}, not {format!r:.50}")
    file = Path(os.fspath(path))
    return _import(store, [(file, "")], LossLog(file, format), progress)


def import_browser(store: Store, name: str, profile: str | None, progress: Progress | None) -> ImportReport:
    """Import the bookmarks of the profiles of a browser on this computer, all or nothing."""
    files = [(path, each.name) for each in find_profiles(name, profile) for path in each.bookmarks]
    return _import(store, files, LossLog(os.pathsep.join(str(path) for path, _ in files), "auto"), progress)


def _import(store: Store, files: list[tuple[Path, str]], losses: LossLog, progress: Progress | None) -> ImportReport:
    epoch = store._interrupt_epoch()
    bookmarks: list[Bookmark] = []
    for path, profile in files:
        losses.part = profile if len(files) > 1 else ""
        read = BookmarkFile(path, losses, lambda: store._interrupt_epoch() != epoch).read()
        bookmarks += _validated(read, losses)
        if progress is not None:
            progress(len(bookmarks), len(bookmarks))
    losses.part = ""
    if store._interrupt_epoch() != epoch:
        raise Interrupted("The import was interrupted")
    return _store(store, bookmarks, losses)


def import_bookmarks(store: Store, bookmarks: Iterable[Bookmark], losses: LossLog) -> ImportReport:
    """Import bookmarks, all or nothing; invalid ones are logged as lost."""
    return _store(store, list(_validated(bookmarks, losses)), losses)


def _store(store: Store, bookmarks: list[Bookmark], losses: LossLog) -> ImportReport:
    changed, refused_keywords = store._import_rows(
        [(b.url, b.title, b.tags, b.note, b.keyword, b.created_at, b.updated_at, b.metadata) for b in bookmarks]
    )
    for index, keyword in refused_keywords:
        reason = f"imported without the keyword {keyword!r:.50}, which another bookmark has"
        losses.add(bookmarks[index].position, reason)
    return losses.report(sum(changed), len(changed) - sum(changed))


def export_file(store: Store, path: str | os.PathLike[str]) -> int:
    """Write all bookmarks to an HTML file, replacing an existing one. Returns how many."""
    rows = list(store._rows())
    bookmarks = (
        Bookmark(0, url, title, list(tags), note, keyword, created_at, updated_at)
        for url, title, tags, note, keyword, created_at, updated_at in rows
    )
    with new_file(Path(os.fspath(path)).absolute(), replace=True) as file:
        file.writelines(netscape.write(bookmarks))
    return len(rows)


def _validated(bookmarks: Iterable[Bookmark], losses: LossLog) -> Iterator[Bookmark]:
    for bookmark in bookmarks:
        reason = _invalid_because(bookmark)
        if reason:
            losses.add(bookmark.position, reason)
            continue
        keyword = bookmark.keyword
        if keyword is not None and keyword.split() != [keyword]:
            losses.add(bookmark.position, f"imported without the keyword {keyword!r:.50}, which is not one word")
            bookmark.keyword = None
        bookmark.title = bookmark.title or bookmark.url
        yield bookmark


def _invalid_because(bookmark: Bookmark) -> str | None:
    if not (bookmark.url or bookmark.title or bookmark.note):
        return "it has neither a URL nor a title nor a text"
    if bookmark.url.startswith("place:"):
        return "it is a query of Firefox, not a page"
    try:
        "".join((bookmark.url, bookmark.title, bookmark.note, *bookmark.tags, bookmark.metadata)).encode()
    except UnicodeEncodeError:
        return "it has a lone surrogate, which is not Unicode text"
    return None
