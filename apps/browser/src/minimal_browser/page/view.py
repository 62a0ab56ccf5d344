"""The widget that shows one page."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QByteArray, QDataStream, QEvent, QIODevice, QPointF, Qt, QUrl
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWebEngineCore import QWebEngineLoadingInfo, QWebEnginePage, QWebEngineScript
from PyQt6.QtWebEngineWidgets import QWebEngineView
from PyQt6.QtWidgets import QApplication

from minimal_browser.toolkit.not_null import not_null
from minimal_browser.toolkit.scripts import call

ISOLATED_WORLD = QWebEngineScript.ScriptWorldId.ApplicationWorld.value
"""The world in which the browser's scripts run: it shares the page's DOM, but not its names."""

BLUR = Path(__file__).with_name("blur.js")


class WebView(QWebEngineView):
    """Shows one page, which it owns."""

    def __init__(self, page: QWebEnginePage) -> None:
        super().__init__()
        self.web_page = page
        self._loading_url = QUrl()
        self._loads_data = self._is_data = False
        page.setParent(self)
        page.loadingChanged.connect(self._loading_changed)
        page.loadFinished.connect(self._load_finished)
        self.setPage(page)

    def run(self, script: Path, *arguments: object, done: Callable[[Any], None] | None = None) -> None:
        """Call the function in a JavaScript file in the page's isolated world; `done` gets what it returns.

        `done` is also called, with None, if the page is deleted first.
        """
        if done is None:
            self.web_page.runJavaScript(call(script, *arguments), ISOLATED_WORLD)
        else:
            self.web_page.runJavaScript(call(script, *arguments), ISOLATED_WORLD, done)

    def click(self, x: float, y: float) -> None:
        """Click like the mouse at a position in CSS pixels: for the page it is the user's click."""
        page = self.focusProxy()
        if page is None:
            return
        at = QPointF(x, y) * self.zoomFactor()
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        for kind, held in ((QEvent.Type.MouseButtonPress, left), (QEvent.Type.MouseButtonRelease, none)):
            event = QMouseEvent(kind, at, page.mapToGlobal(at), left, held, Qt.KeyboardModifier.NoModifier)
            QApplication.sendEvent(page, event)

    def drop_page_focus(self) -> None:
        self.run(BLUR)

    def has_text_focus(self) -> bool:
        """Whether a field of the page, in any frame, has the caret. The page cannot fake this."""
        proxy = self.focusProxy()
        return proxy is not None and bool(proxy.inputMethodQuery(Qt.InputMethodQuery.ImEnabled))

    def history_bytes(self) -> QByteArray:
        data = QByteArray()
        stream = QDataStream(data, QIODevice.OpenModeFlag.WriteOnly)
        stream << not_null(self.history())  # type: ignore[operator]  # missing in the stubs
        return data

    def restore_history(self, data: QByteArray) -> None:
        """Replace the history, and load its current entry."""
        stream = QDataStream(data, QIODevice.OpenModeFlag.ReadOnly)
        stream >> not_null(self.history())  # type: ignore[operator]  # missing in the stubs

    def history_url(self) -> QUrl:
        """The address of the history's current entry, which may not be loaded yet; empty if there is none."""
        history = not_null(self.history())
        return history.currentItem().url() if history.count() else QUrl()

    def target_url(self) -> QUrl:
        """The address that is being loaded, else the current one. Chromium's history has only the current one."""
        return self.url() if self._loading_url.isEmpty() else self._loading_url

    def _loading_changed(self, info: QWebEngineLoadingInfo) -> None:
        status, kinds = info.status(), QWebEngineLoadingInfo.LoadStatus
        started = status == kinds.LoadStartedStatus
        by_server = info.errorDomain() == QWebEngineLoadingInfo.ErrorDomain.HttpStatusCodeDomain
        if started:
            self._loads_data = info.url().scheme() == "data"
        elif status == kinds.LoadFailedStatus and by_server:
            self._is_data = False  # the server sent a page of its own
        self._loading_url = info.url() if started and not self._loads_data else QUrl()

    def _load_finished(self, ok: bool) -> None:
        if ok:
            self._is_data = self._loads_data

    def shows_error(self) -> bool:
        """Whether the view shows the browser's error page in place of the page at this address.

        Chromium loads an error page as `data:` under another address, which it does with nothing else; also after a
        reload and on the way back.
        """
        return self._is_data and self.url().scheme() != "data"

    def address(self) -> str:
        """The address for commands and for what is stored, with its host name in ASCII; "" before any page was opened.

        To show it, use `display_url`.
        """
        url = self.url()
        if url.isEmpty() or url == QUrl("about:blank"):
            return ""
        if url.scheme() == "mb":  # Qt adds a path to mb:// addresses, which no user types
            return url.toString().replace("/?", "?").removesuffix("/")
        return url.toString().replace(url.host(), url.host(QUrl.ComponentFormattingOption.FullyEncoded), 1)
