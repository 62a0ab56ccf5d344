"""Stored conversations: listing, deleting and continuing them."""

from typing import Protocol

from minimal_browser_core.commands.command import command
from minimal_browser_core.commands.parameters import Text
from minimal_browser_core.internal_pages.urls import page_url
from minimal_browser_core.window import InternalPages


class Conversations(Protocol):
    """The stored conversations. Changes happen in the background; a message reports the result."""

    def delete(self, id: int) -> None:
        """Delete one exchange by the number that `mb://conversations` shows."""

    def resume(self, id: int) -> None:
        """Continue from a stored exchange: the panel shows the conversation up to it."""


class Browser(Protocol):
    """What these commands need from the window."""

    @property
    def conversations(self) -> Conversations: ...
    @property
    def internal_pages(self) -> InternalPages: ...


@command(group="Bookmarks, history and conversations")
def conversations(browser: Browser, query: Text | None = None) -> None:
    """Show your conversations with the copilot, or the exchanges that match.

    query: words to search for; all exchanges, newest first, if left out
    """
    browser.internal_pages.show(page_url("conversations", q=query))


@command(group="Bookmarks, history and conversations")
def conversation_continue(browser: Browser, id: int) -> None:
    """Continue a conversation from a stored exchange.

    id: the number of the exchange, which the page of conversations shows
    """
    browser.conversations.resume(id)


@command(group="Bookmarks, history and conversations")
def conversation_delete(browser: Browser, id: int) -> None:
    """Delete one exchange.

    id: the number of the exchange, which the page of conversations shows
    """
    browser.conversations.delete(id)
