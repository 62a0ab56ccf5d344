"""The addresses of our own pages: `mb://help`, `mb://conversations?q=lens`, `mb://conversations?id=7`.

The page is the host of the URL, its parameters are the query, as an HTML form sends them (WHATWG URL, 5).
"""

from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from minimal_browser_core.errors import MinimalBrowserError

SCHEME = "mb"
_MAX_ID = 2**63 - 1


class PageAddressError(MinimalBrowserError):
    """An `mb://` address that leads to no page; the message says why, and is meant for the person."""

    code = "page_address"


@dataclass(frozen=True, slots=True)
class StartPage:
    pass


@dataclass(frozen=True, slots=True)
class HelpPage:
    pass


@dataclass(frozen=True, slots=True)
class VersionPage:
    pass


@dataclass(frozen=True, slots=True)
class BookmarksPage:
    query: str = ""


@dataclass(frozen=True, slots=True)
class ConversationsPage:
    query: str = ""
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class ConversationPage:
    """The thread that holds the exchange `id`."""

    id: int


PageAddress = StartPage | HelpPage | VersionPage | BookmarksPage | ConversationsPage | ConversationPage

PAGES = {
    "start": "Start page",
    "help": "Help",
    "conversations": "Conversations",
    "bookmarks": "Bookmarks",
    "version": "Version",
}
"""The name and the title of each page."""


def parse_address(url: str) -> PageAddress:
    """Parameters that a page does not know are left alone. Raises PageAddressError."""
    try:
        parts = urlsplit(url)
        name = parts.hostname or ""
    except ValueError:
        raise PageAddressError(f"{url} is not a well-formed address") from None
    if parts.scheme != SCHEME:
        raise PageAddressError(f"{url} is not an address of ours: those begin with {SCHEME}://")
    if name not in PAGES or parts.path not in {"", "/"} or parts.netloc.lower() != name:
        raise PageAddressError(
            f"there is no page {url}: the pages are {', '.join(f'{SCHEME}://{page}' for page in PAGES)}"
        )
    match name:
        case "start":
            return StartPage()
        case "help":
            return HelpPage()
        case "version":
            return VersionPage()
        case "bookmarks":
            return BookmarksPage(query=_parameter(parts.query, "q") or "")
        case _:
            id = _parameter(parts.query, "id")
            if id is not None:
                return ConversationPage(_id(id))
            query, cursor = _parameter(parts.query, "q") or "", _parameter(parts.query, "cursor") or None
            return ConversationsPage(query, cursor)


def page_url(name: str, **parameters: str | int | None) -> str:
    """The address of a page; a parameter that is None or "" is left out."""
    given = {key: value for key, value in parameters.items() if value not in (None, "")}
    return f"{SCHEME}://{name}" + (f"?{urlencode(given, quote_via=quote, errors='replace')}" if given else "")


def _parameter(query: str, name: str) -> str | None:
    try:
        values = parse_qs(query, keep_blank_values=True, max_num_fields=50).get(name)
    except ValueError:
        raise PageAddressError("the address has too many parameters") from None
    return values[-1] if values else None


def _id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and 0 < int(text) <= _MAX_ID):
        raise PageAddressError(f"an exchange has a number such as 7, not {text[:40]!r}")
    return int(text)
