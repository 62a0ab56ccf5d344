"""The Jinja environment of all templates, with their filters. Everything is escaped unless Python says otherwise."""

import re
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from minimal_browser_core.hosts.display import display_host, display_url
from minimal_browser_core.internal_pages.urls import PAGES, SCHEME, page_url

if TYPE_CHECKING:
    from jinja2 import Environment

    from minimal_browser_core.storage.conversations import ConversationRow
    from minimal_browser_core.storage.history import HistoryRow

# Characters that HTML cannot contain (WHATWG HTML, section 13.2.3.5), or that UTF-8 cannot encode.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_MARKDOWN = re.compile(r"^\s*(?:[>#]+|[-*+]|\d+\.)\s+|\*\*|__|`+", re.MULTILINE)


@lru_cache(maxsize=1)
def environment() -> "Environment":
    """The one environment, made on first use because importing Jinja is slow."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    style = read_template_file("style.css")
    jinja = Environment(
        loader=PackageLoader("minimal_browser_core.internal_pages"),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        finalize=_replace_unshowable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.globals.update(
        style=Markup(style),  # noqa: S704  a file of this package
        style_hash=content_hash(style),
        pages=PAGES,
        page_url=page_url,
        current=None,
    )
    jinja.filters.update(
        excerpt=excerpt,
        without_markdown=without_markdown,
        highlights=split_highlights,
        moment=format_moment,
        day=format_day,
        site=site_name,
        address=display_url,
    )
    jinja.tests["linkable"] = is_linkable
    return jinja


def read_template_file(name: str) -> str:
    """The text of a file in this package's folder of templates."""
    from importlib.resources import files

    return files("minimal_browser_core.internal_pages").joinpath("templates", name).read_text(encoding="utf-8")


def content_hash(text: str) -> str:
    """The hash source that allows exactly this inline style or script (Content Security Policy Level 3)."""
    from base64 import b64encode
    from hashlib import sha256

    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _replace_unshowable(value: Any) -> Any:
    if type(value) is str:
        return _UNSHOWABLE.sub("\ufffd", value)
    return value


def excerpt(text: str, length: int) -> str:
    """The start of `text` on one line, at most `length` characters."""
    line = " ".join(text[: length * 4].split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def without_markdown(text: str) -> str:
    """Markdown without the marks of quotes, headings, lists, emphasis and code, for lists of answers."""
    return _MARKDOWN.sub("", text)


def split_highlights(row: "ConversationRow | HistoryRow") -> list[tuple[str, bool]]:
    """The snippet in parts, each with whether it matched. Offsets outside the text or out of order do no harm."""
    parts: list[tuple[str, bool]] = []
    position = 0
    for start, end in sorted(row.highlights):
        start, end = max(start, position), min(end, len(row.snippet))
        if start >= end:
            continue
        parts += [(row.snippet[position:start], False), (row.snippet[start:end], True)]
        position = end
    return [part for part in [*parts, (row.snippet[position:], False)] if part[0]]


def format_day(value: date) -> str:
    """Such as Monday, 23 November 2026."""
    return f"{value:%A}, {value.day} {value:%B} {value.year}"


def format_moment(value: datetime) -> str:
    """Such as 23 Nov 2026, 09:05."""
    return f"{value.day} {value:%b} {value.year}, {value:%H:%M}"


def is_linkable(url: str) -> bool:
    """Whether a stored address may become a link: an address of the web or of the browser, never `javascript:`."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https", SCHEME} and bool(parts.hostname)


def site_name(url: str) -> str:
    """A short name for a page: the host of a web page, or else the start of the address."""
    is_web = url.startswith(("http:", "https:")) and is_linkable(url)
    host = urlsplit(url).hostname if is_web else None
    return display_host(host) if host else excerpt(display_url(url), 60)
