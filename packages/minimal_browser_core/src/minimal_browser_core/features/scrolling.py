"""Scrolling the current page."""

from typing import Protocol


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
