"""What counts as a visit of a page, one watch a view.

As Firefox counts: a page that was reached by typing, by a link or by a redirect is visited; going back or forward,
reloading, and opening a closed tab again are no visits. Of a chain of redirects the last address counts. A page that
changes its own address without loading (`history.pushState`) is visited at the new one; a change of the fragment alone
is not, unless it is a route (`#/`, `#!`).

Which of these it was is read off the tab's session history: Chromium calls a redirect by script, and going back to a
page that began as one, by the same name.
"""

from dataclasses import dataclass

from PyQt6.QtCore import QObject, QUrl, pyqtSignal
from PyQt6.QtWebEngineCore import QWebEnginePage

from minimal_browser.page.view import WebView
from minimal_browser.toolkit.not_null import not_null
from minimal_browser.toolkit.timers import once

TITLE_SETTLES_MS = 1_000
MOST_TITLES = 5
"""Titles told of one visit: some pages never stop changing theirs."""
LONGEST_SESSION = 50
"""Entries that Chromium keeps of a tab; from then on each new one pushes the oldest out."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a tab stood in its session history."""

    urls: tuple[QUrl, ...]
    index: int
    visited: bool
    """False where a page about what failed stands for the one that was wanted."""


class VisitWatch(QObject):
    visited = pyqtSignal(bool, bool)
    """The page that the view is at now. True, where its address was typed or chosen; True, where the title is its own
    already, and not that of the page before."""
    retitled = pyqtSignal(str, str)
    """The address of a page that was visited, and the title that it has now."""

    def __init__(self, view: WebView) -> None:
        super().__init__(view)
        self.typed = False
        """Of the navigation under way."""
        self._view = view
        self._loading = False
        self._place: _Place | None = None
        self._address = ""
        self._titles_left = 0
        self._title = once(self, self._tell_title, TITLE_SETTLES_MS)
        view.loadStarted.connect(self._started)
        view.loadFinished.connect(self._stopped)
        view.urlChanged.connect(self._moved)
        view.titleChanged.connect(self._titled)

    def navigating(self, kind: QWebEnginePage.NavigationType) -> None:
        """A navigation of the main frame was accepted."""
        kinds = QWebEnginePage.NavigationType
        if kind not in (kinds.NavigationTypeTyped, kinds.NavigationTypeReload, kinds.NavigationTypeRedirect):
            self.typed = False

    def restored(self) -> None:
        """The view was given the history of a closed tab, which it now loads."""
        self._place = self._here(visited=True)

    def finished(self, ok: bool) -> None:
        """A load has ended with a page; not `ok`, with one about what failed."""
        before, here = self._place, self._here(visited=ok)
        self._place = here
        self._address = self._view.address()
        self._titles_left = MOST_TITLES if ok else 0
        if ok and (before is None or not self._is_revisit(before, here)):
            self.visited.emit(self.typed, True)
        self.typed = False

    def _started(self) -> None:
        self._loading = True
        self._hurry_title()

    def _stopped(self, _ok: bool) -> None:
        """With or without a page: a navigation may have become a download, or have been given up."""
        self._loading = False

    def _moved(self, url: QUrl) -> None:
        """Without a load, this is the page's own doing."""
        before = self._place
        if self._loading or before is None:
            return
        self._hurry_title()
        self._address = self._view.address()
        self._titles_left = MOST_TITLES
        here = self._place = self._here(visited=True)
        is_replaced = here.index == before.index and len(here.urls) < LONGEST_SESSION
        if is_replaced or self._is_revisit(before, here) or not _is_elsewhere(before.urls[before.index], url):
            return
        self.visited.emit(False, False)
        self._title.start()

    def _titled(self) -> None:
        if not self._loading and self._titles_left:
            self._title.start()

    def _hurry_title(self) -> None:
        """Before the title becomes that of another page."""
        if self._title.isActive():
            self._title.stop()
            self._tell_title()

    def _tell_title(self) -> None:
        self._titles_left -= 1
        self.retitled.emit(self._address, self._view.title())

    def _here(self, *, visited: bool) -> _Place:
        history = not_null(self._view.history())
        urls = tuple(item.url() for item in history.items())
        return _Place(urls or (self._view.url(),), max(0, history.currentItemIndex()), visited)

    @staticmethod
    def _is_revisit(before: _Place, here: _Place) -> bool:
        """Whether the tab stands where it stood, or where it went back or forward to."""
        if here.index == before.index:
            return before.visited and here.urls[here.index] == before.urls[before.index]
        if here.index < before.index:
            return True
        return len(here.urls) == len(before.urls) and here.urls[here.index] == before.urls[here.index]


def _is_elsewhere(before: QUrl, now: QUrl) -> bool:
    bare = QUrl.UrlFormattingOption.RemoveFragment
    return before.adjusted(bare) != now.adjusted(bare) or (before != now and now.fragment().startswith(("/", "!")))
