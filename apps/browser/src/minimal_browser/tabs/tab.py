"""One tab: its view and page, its load error, its visits and its zoom; and what makes the tabs of a window."""

import logging
from collections.abc import Callable

from PyQt6.QtCore import QByteArray, QObject, QUrl, pyqtSignal
from PyQt6.QtGui import QColor
from PyQt6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile

from minimal_browser.page.address import shown_host, shown_url
from minimal_browser.page.page import WebPage
from minimal_browser.page.view import WebView
from minimal_browser.tabs.visit_watch import VisitWatch
from minimal_browser.toolkit.theme import current_theme
from minimal_browser_core.hosts.display import display_url
from minimal_browser_core.settings.observe import Settings

log = logging.getLogger(__name__)

WriteErrorPage = Callable[[str, str, Callable[[str], None]], None]
"""Writes the error page for an address and a reason, and passes its HTML to the function later, on the GUI thread."""


class Tab(QObject):
    """The signals that `Tabs` passes on carry the tab itself: a window listens to all of its tabs at once."""

    changed = pyqtSignal(object)
    """The title or the address changed."""
    load_started = pyqtSignal()
    progressed = pyqtSignal(int)
    """Per cent of the load in progress; 100 once it has ended."""
    loaded = pyqtSignal(object, bool)
    """A page has loaded; False if it is the error page, or the server's page about its error."""
    warned = pyqtSignal(str)
    """A warning about the page in the tab, which is void once another page loads."""
    visited = pyqtSignal(object, bool, bool)
    """See `VisitWatch.visited`."""
    retitled = pyqtSignal(str, str)
    """See `VisitWatch.retitled`."""

    def __init__(
        self, view: WebView, settings: Settings, write_error_page: WriteErrorPage, *, typed: bool = False
    ) -> None:
        """`typed`: see `load`, for what `view` is loading already."""
        super().__init__(view)
        self.view = view
        self.page = view.web_page
        self._settings = settings
        self._usual_zoom = 100
        self.apply_usual_zoom(view.target_url())
        self._write_error_page = write_error_page
        self._failed_url = QUrl()
        self._visits: VisitWatch | None = None
        view.titleChanged.connect(lambda _title: self.changed.emit(self))
        view.urlChanged.connect(lambda _url: self.changed.emit(self))
        view.loadStarted.connect(self._load_started)
        view.loadProgress.connect(self.progressed)
        view.loadFinished.connect(self._load_finished)
        if isinstance(self.page, WebPage):
            self._visits = self._watch_visits(self.page, typed)
            self.page.navigating.connect(self.apply_usual_zoom)
            self.page.load_failed.connect(self.show_error)
            self.page.status_failed.connect(self._status_failed)

    @property
    def is_web(self) -> bool:
        """Whether web pages may be loaded into this tab; a generated page stays alone in its own."""
        return self._visits is not None

    def apply_usual_zoom(self, url: QUrl) -> None:
        """Zoom as the settings say for `url`, if that is not what they said for the page before."""
        usual = self._settings.get("ui.zoom", url.toString(QUrl.ComponentFormattingOption.FullyEncoded))
        if usual != self._usual_zoom:
            self._usual_zoom = usual
            self.view.setZoomFactor(usual / 100)

    @property
    def title(self) -> str:
        return self.view.title() or display_url(self.view.address())

    def load(self, address: QUrl, *, typed: bool = False) -> None:
        """Load an address. `typed`: the user typed or chose it, which counts in the ranking of the history."""
        if self._visits is not None:
            self._visits.typed = typed
        self.view.load(address)

    def restore(self, history: QByteArray, address: QUrl) -> None:
        """Load `address` with the history of a closed tab."""
        self.view.restore_history(history)
        if self.view.history_url() != address:
            self.view.load(address)
        elif self._visits is not None:
            self._visits.restored()

    def show_error(self, url: QUrl, reason: str) -> None:
        """Show the error page in place of the page at `url`: the address stays, and reloading tries again."""
        log.info("could not load %s: %s", shown_url(url), reason)
        if self.view.shows_error() and self.view.url() == url:
            self.warned.emit(f"Tried again: {reason}")
            self.loaded.emit(self, False)
            return
        self._failed_url = url
        self._write_error_page(
            url.toString(QUrl.ComponentFormattingOption.FullyEncoded),
            reason,
            lambda html: self._show_error_page(url, html),
        )

    def close(self) -> None:
        """Delete the view and, with it, the page and this object."""
        self._failed_url = QUrl()
        self.view.deleteLater()

    def _watch_visits(self, page: WebPage, typed: bool) -> VisitWatch:
        visits = VisitWatch(self.view)
        visits.typed = typed
        page.navigating.connect(visits.navigating)
        visits.visited.connect(lambda typed, has_title: self.visited.emit(self, typed, has_title))
        visits.retitled.connect(self.retitled)
        return visits

    def _show_error_page(self, url: QUrl, html: str) -> None:
        if self._failed_url == url:
            self._failed_url = QUrl()
            self.view.setHtml(html, url)

    def _load_started(self) -> None:
        self._failed_url = QUrl()
        self.load_started.emit()

    def _load_finished(self, ok: bool) -> None:
        self.apply_usual_zoom(self.view.url())
        self.progressed.emit(100)
        if not ok:
            return
        is_page = not self.view.shows_error()
        if is_page:
            log.info("loaded %s", self.view.address())
        if self._visits is not None:
            self._visits.finished(is_page)
        self.loaded.emit(self, is_page)

    def _status_failed(self, url: QUrl, status: int) -> None:
        """The server answered with an error, and its own page about it is shown."""
        log.info("%s answered with the status %d", shown_url(url), status)
        if self._visits is not None:
            self._visits.finished(False)
        self.warned.emit(f"{shown_host(url)} answered with the status {status}")
        self.loaded.emit(self, False)


class TabFactory:
    """Makes tabs whose pages belong to one profile."""

    def __init__(self, profile: QWebEngineProfile, settings: Settings, write_error_page: WriteErrorPage) -> None:
        self._profile = profile
        self._settings = settings
        self._write_error_page = write_error_page

    def new(self) -> Tab:
        return self.for_page(self.new_page())

    def new_page(self) -> WebPage:
        return WebPage(self._profile, self._settings)

    def for_page(self, page: QWebEnginePage) -> Tab:
        """Return a tab with a view for `page`, which may belong to another profile."""
        show_window_colour_while_empty(page)
        return self.for_view(WebView(page))

    def for_view(self, view: WebView, *, typed: bool = False) -> Tab:
        """Return a tab with an existing view. `typed`: see `Tab.load`, for what the view is loading already."""
        return Tab(view, self._settings, self._write_error_page, typed=typed)


def show_window_colour_while_empty(page: QWebEnginePage) -> None:
    """Fill an empty page with the window's colour, as white would glare in the dark. Pages themselves expect white."""
    page.setBackgroundColor(QColor(current_theme().window))

    def use_white(_url: QUrl) -> None:
        page.setBackgroundColor(QColor("white"))

    page.urlChanged.connect(use_white)
