"""Finding text in the current page."""

from typing import Protocol

from minimal_browser_core.commands.command import command
from minimal_browser_core.commands.parameters import Count, Text
from minimal_browser_core.window import CommandLine


class Find(Protocol):
    """The text search of the current page."""

    def start(self, text: str, *, backwards: bool = False) -> None:
        """Find `text` and remember it for `next`. Case matters if `text` contains a capital letter."""

    def next(self, count: int = 1, *, backwards: bool = False) -> None:
        """Go on by `count` matches, in the direction of `start` or, if `backwards`, against it.

        CommandError if nothing was searched for yet.
        """

    def clear(self) -> None:
        """Remove the highlights; `next` still knows the text."""


class Browser(Protocol):
    """What these commands need from the window."""

    @property
    def find(self) -> Find: ...
    @property
    def command_line(self) -> CommandLine: ...


@command(group="Moving around")
def find(browser: Browser, text: Text | None = None) -> None:
    """Find text in the page.

    text: what to find; without it, the command line opens and searches while you type
    """
    if text:
        browser.find.start(text)
    else:
        browser.command_line.open("/")


@command(group="Moving around")
def find_back(browser: Browser, text: Text | None = None) -> None:
    """Find text in the page, upwards.

    text: what to find; without it, the command line opens and searches while you type
    """
    if text:
        browser.find.start(text, backwards=True)
    else:
        browser.command_line.open("?")


@command(group="Moving around")
def find_next(browser: Browser, *, count: Count = None) -> None:
    """Go to the next match."""
    browser.find.next(count or 1)


@command(group="Moving around")
def find_previous(browser: Browser, *, count: Count = None) -> None:
    """Go to the previous match."""
    browser.find.next(count or 1, backwards=True)
