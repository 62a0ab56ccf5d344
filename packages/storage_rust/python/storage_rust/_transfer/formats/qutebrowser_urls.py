"""The `quickmarks` of qutebrowser, with `name URL` in each line, and `bookmarks/urls`, with `URL title`.

See qutebrowser/browser/urlmarks.py in its source.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..bookmark import Bookmark
from ..report import LossLog

_URL: Final = re.compile(r"(?:[a-z][a-z0-9+.-]*://|(?:about|data|file|javascript|qute):)\S+", re.IGNORECASE)
_COMMENT: Final = "#"


def is_quickmarks(text: str, path: Path) -> bool:
    """Whether all lines are names with URLs, or the file has the name of quickmarks."""
    lines = _lines(text)
    return bool(lines) and (
        all(_quickmark(line) and not _URL.match(line) for _, line in lines)
        or (path.name == "quickmarks" and any(_quickmark(line) for _, line in lines))
    )


def is_urls(text: str, path: Path) -> bool:
    """Whether all lines begin with URLs, or the file has the name of bookmarks."""
    lines = _lines(text)
    return bool(lines) and (
        all(_URL.match(line) for _, line in lines)
        or (path.name == "urls" and path.parent.name == "bookmarks" and any(_URL.match(line) for _, line in lines))
    )


def read_quickmarks(text: str, losses: LossLog) -> Iterator[Bookmark]:
    """The quickmarks; a name of one word becomes the keyword."""
    for position, line in _lines(text):
        quickmark = _quickmark(line)
        if quickmark is None:
            losses.add(position, "its line is not a name and a URL")
        else:
            name, url = quickmark
            yield Bookmark(position, url, name, keyword=name if len(name.split()) == 1 else None)


def read_urls(text: str, losses: LossLog) -> Iterator[Bookmark]:
    """The bookmarks; a title may be missing."""
    for position, line in _lines(text):
        if _URL.match(line):
            url, _, title = line.partition(" ")
            yield Bookmark(position, url, title.strip())
        else:
            losses.add(position, "its line does not begin with a URL")


def _lines(text: str) -> list[tuple[int, str]]:
    lines = ((n, line.strip()) for n, line in enumerate(text.split("\n"), 1))
    return [(n, line) for n, line in lines if line and not line.startswith(_COMMENT)]


def _quickmark(line: str) -> tuple[str, str] | None:
    name, blank, url = line.rpartition(" ")
    return (name.strip(), url) if blank and _URL.fullmatch(url) else None
