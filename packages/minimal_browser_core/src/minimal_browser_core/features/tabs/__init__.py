"""Tabs, numbered from 1, left to right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from minimal_browser_core.commands.command import command
from minimal_browser_core.commands.parameters import Count, TabNumber, TabReference
from minimal_browser_core.errors import CommandError
from minimal_browser_core.window import CommandLine, CurrentPage, OpenTarget, current_address


@dataclass(frozen=True, slots=True)
class TabInfo:
    """A tab as commands see it; `number` counts from 1, left to right."""

    number: int
    title: str
    url: str
    current: bool = False


class Tabs(Protocol):
    """The tabs of the window."""

    def all(self) -> Sequence[TabInfo]:
        """Every tab, left to right."""

    def new(self) -> None:
        """Open the start page in a new tab."""

    def open(self, url: str, where: OpenTarget) -> None:
        """Open a complete address in a new tab."""

    def close(self, number: int | None = None) -> None:
        """Close that tab, or the current one. Closing the last tab leaves one with the start page."""

    def undo_close(self) -> None:
        """Reopen the tab closed last, with its history; CommandError if there is none."""

    def select(self, number: int) -> None:
        """Select a tab, -1 for the last one; CommandError if there is no such tab."""

    def cycle(self, steps: int) -> None:
        """Select the tab `steps` to the right, or to the left if negative, wrapping around."""

    def move(self, steps: int) -> None:
        """Move the current tab right, or left if negative, no further than the end."""


class Browser(Protocol):
    """What these commands need from the window."""

    @property
    def tabs(self) -> Tabs: ...
    @property
    def page(self) -> CurrentPage: ...
    @property
    def command_line(self) -> CommandLine: ...


_MOST_REOPENED = 100


@command(group="Tabs", aliases=("tabnew",))
def tab_new(browser: Browser) -> None:
    """Open the start page in a new tab."""
    browser.tabs.new()


@command(group="Tabs", aliases=("close-tab", "close", "bd", "bdelete", "tabclose"))
def tab_close(browser: Browser, number: TabNumber | None = None, *, count: Count = None) -> None:
    """Close a tab.

    A count is the tab's number.

    number: a tab's number; the current one if left out
    """
    browser.tabs.close(count if number is None else number)


@command(group="Tabs", aliases=("only", "tabonly"))
def tab_only(browser: Browser) -> None:
    """Close all tabs but this one."""
    for tab in sorted(browser.tabs.all(), key=lambda tab: tab.number, reverse=True):
        if not tab.current:
            browser.tabs.close(tab.number)


@command(group="Tabs", aliases=("u",))
def undo(browser: Browser, *, count: Count = None) -> None:
    """Reopen the tab closed last."""
    for _ in range(min(count or 1, _MOST_REOPENED)):
        browser.tabs.undo_close()


@command(group="Tabs", aliases=("b", "buffer", "ls"))
def tab(browser: Browser, which: TabReference | None = None, *, count: Count = None) -> None:
    """Go to a tab.

    A number alone does the same: :3 goes to the third tab.

    which: a tab's number (-1 is the last), or a part of its title or address; without it, choose from the list
    """
    if count is not None:
        browser.tabs.select(count)
    elif which is None:
        browser.command_line.open(":", "tab ")
    elif which.removeprefix("-").isascii() and which.removeprefix("-").isdigit() and len(which) < 10:
        browser.tabs.select(int(which))
    else:
        browser.tabs.select(_tab_matching(browser, which).number)


@command(group="Tabs", aliases=("bn", "bnext", "tabnext"))
def tab_next(browser: Browser, *, count: Count = None) -> None:
    """Go to the tab on the right."""
    browser.tabs.cycle(count or 1)


@command(group="Tabs", aliases=("bp", "bprevious", "tabprevious", "N"))
def tab_previous(browser: Browser, *, count: Count = None) -> None:
    """Go to the tab on the left."""
    browser.tabs.cycle(-(count or 1))


@command(group="Tabs")
def tab_goto(browser: Browser, *, count: Count = None) -> None:
    """Go to the tab on the right, or to the tab with the count's number, like vim's gt."""
    if count is None:
        browser.tabs.cycle(1)
    else:
        browser.tabs.select(count)


@command(group="Tabs", aliases=("tabmove",))
def tab_move(browser: Browser, steps: int, *, count: Count = None) -> None:
    """Move this tab.

    steps: how far to the right, or to the left if negative
    """
    browser.tabs.move(steps * (count or 1))


@command(group="Tabs")
def tab_duplicate(browser: Browser) -> None:
    """Open this page in a second tab."""
    browser.tabs.open(current_address(browser.page), OpenTarget.TAB)


def _tab_matching(browser: Browser, text: str) -> TabInfo:
    query = text.casefold()
    matches = [tab for tab in browser.tabs.all() if query in tab.title.casefold() or query in tab.url.casefold()]
    if not matches:
        raise CommandError(f"No tab has {text!r} in its title or address. :tab lists the tabs.")
    if len(matches) > 1:
        several = ", ".join(f"{tab.number} {tab.title or tab.url}" for tab in matches[:5])
        raise CommandError(f"Several tabs have {text!r} in their title or address: {several}. Type more of it.")
    return matches[0]
