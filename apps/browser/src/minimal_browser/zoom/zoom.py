"""Changes the size of the current page."""

from collections.abc import Callable

from minimal_browser.page.view import WebView
from minimal_browser_core.window import Messages

STEPS = (25, 33, 50, 67, 75, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300, 400, 500)


class Zoom:
    """Zooms the current tab and reports its size in a message."""

    def __init__(self, view: Callable[[], WebView], messages: Messages) -> None:
        self._view = view
        self._messages = messages

    def by_steps(self, steps: int) -> None:
        percent = round(self._view().zoomFactor() * 100)
        larger = [step for step in STEPS if step > percent]
        smaller = [step for step in STEPS if step < percent][::-1]
        scale = larger if steps > 0 else smaller
        self.to_percent(scale[min(abs(steps), len(scale)) - 1] if scale and steps else percent)

    def to_percent(self, percent: int) -> None:
        self._view().setZoomFactor(percent / 100)
        self._messages.show(f"{percent} %")
