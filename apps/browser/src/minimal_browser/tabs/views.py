"""Makes the views that tabs show, and carries what their pages tell to the rest of the window."""

import json
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QUrl, pyqtSignal
from PyQt6.QtGui import QColor
from PyQt6.QtWebEngineCore import (
    QWebEngineFindTextResult,
    QWebEngineFullScreenRequest,
    QWebEngineNewWindowRequest,
    QWebEnginePage,
    QWebEngineProfile,
)

from minimal_browser.internal_pages.writer import CRASHED
from minimal_browser.page.page import WebPage
from minimal_browser.page.view import WebView
from minimal_browser.tabs.tabs import ClosedTab
from minimal_browser.tabs.visit_watch import VisitWatch
from minimal_browser.toolkit.theme import current_theme
from minimal_browser.window.window import BrowserWindow
from minimal_browser_core.window import MessageLevel, OpenTarget

if TYPE_CHECKING:
    from PyQt6.QtNetwork import QAuthenticator

    from minimal_browser.generated_pages.generated import GeneratedWorld

log = logging.getLogger(__name__)

ErrorPage = Callable[[str, str, Callable[[str], None]], None]
"""Writes the page for an address and a reason, and hands over its HTML later, on the GUI thread."""


class Views(QObject):
    message = pyqtSignal(str, MessageLevel)
    loaded = pyqtSignal(WebView, bool)
    """A page has loaded, or, False, what stands there is our error page."""
    found = pyqtSignal(QWebEngineFindTextResult)
    visited = pyqtSignal(WebView, bool, bool)
    """As `VisitWatch.visited`, and in which view."""
    retitled = pyqtSignal(str, str)
    """As `VisitWatch.retitled`."""
    link_proposed = pyqtSignal(str)
    """A generated page wants to open this http or https address; the person decides."""

    def __init__(
        self, window: BrowserWindow, profile: QWebEngineProfile, error_page: ErrorPage, *, zoom: int = 100
    ) -> None:
        """`zoom` in per cent."""
        super().__init__(window)
        self._zoom = zoom / 100
        self._window = window
        self._profile = profile
        self._error_page = error_page
        self._generated: GeneratedWorld | None = None
        self._failed: dict[WebView, QUrl] = {}
        self._said = ""
        self._watches: dict[WebView, VisitWatch] = {}
        window.tabs.current_changed.connect(self._shown)

    def add(self, where: OpenTarget, index: int | None = None) -> WebView:
        view = WebView(WebPage(self._profile))
        colour_while_empty(view.web_page)
        self.adopt(view, where, index)
        return view

    def adopt(self, view: WebView, where: OpenTarget, index: int | None = None, *, typed: bool = False) -> None:
        """Give a view of a `WebPage` its tab. `typed` as of `load`, for what it is loading already."""
        page = view.web_page
        if not isinstance(page, WebPage):
            raise TypeError("only a view of a WebPage can be adopted")
        page.refused.connect(self._refused)
        page.load_failed.connect(lambda url, reason: self.show_error(view, url, reason))
        page.status_failed.connect(lambda url, status: self._status_failed(view, url, status))
        page.window_wanted.connect(self._window_wanted)
        page.fullScreenRequested.connect(self._full_screen)
        page.authenticationRequired.connect(lambda url, authenticator: self._authenticate(view, url, authenticator))
        page.proxyAuthenticationRequired.connect(self._authenticate_proxy)
        page.renderProcessTerminated.connect(lambda status, _code: self._crashed(view, status))
        watch = self._watches[view] = VisitWatch(view)
        watch.typed = typed
        page.navigating.connect(watch.navigating)
        watch.visited.connect(lambda typed, has_title: self.visited.emit(view, typed, has_title))
        watch.retitled.connect(self.retitled)
        view.destroyed.connect(lambda: self._watches.pop(view, None))
        self._connect(view, where, index)

    def reopen(self, closed: ClosedTab) -> None:
        """A closed tab again, with its history, at the page that it was at or was going to."""
        view = self.add(OpenTarget.TAB, index=closed.index)
        view.restore_history(closed.history)
        if view.at_entry() == closed.url:
            self._watches[view].restored()
        else:
            view.load(closed.url)

    def load(self, view: WebView, address: QUrl, *, typed: bool) -> None:
        """`typed` says that the person typed or chose the address, for the history's ranking."""
        self._watches[view].typed = typed
        view.load(address)

    def add_generated(self, title: str, html: str) -> WebView:
        """HTML that nobody trusts, in a world of its own."""
        from minimal_browser.generated_pages.generated import GeneratedWorld

        if self._generated is None:
            self._generated = GeneratedWorld(self)
        url = self._generated.add(html)
        page = self._generated.page(url, self)
        view = WebView(page)
        colour_while_empty(page)
        page.refused.connect(self._refused)
        page.link_followed.connect(self.link_proposed)
        self._connect(view, OpenTarget.TAB, None)
        view.setProperty("label", title)
        view.load(url)
        return view

    def reload(self, view: WebView, *, bypass_cache: bool) -> None:
        """Where our error page stands, try its address again; a page that comes then takes the error's place."""
        if not view.shows_error():
            action = QWebEnginePage.WebAction
            view.triggerPageAction(action.ReloadAndBypassCache if bypass_cache else action.Reload)
        elif view.url().scheme() in ("http", "https"):
            view.run(
                f"location.replace({json.dumps(view.url().toString(QUrl.ComponentFormattingOption.FullyEncoded))})"
            )
        else:  # such a script may not go to other schemes
            view.load(view.url())

    def is_web(self, view: WebView) -> bool:
        """Whether a page of the web may be loaded into this view."""
        return view.web_page.profile() is self._profile

    def show_error(self, view: WebView, url: QUrl, reason: str) -> None:
        """Our page in place of the one at `url`: the address stays, and reloading tries again."""
        log.info("could not load %s: %s", url.toDisplayString(), reason)
        if view.shows_error() and view.url() == url:
            self._say(f"Tried again: {reason}")
            self.loaded.emit(view, False)
            return
        self._failed[view] = url
        self._error_page(url.toDisplayString(), reason, lambda html: self._replace(view, url, html))

    def close(self) -> None:
        """Every view and page, before their profile goes."""
        for view in self._window.tabs.views():
            self._window.tabs.stack.removeWidget(view)
            view.deleteLater()

    def _connect(self, view: WebView, where: OpenTarget, index: int | None) -> None:
        page = view.web_page
        page.findTextFinished.connect(self.found)
        page.linkHovered.connect(lambda url: self._link_pointed_at(view, url))
        view.titleChanged.connect(lambda _title: self._tell(view))
        view.urlChanged.connect(lambda _url: self._tell(view))
        view.loadStarted.connect(lambda: self._load_started(view))
        view.loadProgress.connect(lambda percent: self._progress(view, percent))
        view.loadFinished.connect(lambda ok: self._load_finished(view, ok))
        view.destroyed.connect(lambda: self._failed.pop(view, None))
        view.setZoomFactor(self._zoom)
        self._window.tabs.add(view, select=where is not OpenTarget.BACKGROUND_TAB, index=index)

    def _tell(self, view: WebView) -> None:
        if view is self._window.tabs.current():
            self._window.status.show_url(view.address())
            title = view.title() or view.address()
            self._window.setWindowTitle(f"{title} — Minimal Browser" if title else "Minimal Browser")

    def _shown(self, view: WebView) -> None:
        self._window.status.show_link("")
        self._drop_message()
        self._tell(view)

    def _link_pointed_at(self, view: WebView, url: str) -> None:
        if view is self._window.tabs.current():
            self._window.status.show_link(url)

    def _load_started(self, view: WebView) -> None:
        self._failed.pop(view, None)
        if view is self._window.tabs.current():
            self._drop_message()

    def _say(self, text: str) -> None:
        """Something about the page in view, which the next one does not want to hear."""
        self._said = text
        self.message.emit(text, MessageLevel.WARNING)

    def _drop_message(self) -> None:
        if self._said and self._window.status.message == self._said:
            self._window.status.clear_message()
        self._said = ""

    def _progress(self, view: WebView, percent: int) -> None:
        if view is self._window.tabs.current():
            self._window.status.show_progress(percent)

    def _load_finished(self, view: WebView, ok: bool) -> None:
        self._progress(view, 100)
        if not ok:
            return
        failed = view.shows_error()
        if not failed:
            log.info("loaded %s", view.address())
        if view in self._watches:
            self._watches[view].finished(not failed)
        self.loaded.emit(view, not failed)

    def _status_failed(self, view: WebView, url: QUrl, status: int) -> None:
        """The server's own page for an error is what stands there."""
        log.info("%s answered with the status %d", url.toDisplayString(), status)
        self._watches[view].finished(False)
        if view is self._window.tabs.current():
            self._say(f"{url.host()} answered with the status {status}")
        self.loaded.emit(view, False)

    def _replace(self, view: WebView, url: QUrl, html: str) -> None:
        if self._failed.get(view) == url:
            del self._failed[view]
            view.setHtml(html, url)

    def _refused(self, text: str) -> None:
        self.message.emit(text, MessageLevel.WARNING)

    def _window_wanted(self, request: QWebEngineNewWindowRequest) -> None:
        background = request.destination() == QWebEngineNewWindowRequest.DestinationType.InNewBackgroundTab
        view = self.add(OpenTarget.BACKGROUND_TAB if background else OpenTarget.TAB)
        request.openIn(view.web_page)

    def _full_screen(self, request: QWebEngineFullScreenRequest) -> None:
        request.accept()
        self._window.fill_screen(request.toggleOn())

    def _authenticate(self, view: WebView, url: QUrl, authenticator: "QAuthenticator") -> None:
        from minimal_browser.prompts import credentials

        asks = credentials.asker(url)
        if asks == credentials.asker(view.wanted()):
            credentials.ask(self._window, asks, authenticator, encrypted=url.scheme() == "https")
        else:  # a picture of another host, in a page that would be taken for the one that asks
            self._say(f"{asks} wanted a name and a password for a part of this page: refused")
            credentials.refuse(authenticator)

    def _authenticate_proxy(self, _url: QUrl, authenticator: "QAuthenticator", host: str) -> None:
        from minimal_browser.prompts import credentials

        credentials.ask(self._window, f"The proxy {host}", authenticator, encrypted=False)

    def _crashed(self, view: WebView, status: QWebEnginePage.RenderProcessTerminationStatus) -> None:
        if status != QWebEnginePage.RenderProcessTerminationStatus.NormalTerminationStatus:
            self.show_error(view, view.url(), CRASHED)


def colour_while_empty(page: QWebEnginePage) -> None:
    """The window's colour until there is a page: white would glare in the dark. Pages themselves count on white."""
    page.setBackgroundColor(QColor(current_theme().window))
    page.urlChanged.connect(lambda _url: page.setBackgroundColor(QColor("white")))
