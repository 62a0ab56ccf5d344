"""Scrolling the current page."""

from typing import Literal, Protocol

from minimal_browser_core.commands.command import command
from minimal_browser_core.commands.parameters import Count
from minimal_browser_core.errors import CommandError


class Scrolling(Protocol):
    """Scrolls the current page, or the scrollable box in its middle if the page itself does not scroll."""

    def by_lines(self, columns: float, lines: float) -> None:
        """Scroll right and down (left and up if negative) by so many steps of an arrow key."""

    def by_pages(self, pages: float) -> None:
        """Scroll down by so many heights of the view: 0.5 is half a page, -1 a page up."""

    def to_percent(self, percent: float) -> None:
        """Scroll to a position: 0 is the top of the page, 100 its end."""


class Browser(Protocol):
    """What these commands need from the window."""

    @property
    def scrolling(self) -> Scrolling: ...


_STEPS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}


@command(group="Moving around")
def scroll(browser: Browser, direction: Literal["left", "right", "up", "down"], *, count: Count = None) -> None:
    """Scroll by a line.

    direction: which way
    """
    columns, lines = _STEPS[direction]
    browser.scrolling.by_lines(columns * (count or 1), lines * (count or 1))


@command(group="Moving around")
def scroll_page(browser: Browser, pages: float, *, count: Count = None) -> None:
    """Scroll by heights of the view.

    pages: how many heights of the view, upwards if negative
    """
    browser.scrolling.by_pages(pages * (count or 1))


@command(group="Moving around")
def scroll_to(browser: Browser, percent: float, *, count: Count = None) -> None:
    """Scroll to a position in the page.

    A count is the percentage: 50G goes to the middle.

    percent: 0 for the top of the page to 100 for its end
    """
    position = percent if count is None else count
    if not 0 <= position <= 100:
        raise CommandError(f"A page can be scrolled to 0 to 100 percent, not to {position:g}.")
    browser.scrolling.to_percent(position)
