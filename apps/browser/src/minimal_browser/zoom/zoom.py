"""Changes the size of the current page."""

from collections.abc import Callable

from minimal_browser.page.view import WebView
from minimal_browser_core.features.zoom import step_from
from minimal_browser_core.window import Messages


class Zoom:
    """Zooms the current tab and reports its size in a message."""

    def __init__(self, view: Callable[[], WebView], messages: Messages) -> None:
        self._view = view
        self._messages = messages

    def by_steps(self, steps: int) -> None:
        self.to_percent(step_from(round(self._view().zoomFactor() * 100), steps))

    def to_percent(self, percent: int) -> None:
        self._view().setZoomFactor(percent / 100)
        self._messages.show(f"{percent} %")
