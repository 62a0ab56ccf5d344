"""Recognising and reading the bookmarks in a file.

netscape        HTML as all browsers export it
firefox         places.sqlite, and the backups in bookmarkbackups, *.json and *.jsonlz4
chromium        Bookmarks of Chrome, Chromium, Edge, Brave, Vivaldi and Opera
safari          Bookmarks.plist
qutebrowser     quickmarks and bookmarks/urls
pinboard        Pinboard's JSON
older-browser   bookmarks.json of minimal_browser 0.x
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from . import mozilla_lz4
from ._host import StorageError, UnknownFormat
from .bookmark import Bookmark
from .bookmark_folders import merged
from .formats import (
    chromium_bookmarks,
    firefox_backup,
    firefox_bookmarks,
    minimal_browser_0,
    netscape,
    pinboard,
    qutebrowser_urls,
    safari_bookmarks,
)
from .report import LossLog
from .sqlite_copy import open_copy, read_error, refuse_open_store
from .sqlite_files import MAGIC, DamagedFileError

MAX_BYTES: Final = 64 << 20  # a file other than a database is read as a whole
FORMATS: Final = ("auto", "netscape", "firefox", "chromium", "safari", "qutebrowser", "pinboard", "older-browser")
TRIED: Final = (
    "Netscape's HTML",
    "places.sqlite and backups of Firefox",
    "Bookmarks of Chromium",
    "Bookmarks.plist of Safari",
    "quickmarks and bookmarks/urls of qutebrowser",
    "JSON of Pinboard",
    "bookmarks.json of minimal_browser 0.x",
)

_JsonReader = tuple[str, Callable[[Any], bool], Callable[[Any, LossLog], Iterator[Bookmark]]]

_JSON: Final[tuple[_JsonReader, ...]] = (
    ("chromium", chromium_bookmarks.is_bookmarks, lambda data, losses: merged(chromium_bookmarks.read(data))),
    ("firefox", firefox_backup.is_backup, lambda data, losses: merged(firefox_backup.read(data))),
    ("pinboard", pinboard.is_export, pinboard.read),
    ("older-browser", minimal_browser_0.is_bookmarks, minimal_browser_0.read_bookmarks),
)


class BookmarkFile:
    """A file that may have bookmarks. With another `format` than "auto" it must have that one."""

    def __init__(self, path: Path, losses: LossLog, is_interrupted: Callable[[], bool]) -> None:
        self._path = path
        self._losses = losses
        self._is_interrupted = is_interrupted

    def read(self) -> list[Bookmark]:
        """All bookmarks. Raises `UnknownFormat` if nothing is recognised."""
        content = read_content(self._path)
        if content is None:
            return self._database()
        if content.startswith(mozilla_lz4.MAGIC):
            try:
                content = mozilla_lz4.decompress(content, MAX_BYTES)
            except ValueError as error:
                raise self._unknown(str(error)) from None
        return list(self._property_list(content) or self._text(content.decode("utf-8-sig", errors="replace")))

    def _accepts(self, format: str) -> bool:
        return self._losses.format in ("auto", format)

    def _database(self) -> list[Bookmark]:
        if not self._accepts("firefox"):
            raise self._unknown(f"it is not in the format {self._losses.format}")
        with open_copy(self._path, self._is_interrupted) as file:
            if not firefox_bookmarks.has_bookmarks(file):
                raise self._unknown("it is a SQLite database without bookmarks")
            try:
                return list(merged(firefox_bookmarks.read(file)))
            except DamagedFileError as error:
                raise StorageError(f"{self._path} is damaged: {error}", path=str(self._path)) from error

    def _property_list(self, content: bytes) -> Iterator[Bookmark] | None:
        is_xml = content[:1000].lstrip().startswith(b"<?xml") and b"<plist" in content[:1000]
        if not self._accepts("safari") or not (is_xml or content.startswith(safari_bookmarks.BINARY)):
            return None
        try:
            data = safari_bookmarks.load(content)
        except ValueError as error:
            raise self._unknown(f"it is not a valid property list: {error}") from None
        if not safari_bookmarks.is_bookmarks(data):
            raise self._unknown("it is a property list without bookmarks")
        return merged(safari_bookmarks.read(data))

    def _text(self, text: str) -> Iterator[Bookmark]:
        start = text.lstrip()[:1]
        if start and start in "[{":
            return self._json(text)
        folded = text.lower()
        if self._accepts("netscape") and ("<dt" in folded or "<dl" in folded):
            return netscape.read(text)
        if self._accepts("qutebrowser"):
            if qutebrowser_urls.is_urls(text, self._path):
                return merged(qutebrowser_urls.read_urls(text, self._losses))
            if qutebrowser_urls.is_quickmarks(text, self._path):
                return merged(qutebrowser_urls.read_quickmarks(text, self._losses))
        raise self._unknown("its format is unknown")

    def _json(self, text: str) -> Iterator[Bookmark]:
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise self._unknown(f"it is not valid JSON: {error}") from None
        for name, is_format, read in _JSON:
            if self._accepts(name) and is_format(data):
                return read(data, self._losses)
        raise self._unknown("its format is unknown")

    def _unknown(self, reason: str) -> UnknownFormat:
        names = TRIED if self._losses.format == "auto" else (self._losses.format,)
        message = f"{self._path} cannot be imported: {reason}. Looked for: {', '.join(names)}"
        return UnknownFormat(message, path=str(self._path), tried=names)


def read_content(path: Path) -> bytes | None:
    """The content of a file, which may have any format; None if it is a SQLite database."""
    refuse_open_store(path)
    try:
        with path.open("rb") as file:
            content = file.read(len(MAGIC))
            if content == MAGIC:
                return None
            content += file.read(MAX_BYTES)
    except OSError as error:
        raise read_error(path, error) from error
    if len(content) > MAX_BYTES:
        message = f"{path} cannot be imported: it is larger than {MAX_BYTES >> 20} MiB. Looked for: {', '.join(TRIED)}"
        raise UnknownFormat(message, path=str(path), tried=TRIED)
    return content
