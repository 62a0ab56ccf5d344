"""Parses the URLs of the browser's own pages into typed requests for a page."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qs, urlsplit

from minimal_browser_core.errors import MinimalBrowserError
from minimal_browser_core.internal_pages.urls import PAGES, SCHEME, page_url

_MAX_ID = 2**63 - 1


class PageAddressError(MinimalBrowserError):
    """An `mb://` address that leads to no page; the message tells the user why."""

    code = "page_address"


@dataclass(frozen=True, slots=True)
class StartPage:
    """The page of a new tab."""


@dataclass(frozen=True, slots=True)
class HelpPage:
    """All keys and commands."""


@dataclass(frozen=True, slots=True)
class VersionPage:
    """Versions, backends and folders."""


@dataclass(frozen=True, slots=True)
class BookmarksPage:
    """The bookmarks, or those that match."""

    query: str = ""


@dataclass(frozen=True, slots=True)
class ConversationsPage:
    """The exchanges, or those that match; `cursor` continues a listing."""

    query: str = ""
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class ConversationPage:
    """The thread that contains the exchange `id`."""

    id: int


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """The visited pages, or those that match; with `day`, only those visited on that local day."""

    query: str = ""
    cursor: str | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class PageVisits:
    """All visits of one page."""

    url: str


@dataclass(frozen=True, slots=True)
class SiteVisits:
    """All visits of a host and the hosts below it."""

    host: str


@dataclass(frozen=True, slots=True)
class DayVisits:
    """All visits on a local day."""

    day: date


@dataclass(frozen=True, slots=True)
class LastHourVisits:
    """All visits of the last 60 minutes."""


@dataclass(frozen=True, slots=True)
class AllVisits:
    """The whole history."""


VisitSelection = PageVisits | SiteVisits | DayVisits | LastHourVisits | AllVisits


@dataclass(frozen=True, slots=True)
class ForgetPage:
    """Asks whether to forget these visits.

    The form on it is the only way to change anything on the browser's own pages: following a link never deletes.
    """

    visits: VisitSelection


PageAddress = (
    StartPage | HelpPage | VersionPage | BookmarksPage | HistoryPage | ForgetPage | ConversationsPage | ConversationPage
)


def parse_address(url: str) -> PageAddress:
    """The page that `url` asks for. Unknown parameters are ignored. Raises PageAddressError."""
    try:
        parts = urlsplit(url)
        name = parts.hostname or ""
    except ValueError:
        raise PageAddressError(f"{url} is not a well-formed address. Check its brackets.") from None
    if parts.scheme != SCHEME:
        raise PageAddressError(f"{url} is not a page of the browser. Those start with {SCHEME}://.")
    if name not in PAGES or parts.path not in {"", "/"} or parts.netloc.lower() != name:
        pages = ", ".join(f"{SCHEME}://{page}" for page in PAGES)
        raise PageAddressError(f"There is no page {url}. The pages are {pages}.")
    return _request(name, parts.query)


def _request(name: str, query: str) -> PageAddress:
    match name:
        case "start":
            return StartPage()
        case "help":
            return HelpPage()
        case "version":
            return VersionPage()
        case "bookmarks":
            return BookmarksPage(query=_parameter(query, "q") or "")
        case "history":
            return _history(query)
        case _:
            return _conversations(query)


def _conversations(query: str) -> ConversationsPage | ConversationPage:
    id = _parameter(query, "id")
    if id is not None:
        return ConversationPage(_id(id))
    return ConversationsPage(_parameter(query, "q") or "", _parameter(query, "cursor") or None)


def _history(query: str) -> HistoryPage | ForgetPage:
    forget = _parameter(query, "forget")
    if forget is not None:
        return ForgetPage(_visits(forget, query))
    day = _parameter(query, "day")
    return HistoryPage(_parameter(query, "q") or "", _parameter(query, "cursor") or None, _day(day) if day else None)


def _visits(selection: str, query: str) -> VisitSelection:
    match selection:
        case "page" if url := _parameter(query, "url"):
            return PageVisits(url)
        case "site" if host := _parameter(query, "host"):
            return SiteVisits(host)
        case "day":
            return DayVisits(_day(_parameter(query, "day") or ""))
        case "hour":
            return LastHourVisits()
        case "all":
            return AllVisits()
        case _:
            raise PageAddressError("The address does not say what to forget: a page, a site, a day, hour or all.")


def forget_url(visits: VisitSelection) -> str:
    """The page that asks whether to forget these visits."""
    match visits:
        case PageVisits(url):
            return page_url("history", forget="page", url=url)
        case SiteVisits(host):
            return page_url("history", forget="site", host=host)
        case DayVisits(day):
            return page_url("history", forget="day", day=day.isoformat())
        case LastHourVisits():
            return page_url("history", forget="hour")
        case AllVisits():
            return page_url("history", forget="all")


def _parameter(query: str, name: str) -> str | None:
    try:
        values = parse_qs(query, keep_blank_values=True, max_num_fields=50).get(name)
    except ValueError:
        raise PageAddressError("The address has too many parameters. A page needs at most three.") from None
    return values[-1] if values else None


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise PageAddressError(f"A day is written as 2026-11-23, not {text[:40]!r}.") from None
    if not 1970 <= day.year < 9999:
        raise PageAddressError(f"The history starts in 1970, and {text[:40]} is not in it.")
    return day


def _id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and 0 < int(text) <= _MAX_ID):
        raise PageAddressError(f"An exchange has a number such as 7, not {text[:40]!r}.")
    return int(text)
