"""The history of visited pages: showing and forgetting it."""

import re
from datetime import date
from typing import Literal, Protocol

from minimal_browser_core.commands.command import command
from minimal_browser_core.commands.parameters import Address, Text
from minimal_browser_core.internal_pages.urls import page_url
from minimal_browser_core.urls import as_url
from minimal_browser_core.window import CurrentPage, InternalPages, current_address


class Browser(Protocol):
    """What these commands need from the window."""

    @property
    def internal_pages(self) -> InternalPages: ...
    @property
    def page(self) -> CurrentPage: ...


_HOST = r"[\w-]+(\.[\w-]+)*"
_AMOUNTS = ("hour", "today", "all")


@command(group="Bookmarks, history and conversations", aliases=("recall",))
def history(browser: Browser, query: Text | None = None) -> None:
    """Show the pages that you visited, or find one again by its words.

    :history clear is :history-clear. The text of pages is searched too if the settings have history.page_text = true.

    query: words to search for; all visited pages, newest first, if left out
    """
    words = (query or "").split()
    if words == ["clear"] or (len(words) == 2 and words[0] == "clear" and words[1] in _AMOUNTS):
        browser.internal_pages.show(_forget_visits(words[1] if len(words) == 2 else "all"))
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
    if re.fullmatch(_HOST, text):
        browser.internal_pages.show(page_url("history", forget="site", host=text.lower()))
    else:
        browser.internal_pages.show(page_url("history", forget="page", url=as_url(text) or text))


def _forget_visits(amount: str) -> str:
    if amount == "today":
        return page_url("history", forget="day", day=date.today().isoformat())
    return page_url("history", forget=amount)
