"""The templates, and what all of them may use. Everything is escaped unless Python says otherwise."""

import re
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from minimal_browser_core.internal_pages.routes import AllOfIt, TheDay, ThePage, forget_url
from minimal_browser_core.internal_pages.urls import PAGES, SCHEME, page_url

if TYPE_CHECKING:
    from jinja2 import Environment

    from minimal_browser_core.storage.conversations import ConversationRow
    from minimal_browser_core.storage.history import HistoryRow

# What HTML cannot hold (WHATWG HTML, 13.2.3.5) or UTF-8 cannot carry.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


@lru_cache(maxsize=1)
def environment() -> "Environment":
    """Made on first use: what it imports is not for free."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    style = packaged("style.css")
    made = Environment(
        loader=PackageLoader("minimal_browser_core.internal_pages"),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        finalize=_showable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        style=Markup(style),  # noqa: S704  our own file
        style_hash=content_hash(style),
        pages=PAGES,
        page_url=page_url,
        thread_url=thread_url,
        forget_page_url=lambda url: forget_url(ThePage(url)),
        forget_day_url=lambda day: forget_url(TheDay(day)),
        forget_all_url=forget_url(AllOfIt()),
        current=None,
    )
    made.filters.update(
        excerpt=excerpt, plain=plain, highlighted=highlighted, moment=moment, day=day, clock=clock, host=host
    )
    made.tests["linkable"] = is_linkable
    return made


def packaged(name: str) -> str:
    """The text of one of our own files beside the templates."""
    from importlib.resources import files

    return files("minimal_browser_core.internal_pages").joinpath("templates", name).read_text(encoding="utf-8")


def content_hash(text: str) -> str:
    """The source expression that lets exactly this inline style or script through a Content-Security-Policy (CSP 3)."""
    from base64 import b64encode
    from hashlib import sha256

    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _showable(value: Any) -> Any:
    if type(value) is str:
        return _UNSHOWABLE.sub("\ufffd", value)
    return value


def thread_url(id: int) -> str:
    """The page of the thread that holds this exchange, at the exchange."""
    return f"{page_url('conversations', id=id)}#e{id}"


def excerpt(text: str, length: int) -> str:
    """The beginning of `text` on one line, at most `length` characters."""
    line = " ".join(text[: length * 4].split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


_MARKS = re.compile(r"^\s*(?:[>#]+|[-*+]|\d+\.)\s+|\*\*|__|`+", re.MULTILINE)


def plain(text: str) -> str:
    """Markdown as one reads it in a list: without the marks of quotes, headings, lists, emphasis and code."""
    return _MARKS.sub("", text)


def highlighted(row: "ConversationRow | HistoryRow") -> list[tuple[str, bool]]:
    """The snippet in pieces, each with whether it matched. Offsets beyond the text or out of order do no harm."""
    pieces: list[tuple[str, bool]] = []
    position = 0
    for start, end in sorted(row.highlights):
        start, end = max(start, position), min(end, len(row.snippet))
        if start >= end:
            continue
        pieces += [(row.snippet[position:start], False), (row.snippet[start:end], True)]
        position = end
    return [piece for piece in [*pieces, (row.snippet[position:], False)] if piece[0]]


def day(value: date) -> str:
    return f"{value:%A}, {value.day} {value:%B} {value.year}"


def moment(value: datetime) -> str:
    return f"{value.day} {value:%b} {value.year}, {value:%H:%M}"


def clock(value: datetime) -> str:
    return f"{value:%H:%M}"


def is_linkable(url: str) -> bool:
    """Whether a stored address may become a link: one of the web or of ours, never `javascript:` and its like."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https", SCHEME} and bool(parts.hostname)


def host(url: str) -> str:
    """What to call a page in few letters: the host of one of the web, else the address itself."""
    web = url.startswith(("http:", "https:")) and is_linkable(url)
    return (urlsplit(url).hostname if web else None) or excerpt(url, 60)
