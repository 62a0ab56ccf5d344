"""Find in page."""

from collections.abc import Callable

from PyQt6.QtWebEngineCore import QWebEngineFindTextResult, QWebEnginePage

from minimal_browser.page.view import WebView
from minimal_browser_core.errors import CommandError
from minimal_browser_core.window import MessageLevel, Messages

MAX_STEPS = 100


class Finder:
    """Remembers the last search and its direction; one for all tabs of a window, as in vim."""

    def __init__(self, view: Callable[[], WebView], messages: Messages) -> None:
        self._view = view
        self._messages = messages
        self.text = ""
        self._backwards = False
        self._highlighted = False

    def start(self, text: str, *, backwards: bool = False) -> None:
        if not text:
            self.clear()
            return
        self.text, self._backwards = text, backwards
        self._find(backwards)

    def next(self, count: int = 1, *, backwards: bool = False) -> None:
        if not self.text:
            raise CommandError("No search yet. Press / to search this page.")
        for _ in range(min(count, MAX_STEPS)):
            self._find(self._backwards != backwards)

    def clear(self) -> None:
        self._highlighted = False
        self._view().web_page.findText("")

    def show_result(self, result: QWebEngineFindTextResult) -> None:
        """Report the result of a search; connect it to the page's `findTextFinished`."""
        if not self._highlighted:  # Chromium also reports a result when the highlights are removed
            return
        total = result.numberOfMatches()
        if total:
            self._messages.show(f"{self.text}: match {result.activeMatch()} of {total}")
        else:
            self._messages.show(f"{self.text}: not on this page", MessageLevel.WARNING)

    def _find(self, backwards: bool) -> None:
        self._highlighted = True
        flags = QWebEnginePage.FindFlag(0)
        if backwards:
            flags |= QWebEnginePage.FindFlag.FindBackward
        if self.text != self.text.lower():
            flags |= QWebEnginePage.FindFlag.FindCaseSensitively
        self._view().web_page.findText(self.text, flags)
