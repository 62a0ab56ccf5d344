"""The modes in which the page has the focus: NORMAL, INSERT and PASSTHROUGH."""

from collections.abc import Callable

from minimal_browser.keys.mode_handlers import ModeHandler
from minimal_browser.page.view import WebView
from minimal_browser_core.errors import CommandError
from minimal_browser_core.keys.modes import Mode


class PageMode(ModeHandler):
    """A mode in which keys without a binding go to the page."""

    def __init__(self, view: Callable[[], WebView]) -> None:
        self._view = view

    def enter(self, previous: Mode) -> None:
        try:
            self._view().setFocus()
        except CommandError:
            return  # the window is closing, and its tabs are gone

    def leave(self, following: Mode) -> None:
        if following is Mode.NORMAL:
            self._view().drop_page_focus()


class NormalMode(PageMode):
    """The mode in which keys are commands."""

    def leave(self, following: Mode) -> None:
        """The page's own focus stays for INSERT mode."""
