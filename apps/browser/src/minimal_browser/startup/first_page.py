"""The first page, in a window with nothing else in it yet: all that the first paint needs, and no more.

What makes the window a browser is imported and made once the page has been painted, or takes its time. Until then keys
are held, and what the page tells is noted; `hand_over` gives both to the browser.
"""

import contextlib
import threading
from collections.abc import Callable
from typing import Any

from PyQt6 import sip
from PyQt6.QtCore import QCoreApplication, QEvent, QObject, QTimer, QUrl, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QWindow
from PyQt6.QtWidgets import QApplication

from minimal_browser.internal_pages.scheme import OwnPages
from minimal_browser.page.page import WebPage
from minimal_browser.page.view import WebView
from minimal_browser.profile.folder import ProfileFolder
from minimal_browser.profile.web_profile import create_profile
from minimal_browser.startup.qt_application import OWN_SCHEME
from minimal_browser.window.window import BrowserWindow
from minimal_browser_core.errors import CommandError
from minimal_browser_core.settings.schema import Config
from minimal_browser_core.urls import resolve

PAINT_MS = 60
"""From a page's being loaded to its being painted, with room to spare."""
PATIENCE_MS = 400
"""How long a page that is still loading keeps the window bare."""


class FirstPage(QObject):
    ready = pyqtSignal()
    """The rest may be made: the time has come, and `imports` has run on a thread of its own."""

    def __init__(self, url: QUrl, folder: ProfileFolder, config: Config, application: QApplication) -> None:
        super().__init__(application)
        self.profile = create_profile(folder, config, application)
        self.own_pages = OwnPages(self.profile)
        self.profile.installUrlSchemeHandler(OWN_SCHEME, self.own_pages)
        page = WebPage(self.profile)
        self.view = WebView(page)
        self._missed: list[tuple[Any, tuple[Any, ...]]] = []
        for signal in (
            self.view.titleChanged,
            self.view.urlChanged,
            self.view.iconChanged,
            page.refused,
            page.load_failed,
            page.status_failed,
            self.view.loadFinished,
        ):
            signal.connect(lambda *told, signal=signal: self._missed.append((signal, told)))
        self.view.load(url)
        self._is_own = url.scheme() == OWN_SCHEME.decode()
        self.window = BrowserWindow(self.view)
        self.window.show()
        self._keys = _HeldKeys(self.window.windowHandle(), self)
        self._imports: Callable[[], None] | None = None
        self._thread: threading.Thread | None = None

    def prepare(self, imports: Callable[[], None]) -> None:
        """Have `imports` run when its time comes, and then tell `ready`."""
        self._imports = imports
        if self._is_own:
            self._go_on()  # its HTML is written by what is still to be imported
            return
        self.view.loadFinished.connect(lambda _ok: QTimer.singleShot(PAINT_MS, self._go_on))
        QTimer.singleShot(PATIENCE_MS, self._go_on)

    def hand_over(self) -> None:
        """To be called once, when the browser listens to the page and to the window's keys."""
        self._keys.release()
        missed, self._missed = self._missed, []
        for signal, told in missed:
            signal.emit(*told)

    def discard(self) -> None:
        """Where no browser comes of it: the page has to go before its profile."""
        if self._thread is not None:
            self._thread.join()
        sip.delete(self.window)
        sip.delete(self.profile)

    def _go_on(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._import, name="imports")
            self._thread.start()

    def _import(self) -> None:
        # What cannot be imported here, the import that follows will tell.
        with contextlib.suppress(ImportError):
            if self._imports is not None:
                self._imports()
        self.ready.emit()


class _HeldKeys(QObject):
    """Keeps the keys pressed in a window that cannot act on them yet, and presses them again when it can."""

    def __init__(self, window: QWindow | None, parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        self._held: list[QKeyEvent] = []
        if window is not None:
            window.installEventFilter(self)

    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:  # noqa: N802
        if isinstance(a1, QKeyEvent):
            copy = a1.clone()
            if copy is not None:
                self._held.append(copy)
            return True
        return False

    def release(self) -> None:
        if self._window is None or sip.isdeleted(self._window):
            return
        self._window.removeEventFilter(self)
        for event in self._held:
            QCoreApplication.sendEvent(self._window, event)
        self._held.clear()


def begin(target: str, folder: ProfileFolder, config: Config, application: QApplication) -> FirstPage:
    """Show a window that loads `target`, what a person typed. CommandError where it is no address."""
    url = QUrl(resolve(target, config.browser.search_url))
    if not url.isValid():
        raise CommandError(f"{target} is not an address: {url.errorString()}")
    return FirstPage(url, folder, config, application)
