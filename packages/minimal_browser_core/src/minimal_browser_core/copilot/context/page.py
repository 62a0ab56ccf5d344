"""The page that a question is about, and which pages may be read at all."""

import re
from dataclasses import dataclass

from minimal_browser_core.copilot.context.text import clean_line

_WEB_ADDRESS = re.compile(r"https?://[^/?#\s]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageContext:
    """One page as the user sees it: `text` is its visible text, `selection` the selected part of it."""

    url: str
    title: str
    text: str
    selection: str = ""


def unreadable_reason(url: str) -> str | None:
    """Why the copilot must not read the page at `url`, as a sentence for the user; None for a web page.

    Only http and https pages are read. Everything else is the user's own and never leaves unasked: files, the
    browser's `mb://` pages (history, conversations, bookmarks), generated pages, sources, and data and blob documents.
    """
    if _WEB_ADDRESS.match(url):
        return None
    scheme = clean_line(url.partition(":")[0], 20).lower()
    return f"This page was not sent: the copilot reads http and https pages only, not {scheme}: pages."


def without_credentials(url: str) -> str:
    """`url` without the user name and password in front of its host."""
    return re.sub(r"^([a-z][a-z0-9+.-]*://)[^/?#@]*@", r"\1", url, flags=re.IGNORECASE)
