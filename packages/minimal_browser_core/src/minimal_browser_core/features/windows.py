"""Windows: opening, closing and full screen."""

from typing import Protocol


class Windows(Protocol):
    """The windows of the process."""

    def new(self, *, private: bool = False) -> None:
        """Open a window with the start page; a private one keeps its profile in memory only."""

    def close(self) -> None:
        """Close this window; closing the last one quits."""

    def quit(self) -> None:
        """Close every window and quit; pending writes are completed first."""

    def toggle_fullscreen(self) -> None:
        """Fill the screen with the page, or leave full screen."""


class Browser(Protocol):
    """What these commands need from the window."""

    @property
    def windows(self) -> Windows: ...
