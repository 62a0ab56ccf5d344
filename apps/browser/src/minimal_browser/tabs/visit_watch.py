"""Decides what counts as a visit of a page.

The rules are those of Firefox: a page reached by typing, by a link or by a redirect is visited; going back or forward,
reloading and reopening a closed tab are not visits. Of a chain of redirects the last address counts. A page that
changes its own address without loading (`history.pushState`) is visited at the new address, unless only the fragment
changed and is not a route (`#/`, `#!`).

The kind of a navigation is read from the tab's session history: Chromium reports a redirect by script, and going back
to a page that began as one, in the same way.
"""

from dataclasses import dataclass

from PyQt6.QtCore import QObject, QUrl, pyqtSignal
from PyQt6.QtWebEngineCore import QWebEnginePage

from minimal_browser.page.view import WebView
from minimal_browser.toolkit.not_null import not_null
from minimal_browser.toolkit.timers import once

TITLE_SETTLES_MS = 1_000
MAX_TITLES = 5
"""Titles reported for one visit: some pages change theirs forever."""
MAX_SESSION_ENTRIES = 50
"""Entries that Chromium stores for a tab; each further one replaces the oldest."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A position in the session history of a tab."""

    urls: tuple[QUrl, ...]
    index: int
    visited: bool
    """False if an error page is shown there."""


class VisitWatch(QObject):
    """Watches one view and reports its visits."""

    visited = pyqtSignal(bool, bool)
    """The current page was visited. First: its address was typed or chosen. Second: the view has its title already,
    and not that of the page before."""
    retitled = pyqtSignal(str, str)
    """The address of a visited page, and its new title."""

    def __init__(self, view: WebView) -> None:
        super().__init__(view)
        self.typed = False
        """Whether the user typed or chose the address of the navigation in progress."""
        self._view = view
        self._loading = False
        self._place: _Place | None = None
        self._address = ""
        self._titles_left = 0
        self._title = once(self, self._report_title, TITLE_SETTLES_MS)
        view.loadStarted.connect(self._started)
        view.loadFinished.connect(self._load_ended)
        view.urlChanged.connect(self._moved)
        view.titleChanged.connect(self._titled)

    def navigating(self, _url: QUrl, kind: QWebEnginePage.NavigationType) -> None:
        """Call this when a navigation of the main frame is accepted."""
        kinds = QWebEnginePage.NavigationType
        if kind not in (kinds.NavigationTypeTyped, kinds.NavigationTypeReload, kinds.NavigationTypeRedirect):
            self.typed = False

    def restored(self) -> None:
        """Call this when the view loads the history of a closed tab."""
        self._place = self._here(visited=True)

    def finished(self, ok: bool) -> None:
        """Call this when a page has loaded; `ok` is False for an error page."""
        before, here = self._place, self._here(visited=ok)
        self._place = here
        self._address = self._view.address()
        self._titles_left = MAX_TITLES if ok else 0
        if ok and (before is None or not self._is_revisit(before, here)):
            self.visited.emit(self.typed, True)
        self.typed = False

    def _started(self) -> None:
        self._loading = True
        self._report_title_now()

    def _load_ended(self, _ok: bool) -> None:
        """Also called if no page came: a navigation can become a download or be stopped."""
        self._loading = False

    def _moved(self, url: QUrl) -> None:
        """An address that changes without a load was changed by the page itself."""
        before = self._place
        if self._loading or before is None:
            return
        self._report_title_now()
        self._address = self._view.address()
        self._titles_left = MAX_TITLES
        here = self._place = self._here(visited=True)
        is_replaced = here.index == before.index and len(here.urls) < MAX_SESSION_ENTRIES
        if is_replaced or self._is_revisit(before, here) or not _is_other_page(before.urls[before.index], url):
            return
        self.visited.emit(False, False)
        self._title.start()

    def _titled(self) -> None:
        if not self._loading and self._titles_left:
            self._title.start()

    def _report_title_now(self) -> None:
        """The title is about to become that of another page."""
        if self._title.isActive():
            self._title.stop()
            self._report_title()

    def _report_title(self) -> None:
        self._titles_left -= 1
        self.retitled.emit(self._address, self._view.title())

    def _here(self, *, visited: bool) -> _Place:
        history = not_null(self._view.history())
        urls = tuple(item.url() for item in history.items())
        return _Place(urls or (self._view.url(),), max(0, history.currentItemIndex()), visited)

    @staticmethod
    def _is_revisit(before: _Place, here: _Place) -> bool:
        """Whether the tab stayed at its entry, or went back or forward to an older one."""
        if here.index == before.index:
            return before.visited and here.urls[here.index] == before.urls[before.index]
        if here.index < before.index:
            return True
        return len(here.urls) == len(before.urls) and here.urls[here.index] == before.urls[here.index]


def _is_other_page(before: QUrl, now: QUrl) -> bool:
    bare = QUrl.UrlFormattingOption.RemoveFragment
    return before.adjusted(bare) != now.adjusted(bare) or (before != now and now.fragment().startswith(("/", "!")))
