"""The bookmark file that every browser reads and writes: HTML of Netscape's kind, found in the wild in any state.

Read by a scanner of our own, in linear time: `html.parser` takes minutes for a megabyte made to hurt it.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Final

from .marks import Mark, clean_tags, moment

DEPTH: Final = 32  # folders, the innermost, whose names become tags
_CONTAINERS: Final = {"personal_toolbar_folder", "unfiled_bookmarks_folder"}
_ATTRIBUTE: Final = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_TAG_STOP: Final = re.compile("[\"'>]")
_ENDS_NOTE: Final = {"dt", "dl", "dd", "h3", "a", "hr"}

_Token = tuple[
    str, str
]  # a tag's name in lower case, with / before it where it closes, and its attributes; or "", text


def read(text: str) -> Iterator[Mark]:
    """The bookmarks in order; the names of the folders around one are its first tags."""
    folders: list[str | None] = []
    folder: str | None = None
    attributes: dict[str, str] = {}
    heard: list[str] | None = None
    position = 0
    mark: Mark | None = None
    for name, content in _tokens(text):
        if not name:
            if heard is not None:
                heard.append(content)
            continue
        if heard is not None and mark is not None and attributes.get("") == "dd" and name.strip("/") in _ENDS_NOTE:
            mark.note = html.unescape("".join(heard)).strip()
            heard = None
        if name == "dl":
            folders.append(folder)
            folder = None
        elif name == "/dl":
            if folders:
                folders.pop()
        elif name in ("a", "h3"):
            if name == "a" and mark is not None:
                yield mark
                mark = None
            attributes, heard = {**_attributes(content), "": name}, []
        elif name == "dd":
            attributes, heard = {"": name}, []
        elif name == "/h3" and heard is not None and attributes[""] == "h3":
            is_container = not _CONTAINERS.isdisjoint(attributes)
            folder = None if is_container else html.unescape("".join(heard)).strip()
            heard = None
            if mark is not None:
                yield mark
                mark = None
        elif name == "/a" and heard is not None and attributes[""] == "a":
            position += 1
            mark = _mark(position, attributes, "".join(heard), [name for name in folders[-DEPTH:] if name])
            heard = None
    if mark is not None:
        if heard is not None and attributes[""] == "dd":
            mark.note = html.unescape("".join(heard)).strip()
        yield mark


def _mark(position: int, attributes: dict[str, str], title: str, folders: list[str]) -> Mark:
    tags = attributes.get("tags", "").split(",")
    exact = attributes.get("data-tags")  # ours, where a tag holds a comma
    if exact is not None:
        try:
            tags = [tag for tag in json.loads(exact) if isinstance(tag, str)]
        except (ValueError, TypeError, RecursionError):
            tags = []
    return Mark(
        position=position,
        url=attributes.get("href", "").strip(),
        title=html.unescape(title).strip(),
        tags=clean_tags([*folders, *tags]),
        keyword=attributes.get("shortcuturl") or None,
        created_at=moment(attributes.get("add_date")),
        updated_at=moment(attributes.get("last_modified")),
    )


def _attributes(content: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(content):
        found.setdefault(name.lower(), html.unescape(double or single or bare))
    return found


def _tokens(text: str) -> Iterator[_Token]:
    at, quotes = 0, True
    while (start := text.find("<", at)) >= 0:
        if start > at:
            yield "", text[at:start]
        if text.startswith("<!--", start):
            close = text.find("-->", start + 4)
            at = len(text) if close < 0 else close + 3
            continue
        first = text[start + 1 : start + 2]
        if not (first.isascii() and first.isalpha()) and first not in ("/", "!", "?"):
            yield "", "<"
            at = start + 1
            continue
        end = _tag_end(text, start) if quotes else -1
        if end < 0:
            # A quote that is never closed: from here on quotes mean nothing, or a hostile file would take for ever.
            quotes = False
            end = text.find(">", start)
        if end < 0:
            yield "", text[start:]
            return
        name, _, content = text[start + 1 : end].replace("\n", " ").replace("\t", " ").partition(" ")
        if first not in "!?":
            yield name.lower().rstrip("/") if first != "/" else name.lower(), content
        at = end + 1
    if at < len(text):
        yield "", text[at:]


def _tag_end(text: str, start: int) -> int:
    """Where the tag's > stands, outside of quoted values; -1 where there is none."""
    at = start
    while (stop := _TAG_STOP.search(text, at)) is not None:
        at = stop.end()
        if stop[0] == ">":
            return stop.start()
        if text[stop.start() - 1] in "= ":  # it opens a value
            at = text.find(stop[0], at) + 1
            if at == 0:
                return -1
    return -1


def write(marks: Iterable[Mark]) -> Iterator[str]:
    """A file that other browsers read, too; tags and dates as Firefox writes them."""
    yield "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n"
    yield '<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">\n'
    yield "<TITLE>Bookmarks</TITLE>\n<H1>Bookmarks</H1>\n<DL><p>\n"
    for mark in marks:
        attributes = {"HREF": mark.url}
        if mark.created_at is not None:
            attributes["ADD_DATE"] = str(mark.created_at // 1000)
        if mark.updated_at is not None:
            attributes["LAST_MODIFIED"] = str(mark.updated_at // 1000)
        if mark.keyword:
            attributes["SHORTCUTURL"] = mark.keyword
        if mark.tags:
            attributes["TAGS"] = ",".join(mark.tags)
        if any("," in tag for tag in mark.tags):
            attributes["DATA-TAGS"] = json.dumps(mark.tags, ensure_ascii=False)
        written = " ".join(f'{name}="{html.escape(value)}"' for name, value in attributes.items())
        yield f"    <DT><A {written}>{html.escape(mark.title, quote=False)}</A>\n"
        if mark.note:
            yield f"    <DD>{html.escape(mark.note, quote=False)}\n"
    yield "</DL><p>\n"
