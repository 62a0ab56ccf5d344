"""The size of the current page."""

from typing import Protocol


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
