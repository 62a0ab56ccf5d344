"""Chromium's developer tools, in a window of their own."""

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QShortcut
from PyQt6.QtWebEngineCore import QWebEnginePage, QWebEngineSettings
from PyQt6.QtWebEngineWidgets import QWebEngineView

from minimal_browser.toolkit.not_null import not_null

SIZE = (1000, 700)
KEY = "F12"
"""Closes them from their own window, where the browser's keys do not count."""


class DeveloperTools:
    """One window, for the page that was current when it opened."""

    def __init__(self) -> None:
        self._view: QWebEngineView | None = None

    def toggle(self, page: QWebEnginePage) -> None:
        if self._view is not None:
            self.close()
            return
        view = self._view = QWebEngineView()
        view.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        view.setWindowTitle("Developer tools — Minimal Browser")
        view.resize(*SIZE)
        tools = not_null(view.page())
        not_null(tools.settings()).setAttribute(QWebEngineSettings.WebAttribute.LocalContentCanAccessFileUrls, False)
        page.setDevToolsPage(tools)
        QShortcut(KEY, view, view.close)
        view.destroyed.connect(self._gone)
        view.show()

    def close(self) -> None:
        if self._view is not None:
            self._view.close()

    def _gone(self) -> None:
        self._view = None
