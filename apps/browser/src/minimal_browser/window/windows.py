"""The commands that concern windows as a whole."""

from collections.abc import Callable

from minimal_browser.window.window import BrowserWindow


class Windows:
    """Opens and closes windows; `close` closes the one that this object belongs to."""

    def __init__(
        self, window: BrowserWindow, open_window: Callable[[bool], object], quit_application: Callable[[], None]
    ) -> None:
        """`open_window` opens the start page in a new window, private if True."""
        self._window = window
        self._open_window = open_window
        self._quit = quit_application

    def new(self, *, private: bool = False) -> None:
        self._open_window(private)

    def close(self) -> None:
        self._window.close()

    def quit(self) -> None:
        self._quit()

    def toggle_fullscreen(self) -> None:
        self._window.fill_screen(not self._window.isFullScreen())
