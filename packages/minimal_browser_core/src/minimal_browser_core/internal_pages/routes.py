"""The addresses of our own pages: `mb://help`, `mb://conversations?q=lens`, `mb://history?day=2026-11-23`.

The page is the host of the URL, its parameters are the query, as an HTML form sends them (WHATWG URL, 5).
"""

from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qs, urlsplit

from minimal_browser_core.errors import MinimalBrowserError
from minimal_browser_core.internal_pages.urls import PAGES, SCHEME, page_url

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
class HistoryPage:
    """Visited pages; with `day`, those visited on that local day."""

    query: str = ""
    cursor: str | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class ForgetPage:
    """Asks whether that much of the history is to be forgotten. A form on it answers, and on no other page of ours is
    anything done: what follows a link never destroys."""

    what: "Forgettable"


@dataclass(frozen=True, slots=True)
class ThePage:
    url: str


@dataclass(frozen=True, slots=True)
class TheSite:
    """A host and all below it."""

    host: str


@dataclass(frozen=True, slots=True)
class TheDay:
    day: date


@dataclass(frozen=True, slots=True)
class TheLastHour:
    pass


@dataclass(frozen=True, slots=True)
class AllOfIt:
    pass


Forgettable = ThePage | TheSite | TheDay | TheLastHour | AllOfIt


@dataclass(frozen=True, slots=True)
class ConversationPage:
    """The thread that holds the exchange `id`."""

    id: int


PageAddress = (
    StartPage | HelpPage | VersionPage | BookmarksPage | HistoryPage | ForgetPage | ConversationsPage | ConversationPage
)


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
        case "history":
            return _history(parts.query)
        case _:
            id = _parameter(parts.query, "id")
            if id is not None:
                return ConversationPage(_id(id))
            query, cursor = _parameter(parts.query, "q") or "", _parameter(parts.query, "cursor") or None
            return ConversationsPage(query, cursor)


def _history(query: str) -> HistoryPage | ForgetPage:
    forget = _parameter(query, "forget")
    if forget is not None:
        return ForgetPage(_forgettable(forget, query))
    day = _parameter(query, "day")
    return HistoryPage(_parameter(query, "q") or "", _parameter(query, "cursor") or None, _day(day) if day else None)


def _forgettable(what: str, query: str) -> Forgettable:
    match what:
        case "page" if url := _parameter(query, "url"):
            return ThePage(url)
        case "site" if host := _parameter(query, "host"):
            return TheSite(host)
        case "day":
            return TheDay(_day(_parameter(query, "day") or ""))
        case "hour":
            return TheLastHour()
        case "all":
            return AllOfIt()
        case _:
            raise PageAddressError("the address does not say what to forget: a page, a site, a day, hour or all")


def forget_url(what: Forgettable) -> str:
    """The page that asks whether to forget it."""
    match what:
        case ThePage(url):
            return page_url("history", forget="page", url=url)
        case TheSite(host):
            return page_url("history", forget="site", host=host)
        case TheDay(day):
            return page_url("history", forget="day", day=day.isoformat())
        case TheLastHour():
            return page_url("history", forget="hour")
        case AllOfIt():
            return page_url("history", forget="all")


def _parameter(query: str, name: str) -> str | None:
    try:
        values = parse_qs(query, keep_blank_values=True, max_num_fields=50).get(name)
    except ValueError:
        raise PageAddressError("the address has too many parameters") from None
    return values[-1] if values else None


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise PageAddressError(f"a day is written as 2026-11-23, not {text[:40]!r}") from None
    if not 1970 <= day.year < 9999:
        raise PageAddressError(f"the history begins in 1970, and {text[:40]} is not in it")
    return day


def _id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and 0 < int(text) <= _MAX_ID):
        raise PageAddressError(f"an exchange has a number such as 7, not {text[:40]!r}")
    return int(text)
