"""The first page, asked for before the rest of the window is made: its process starts in the meantime."""

from typing import NamedTuple

from PyQt6 import sip
from PyQt6.QtCore import QObject, QUrl
from PyQt6.QtWebEngineCore import QWebEngineProfile

from minimal_browser.profiles import ProfileFolder
from minimal_browser.qt.application import OWN_SCHEME
from minimal_browser.qt.page import WebPage
from minimal_browser.qt.profile import create_profile
from minimal_browser.qt.scheme import OwnPages
from minimal_browser.qt.webview import WebView
from minimal_browser_core.config import Config
from minimal_browser_core.errors import CommandError
from minimal_browser_core.urls import resolve


class FirstPage(NamedTuple):
    """What the composition goes on with. Nothing is answered or shown before the event loop runs."""

    profile: QWebEngineProfile
    own_pages: OwnPages
    view: WebView

    def discard(self) -> None:
        """Where no window comes of it: the page has to go before its profile."""
        sip.delete(self.view)
        sip.delete(self.profile)


def begin(target: str, folder: ProfileFolder, config: Config, parent: QObject) -> FirstPage:
    """Load `target`, what a person typed. CommandError where it is no address."""
    url = QUrl(resolve(target, config.browser.search_url))
    if not url.isValid():
        raise CommandError(f"{target} is not an address: {url.errorString()}")
    profile = create_profile(folder, config, parent)
    own_pages = OwnPages(profile)
    profile.installUrlSchemeHandler(OWN_SCHEME, own_pages)
    view = WebView(WebPage(profile))
    view.load(url)
    return FirstPage(profile, own_pages, view)
