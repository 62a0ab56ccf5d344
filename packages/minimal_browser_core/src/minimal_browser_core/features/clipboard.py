"""Copying addresses and titles, and opening what the clipboard contains."""

from typing import Protocol

from minimal_browser_core.commands.command import command
from minimal_browser_core.errors import CommandError
from minimal_browser_core.hosts.display import ascii_url
from minimal_browser_core.window import CurrentPage, OpenTarget, current_address


class Clipboard(Protocol):
    """The system's clipboard."""

    def copy(self, text: str) -> None:
        """Put `text` on the clipboard and show a message about it."""

    def text(self) -> str:
        """The text on the clipboard, or "" if it contains none."""


class Opener(Protocol):
    """Opens addresses and searches."""

    def open(self, target: str, where: OpenTarget = OpenTarget.CURRENT) -> None:
        """Open an address, or search for words."""


class Browser(Protocol):
    """What these commands need from the window."""

    @property
    def clipboard(self) -> Clipboard: ...
    @property
    def page(self) -> CurrentPage: ...
    @property
    def navigation(self) -> Opener: ...


@command(group="Pages")
def paste(browser: Browser, where: OpenTarget = OpenTarget.CURRENT) -> None:
    """Open the address, or search for the words, on the clipboard.

    where: where the page opens
    """
    text = " ".join(browser.clipboard.text().split())
    if not text:
        raise CommandError("The clipboard contains no text. Copy an address or some words first.")
    browser.navigation.open(text, where)


@command(group="Pages", aliases=("yank",))
def yank_url(browser: Browser) -> None:
    """Copy the page's address, in ASCII: host names as `xn--…`, other characters percent-encoded."""
    browser.clipboard.copy(ascii_url(current_address(browser.page)))


@command(group="Pages")
def yank_title(browser: Browser) -> None:
    """Copy the page's title."""
    current_address(browser.page)
    browser.clipboard.copy(browser.page.title())
