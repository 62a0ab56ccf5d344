"""Makes the tabs of a window."""

from PyQt6.QtCore import QUrl
from PyQt6.QtGui import QColor
from PyQt6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile

from minimal_browser.page.page import WebPage
from minimal_browser.page.view import WebView
from minimal_browser.tabs.tab import Tab, WriteErrorPage
from minimal_browser.toolkit.theme import current_theme
from minimal_browser_core.settings.observe import Settings


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
