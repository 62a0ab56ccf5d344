"""Parses the URLs of the browser's own pages into typed requests for a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl, urlsplit

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
    try:
        # Of a parameter that comes several times, the last counts.
        parameters = dict(parse_qsl(parts.query, keep_blank_values=True, max_num_fields=50))
    except ValueError:
        raise PageAddressError("The address has too many parameters. A page needs at most three.") from None
    return _page(name, parameters)


def _page(name: str, parameters: Mapping[str, str]) -> PageAddress:
    query, cursor = parameters.get("q", ""), parameters.get("cursor") or None
    match name:
        case "start":
            return StartPage()
        case "help":
            return HelpPage()
        case "version":
            return VersionPage()
        case "bookmarks":
            return BookmarksPage(query)
        case "conversations":
            return ConversationPage(_id(parameters["id"])) if "id" in parameters else ConversationsPage(query, cursor)
        case _ if "forget" in parameters:
            return ForgetPage(_visits(parameters))
        case _:
            return HistoryPage(query, cursor, _day(parameters["day"]) if parameters.get("day") else None)


def _visits(parameters: Mapping[str, str]) -> VisitSelection:
    match parameters:
        case {"forget": "page", "url": url} if url:
            return PageVisits(url)
        case {"forget": "site", "host": host} if host:
            return SiteVisits(host)
        case {"forget": "day"}:
            return DayVisits(_day(parameters.get("day", "")))
        case {"forget": "hour"}:
            return LastHourVisits()
        case {"forget": "all"}:
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
