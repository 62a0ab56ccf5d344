"""Importing and exporting bookmarks: Netscape's HTML, and `bookmarks.json` of minimal_browser 0.x."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Protocol

from ._host import InvalidData, StorageError
from .bookmark import Bookmark
from .formats import minimal_browser_0, netscape
from .new_file import new_file
from .report import ImportReport, LossLog

MAX_BYTES: Final = 64 << 20  # a file is read as a whole

Row = tuple[str, str, list[str], str, str | None, int | None, int | None, str]


class Store(Protocol):
    """What imports and exports need from a store of bookmarks."""

    def _import_rows(self, rows: list[Row], /) -> tuple[list[bool], list[tuple[int, str]]]: ...
    def _rows(self) -> Iterable[tuple[str, str, Iterable[str], str, str | None, int, int]]: ...


def import_file(store: Store, path: str | os.PathLike[str]) -> ImportReport:
    """Import a file of bookmarks, all or nothing."""
    losses = LossLog(os.fspath(path))
    return import_bookmarks(store, _read(Path(os.fspath(path)), losses), losses)


def import_bookmarks(store: Store, bookmarks: Iterable[Bookmark], losses: LossLog) -> ImportReport:
    """Import bookmarks, all or nothing; invalid ones are logged as lost."""
    valid = list(_validated(bookmarks, losses))
    changed, refused_keywords = store._import_rows(
        [(b.url, b.title, b.tags, b.note, b.keyword, b.created_at, b.updated_at, b.metadata) for b in valid]
    )
    for index, keyword in refused_keywords:
        reason = f"imported without the keyword {keyword!r:.50}, which another bookmark has"
        losses.add(valid[index].position, reason)
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


def read_text(path: Path) -> str:
    """The content of a file that is small enough to be one of bookmarks."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror or error}", path=str(path)) from error
    if len(content) > MAX_BYTES:
        message = f"{path} is larger than {MAX_BYTES >> 20} MiB, so it is not a file of bookmarks"
        raise InvalidData(message, path=str(path))
    return content.decode("utf-8-sig", errors="replace")


def _read(path: Path, losses: LossLog) -> Iterator[Bookmark]:
    text = read_text(path)
    if text.lstrip()[:1] in ("[", "{"):
        return minimal_browser_0.read_bookmarks(text, path, losses)
    if "<dt" not in text.lower() and "<dl" not in text.lower():
        message = f"{path} is not a file of bookmarks: neither Netscape's HTML nor JSON"
        raise InvalidData(message, path=str(path))
    return netscape.read(text)


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
