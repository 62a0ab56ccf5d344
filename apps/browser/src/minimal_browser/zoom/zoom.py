"""Changes the size of the current page."""

from collections.abc import Callable
from typing import Protocol

from minimal_browser_core.window import Messages

STEPS = (25, 33, 50, 67, 75, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300, 400, 500)


class ZoomedTab(Protocol):
    """A tab with a size."""

    zoom: int
    """In per cent."""


class Zoom:
    """Zooms the current tab and reports its size in a message."""

    def __init__(self, tab: Callable[[], ZoomedTab], messages: Messages) -> None:
        self._tab = tab
        self._messages = messages

    def by_steps(self, steps: int) -> None:
        percent = self._tab().zoom
        larger = [step for step in STEPS if step > percent]
        smaller = [step for step in STEPS if step < percent][::-1]
        scale = larger if steps > 0 else smaller
        self.to_percent(scale[min(abs(steps), len(scale)) - 1] if scale and steps else percent)

    def to_percent(self, percent: int) -> None:
        self._tab().zoom = percent
        self._messages.show(f"{percent} %")
