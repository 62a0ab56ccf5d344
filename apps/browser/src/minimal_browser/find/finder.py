"""Find in page."""

from collections.abc import Callable

from PyQt6.QtWebEngineCore import QWebEngineFindTextResult, QWebEnginePage

from minimal_browser.page.view import WebView
from minimal_browser_core.errors import CommandError


class Finder:
    """What was looked for last, and its direction; one for the window, as in vim."""

    def __init__(self, report: Callable[[str, bool], None]) -> None:
        """`report` gets a line for the person, and whether something was found."""
        self._report = report
        self.text = ""
        self._backwards = False
        self._marked = False

    def find(self, view: WebView, text: str, *, backwards: bool) -> None:
        if not text:
            self.clear(view)
            return
        self.text, self._backwards = text, backwards
        self._look(view, backwards)

    def next(self, view: WebView, count: int, *, against: bool) -> None:
        if not self.text:
            raise CommandError("nothing was looked for yet: / finds in the page")
        for _ in range(min(count, 100)):
            self._look(view, self._backwards != against)

    def clear(self, view: WebView) -> None:
        self._marked = False
        view.web_page.findText("")

    def show(self, result: QWebEngineFindTextResult) -> None:
        """For the page's `findTextFinished`."""
        if not self._marked:  # Chromium tells of nothing found when the marks are taken away, too
            return
        total = result.numberOfMatches()
        if total:
            self._report(f"{self.text}: match {result.activeMatch()} of {total}", True)
        else:
            self._report(f"{self.text}: not on this page", False)

    def _look(self, view: WebView, backwards: bool) -> None:
        self._marked = True
        flags = QWebEnginePage.FindFlag(0)
        if backwards:
            flags |= QWebEnginePage.FindFlag.FindBackward
        if self.text != self.text.lower():
            flags |= QWebEnginePage.FindFlag.FindCaseSensitively
        view.web_page.findText(self.text, flags)
