"""Windows: opening, closing and full screen."""

from typing import Protocol

from minimal_browser_core.commands.command import command


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


@command(group="Window")
def window_new(browser: Browser) -> None:
    """Open a new window."""
    browser.windows.new()


@command(group="Window")
def window_private(browser: Browser) -> None:
    """Open a private window, which leaves nothing behind when it is closed."""
    browser.windows.new(private=True)


@command(group="Window")
def window_close(browser: Browser) -> None:
    """Close this window; closing the last one quits."""
    browser.windows.close()


@command(group="Window")
def fullscreen(browser: Browser) -> None:
    """Fill the screen, or leave full screen."""
    browser.windows.toggle_fullscreen()


@command(group="Window", aliases=("q", "qa", "qall", "wq", "x", "exit"))
def quit_(browser: Browser) -> None:
    """Close every window and end the browser.

    Bookmarks and conversations are stored as they are made, so nothing is lost.
    """
    browser.windows.quit()
