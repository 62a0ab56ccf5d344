"""The history of visited pages: showing and forgetting it."""

import re
from datetime import date
from typing import Literal, Protocol

from minimal_browser_core.commands.command import command
from minimal_browser_core.commands.parameters import Address, Text
from minimal_browser_core.internal_pages.routes import (
    AllOfIt,
    Forgettable,
    TheDay,
    TheLastHour,
    ThePage,
    TheSite,
    forget_url,
    page_url,
)
from minimal_browser_core.urls import as_url
from minimal_browser_core.window import CurrentPage, InternalPages, current_address


class Browser(Protocol):
    """What these commands need from the window."""

    @property
    def internal_pages(self) -> InternalPages: ...
    @property
    def page(self) -> CurrentPage: ...


_HOST = re.compile(r"[\w-]+(\.[\w-]+)*")
_AMOUNTS = ("hour", "today", "all")


@command(group="Bookmarks, history and conversations", aliases=("recall",))
def history(browser: Browser, query: Text | None = None) -> None:
    """Show the pages that you visited, or find one again by its words.

    :history clear is :history-clear. The text of pages is searched too if the settings have history.page_text = true.

    query: words to search for; all visited pages, newest first, if left out
    """
    words = (query or "").split()
    if words == ["clear"] or (len(words) == 2 and words[0] == "clear" and words[1] in _AMOUNTS):
        browser.internal_pages.show(_forget_visits(words[-1]))
    else:
        browser.internal_pages.show(page_url("history", q=query))


@command(group="Bookmarks, history and conversations")
def history_clear(browser: Browser, what: Literal["hour", "today", "all"] = "all") -> None:
    """Forget the visited pages of the last hour, of today, or all of them. Asks first.

    what: how much; all if left out
    """
    browser.internal_pages.show(_forget_visits(what))


@command(group="Bookmarks, history and conversations")
def history_delete(browser: Browser, address: Address | None = None) -> None:
    """Forget a page, or a site and everything below it if only a host is named. Asks first.

    address: the address of a page, or a host; this page if left out
    """
    text = (address or current_address(browser.page)).strip()
    is_host = _HOST.fullmatch(text) is not None
    browser.internal_pages.show(forget_url(TheSite(text.lower()) if is_host else ThePage(as_url(text) or text)))


def _forget_visits(amount: str) -> str:
    amounts: dict[str, Forgettable] = {"hour": TheLastHour(), "today": TheDay(date.today())}
    return forget_url(amounts.get(amount, AllOfIt()))
