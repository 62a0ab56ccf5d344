"""The size of the current page."""

from typing import Protocol

from minimal_browser_core.commands.command import command
from minimal_browser_core.commands.parameters import Count
from minimal_browser_core.errors import CommandError

STEPS = (25, 33, 50, 67, 75, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300, 400, 500)
"""The scale of `:zoom-in` and `:zoom-out`, in percent."""


def step_from(percent: int, steps: int) -> int:
    """The size `steps` above `percent` on the scale, or below it if negative, no further than its end."""
    larger = [step for step in STEPS if step > percent]
    smaller = [step for step in STEPS if step < percent][::-1]
    scale = larger if steps > 0 else smaller
    return scale[min(abs(steps), len(scale)) - 1] if scale and steps else percent


class Zoom(Protocol):
    """The zoom factor of the current page."""

    def by_steps(self, steps: int) -> None:
        """Enlarge, or shrink if negative, by so many steps of the scale (…, 90, 100, 110, 125, …)."""

    def to_percent(self, percent: int) -> None:
        """Set the size; `percent` is between 25 and 500."""


class Browser(Protocol):
    """What these commands need from the window."""

    @property
    def zoom(self) -> Zoom: ...


@command(group="Moving around")
def zoom(browser: Browser, percent: int = 100, *, count: Count = None) -> None:
    """Set the size of the page.

    A count is the percentage.

    percent: 25 to 500; 100 if left out
    """
    size = percent if count is None else count
    if not 25 <= size <= 500:
        raise CommandError(f"A page can be zoomed to 25 to 500 percent, not to {size}.")
    browser.zoom.to_percent(size)


@command(group="Moving around")
def zoom_in(browser: Browser, *, count: Count = None) -> None:
    """Make the page larger."""
    browser.zoom.by_steps(count or 1)


@command(group="Moving around")
def zoom_out(browser: Browser, *, count: Count = None) -> None:
    """Make the page smaller."""
    browser.zoom.by_steps(-(count or 1))
