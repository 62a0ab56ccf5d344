"""Scrolls the current page by a script in its isolated world."""

from collections.abc import Callable
from pathlib import Path

from minimal_browser.page.view import WebView

SCRIPT = Path(__file__).with_name("scroll.js")
LINE_PIXELS = 40
"""The step of an arrow key."""


class Scrolling:
    """Scrolls the page, or the scrollable box in its middle if the page itself does not scroll."""

    def __init__(self, view: Callable[[], WebView]) -> None:
        self._view = view

    def by_lines(self, columns: float, lines: float) -> None:
        self._view().run(SCRIPT, "pixels", columns * LINE_PIXELS, lines * LINE_PIXELS)

    def by_pages(self, pages: float) -> None:
        self._view().run(SCRIPT, "pages", 0, pages)

    def to_percent(self, percent: float) -> None:
        self._view().run(SCRIPT, "percent", 0, percent)
