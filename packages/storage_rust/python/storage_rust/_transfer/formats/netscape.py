"""Netscape's bookmark HTML, which every browser reads and writes, and of which many files are malformed."""

import html
import json
from collections.abc import Iterable, Iterator
from typing import Final

from ..bookmark import Bookmark, bookmark_time, clean_tags
from .html_tokens import attributes, tokens

MAX_FOLDERS: Final = 32  # the innermost ones, whose names become tags
_CONTAINERS: Final = {"personal_toolbar_folder", "unfiled_bookmarks_folder"}
_ENDS_NOTE: Final = {"dt", "dl", "dd", "h3", "a", "hr"}


def read(text: str) -> Iterator[Bookmark]:
    """The bookmarks in order. The names of the folders that contain one are its first tags."""
    parser = _Parser()
    for name, content in tokens(text):
        yield from parser.feed(name, content)
    yield from parser.finish()


class _Parser:
    """Collects the text of the open element: `a` for a bookmark, `h3` for a folder, `dd` for a note."""

    def __init__(self) -> None:
        self._folders: list[str | None] = []
        self._next_folder: str | None = None
        self._element = ""
        self._attributes: dict[str, str] = {}
        self._texts: list[str] = []
        self._position = 0
        self._bookmark: Bookmark | None = None

    def feed(self, name: str, content: str) -> Iterator[Bookmark]:
        if not name:
            if self._element:
                self._texts.append(content)
            return
        if self._element == "dd" and name.strip("/") in _ENDS_NOTE:
            self._end_note()
        if name in ("a", "h3", "dd"):
            if name == "a":
                yield from self.finish()
            self._element, self._texts = name, []
            self._attributes = {} if name == "dd" else attributes(content)
        elif name == "dl":
            self._folders.append(self._next_folder)
            self._next_folder = None
        elif name == "/dl":
            del self._folders[-1:]
        elif name == "/h3" and self._element == "h3":
            is_container = not _CONTAINERS.isdisjoint(self._attributes)
            self._next_folder = None if is_container else self._end_element()
            self._element = ""
            yield from self.finish()
        elif name == "/a" and self._element == "a":
            self._position += 1
            folders = [name for name in self._folders[-MAX_FOLDERS:] if name]
            self._bookmark = _bookmark(self._position, self._attributes, self._end_element(), folders)

    def finish(self) -> Iterator[Bookmark]:
        """Yield the bookmark that no note can follow any more."""
        if self._element == "dd":
            self._end_note()
        if self._bookmark is not None:
            yield self._bookmark
            self._bookmark = None

    def _end_note(self) -> None:
        if self._bookmark is not None:
            self._bookmark.note = self._end_element()

    def _end_element(self) -> str:
        self._element = ""
        return html.unescape("".join(self._texts)).strip()


def _bookmark(position: int, attributes: dict[str, str], title: str, folders: list[str]) -> Bookmark:
    tags = attributes.get("tags", "").split(",")
    tags_as_json = attributes.get("data-tags")  # our own attribute, for tags with a comma
    if tags_as_json is not None:
        try:
            tags = [tag for tag in json.loads(tags_as_json) if isinstance(tag, str)]
        except (ValueError, TypeError, RecursionError):
            tags = []
    return Bookmark(
        position=position,
        url=attributes.get("href", "").strip(),
        title=title,
        tags=clean_tags([*folders, *tags]),
        keyword=attributes.get("shortcuturl") or None,
        created_at=bookmark_time(attributes.get("add_date")),
        updated_at=bookmark_time(attributes.get("last_modified")),
    )


def write(bookmarks: Iterable[Bookmark]) -> Iterator[str]:
    """The lines of a file that other browsers can read; tags and dates are written as in Firefox."""
    yield "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n"
    yield '<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">\n'
    yield "<TITLE>Bookmarks</TITLE>\n<H1>Bookmarks</H1>\n<DL><p>\n"
    for bookmark in bookmarks:
        attributes = {"HREF": bookmark.url}
        if bookmark.created_at is not None:
            attributes["ADD_DATE"] = str(bookmark.created_at // 1000)
        if bookmark.updated_at is not None:
            attributes["LAST_MODIFIED"] = str(bookmark.updated_at // 1000)
        if bookmark.keyword:
            attributes["SHORTCUTURL"] = bookmark.keyword
        if bookmark.tags:
            attributes["TAGS"] = ",".join(bookmark.tags)
        if any("," in tag for tag in bookmark.tags):
            attributes["DATA-TAGS"] = json.dumps(bookmark.tags, ensure_ascii=False)
        written_attributes = " ".join(f'{name}="{html.escape(value)}"' for name, value in attributes.items())
        yield f"    <DT><A {written_attributes}>{html.escape(bookmark.title, quote=False)}</A>\n"
        if bookmark.note:
            yield f"    <DD>{html.escape(bookmark.note, quote=False)}\n"
    yield "</DL><p>\n"
