"""Bookmarks: adding, removing and listing them."""

from collections.abc import Sequence
from typing import Protocol

from minimal_browser_core.commands.command import command
from minimal_browser_core.commands.parameters import Tag, Text
from minimal_browser_core.internal_pages.urls import page_url
from minimal_browser_core.window import CurrentPage, InternalPages, current_address


class Bookmarks(Protocol):
    """The stored bookmarks. Changes happen in the background; a message reports the result."""

    def add(self, url: str, title: str, tags: Sequence[str] = (), note: str = "") -> None:
        """Store a bookmark."""

    def remove(self, id: int) -> None:
        """Remove a bookmark by the number that `mb://bookmarks` shows."""


class Browser(Protocol):
    """What these commands need from the window."""

    @property
    def bookmarks(self) -> Bookmarks: ...
    @property
    def page(self) -> CurrentPage: ...
    @property
    def internal_pages(self) -> InternalPages: ...


@command(group="Bookmarks, history and conversations", aliases=("w", "write"))
def bookmark(browser: Browser, tags: tuple[Tag, ...] = ()) -> None:
    """Bookmark this page.

    Nothing else needs to be saved: conversations are stored as they happen.

    tags: words to find it by
    """
    url = current_address(browser.page)
    browser.bookmarks.add(url, browser.page.title() or url, tags)


@command(group="Bookmarks, history and conversations")
def bookmarks(browser: Browser, query: Text | None = None) -> None:
    """Show the bookmarks, or those that match.

    query: words to search for; all bookmarks, newest first, if left out
    """
    browser.internal_pages.show(page_url("bookmarks", q=query))


@command(group="Bookmarks, history and conversations")
def bookmark_delete(browser: Browser, id: int) -> None:
    """Delete a bookmark.

    id: the number that the page of bookmarks shows
    """
    browser.bookmarks.remove(id)
