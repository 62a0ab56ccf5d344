"""Chromium's developer tools, in a window of their own."""

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QShortcut
from PyQt6.QtWebEngineCore import QWebEngineSettings
from PyQt6.QtWebEngineWidgets import QWebEngineView

from minimal_browser.page.view import WebView
from minimal_browser.toolkit.not_null import not_null

SIZE = (1000, 700)
KEY = "F12"
"""Closes the tools from their own window, where the browser's keys do not work."""


class DeveloperTools:
    """One window of tools, for the page that was current when it was opened."""

    def __init__(self, view: Callable[[], WebView]) -> None:
        self._page_view = view
        self._view: QWebEngineView | None = None

    def toggle(self) -> None:
        if self._view is not None:
            self.close()
            return
        page = self._page_view().web_page
        view = self._view = QWebEngineView()
        view.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        view.setWindowTitle("Developer tools — Minimal Browser")
        view.resize(*SIZE)
        tools = not_null(view.page())
        not_null(tools.settings()).setAttribute(QWebEngineSettings.WebAttribute.LocalContentCanAccessFileUrls, False)
        page.setDevToolsPage(tools)
        QShortcut(KEY, view, view.close)
        view.destroyed.connect(self._destroyed)
        view.show()

    def close(self) -> None:
        if self._view is not None:
            self._view.close()

    def _destroyed(self) -> None:
        self._view = None
