"""Shows in the window what happens in its tabs: address, title, progress, messages, and requests of pages."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QUrl
from PyQt6.QtWebEngineCore import QWebEngineFullScreenRequest

from minimal_browser.find.finder import Finder
from minimal_browser.page.page import WebPage
from minimal_browser.tabs.tab import Tab
from minimal_browser.tabs.tabs import Tabs
from minimal_browser.window.messages import Messages
from minimal_browser.window.status_bar import StatusBar
from minimal_browser.window.window import BrowserWindow
from minimal_browser_core.hosts.display import display_url
from minimal_browser_core.window import MessageLevel

if TYPE_CHECKING:
    from PyQt6.QtNetwork import QAuthenticator


class TabListeners(QObject):
    """Listens to all tabs of a window; most of it concerns only the current one."""

    def __init__(
        self, window: BrowserWindow, tabs: Tabs, status: StatusBar, messages: Messages, find: Finder, name: str
    ) -> None:
        super().__init__(window)
        self._window = window
        self._tabs = tabs
        self._status = status
        self._messages = messages
        self._find = find
        self._name = name
        tabs.added.connect(self._added)
        tabs.current_changed.connect(self._current_changed)
        tabs.changed.connect(self._changed)

    def _added(self, tab: Tab) -> None:
        messages = self._messages
        tab.page.findTextFinished.connect(self._find.show_result)
        tab.load_started.connect(self._if_current(tab, messages.page_left))
        tab.progressed.connect(self._if_current(tab, self._status.show_progress))
        tab.warned.connect(self._if_current(tab, messages.warn_about_page))
        tab.page.linkHovered.connect(self._if_current(tab, messages.show_link))
        if isinstance(tab.page, WebPage):
            tab.page.refused.connect(self._refused)
            tab.page.fullScreenRequested.connect(self._full_screen)
            tab.page.authenticationRequired.connect(lambda url, form: self._authenticate(tab, url, form))
            tab.page.proxyAuthenticationRequired.connect(self._authenticate_to_proxy)

    def _current_changed(self, tab: Tab) -> None:
        self._messages.show_link("")
        self._messages.page_left()
        self._changed(tab)

    def _changed(self, tab: Tab) -> None:
        if tab is self._tabs.current():
            self._status.url.show_text(display_url(tab.view.address()))
            self._window.setWindowTitle(f"{tab.title} — {self._name}" if tab.title else self._name)

    def _if_current(self, tab: Tab, show: Callable[..., None]) -> Callable[..., None]:
        def show_if_current(*values: object) -> None:
            if tab is self._tabs.current():
                show(*values)

        return show_if_current

    def _refused(self, text: str) -> None:
        self._messages.show(text, MessageLevel.WARNING)

    def _full_screen(self, request: QWebEngineFullScreenRequest) -> None:
        request.accept()
        self._window.fill_screen(request.toggleOn())

    def _authenticate(self, tab: Tab, url: QUrl, authenticator: "QAuthenticator") -> None:
        from minimal_browser.prompts import authentication

        requester = authentication.requester_name(url)
        if requester == authentication.requester_name(tab.view.target_url()):
            authentication.ask(self._window, requester, authenticator, encrypted=url.scheme() == "https")
        else:  # an image of another host: the user would think that the page asks
            text = f"{requester} asked for a name and a password for a part of this page: refused"
            self._messages.warn_about_page(text)
            authentication.refuse(authenticator)

    def _authenticate_to_proxy(self, _url: QUrl, authenticator: "QAuthenticator", host: str) -> None:
        from minimal_browser.prompts import authentication

        authentication.ask(self._window, f"The proxy {host}", authenticator, encrypted=False)
