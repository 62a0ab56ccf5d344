"""The first window with only a page in it: all that the first paint needs.

The rest of the browser is imported and created once the page is painted, or takes long. Until then keys and the signals
of the page are held back; `hand_over_events` passes them on.
"""

import contextlib
import threading
from collections.abc import Callable
from typing import Any

from PyQt6 import sip
from PyQt6.QtCore import QCoreApplication, QEvent, QObject, QTimer, QUrl, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QWindow
from PyQt6.QtWidgets import QApplication

from minimal_browser.internal_pages.scheme_handler import InternalPageHandler
from minimal_browser.page.address import valid_url
from minimal_browser.page.page import WebPage
from minimal_browser.page.view import WebView
from minimal_browser.profile.folder import ProfileFolder
from minimal_browser.profile.web_profile import create_profile
from minimal_browser.toolkit.schemes import INTERNAL_SCHEME
from minimal_browser.window.window import BrowserWindow
from minimal_browser_core.settings.observe import Settings
from minimal_browser_core.urls import resolve

PAINT_MS = 60
"""From the end of a load until the page is surely painted."""
PATIENCE_MS = 400
"""How long the rest of the browser waits for a page that is still loading."""


class FirstWindow(QObject):
    """The window, its page, and the profile and handler of internal pages that the application takes over."""

    ready = pyqtSignal()
    """The rest of the browser may be created: `imports` has run on a thread of its own."""

    def __init__(self, url: QUrl, folder: ProfileFolder, settings: Settings, application: QApplication) -> None:
        super().__init__(application)
        self.profile = create_profile(folder, settings, application)
        self.internal_page_handler = InternalPageHandler(self.profile)
        self.profile.installUrlSchemeHandler(INTERNAL_SCHEME, self.internal_page_handler)
        page = WebPage(self.profile, settings)
        self.view = WebView(page)
        self._held_signals: list[tuple[Any, tuple[Any, ...]]] = []
        for signal in (
            self.view.titleChanged,
            self.view.urlChanged,
            self.view.iconChanged,
            page.refused,
            page.load_failed,
            page.status_failed,
            self.view.loadFinished,
        ):
            signal.connect(lambda *values, signal=signal: self._held_signals.append((signal, values)))
        self.view.load(url)
        self._is_internal = url.scheme() == INTERNAL_SCHEME.decode()
        self.window = BrowserWindow(self.view)
        self.window.show()
        self._keys = _HeldKeys(self.window.windowHandle(), self)
        self._imports: Callable[[], None] | None = None
        self._thread: threading.Thread | None = None

    def prepare(self, imports: Callable[[], None]) -> None:
        """Run `imports` on a thread once the page is painted or takes long, then emit `ready`."""
        self._imports = imports
        if self._is_internal:
            self._start_imports()  # its HTML is written by what is imported
            return
        self.view.loadFinished.connect(lambda _ok: QTimer.singleShot(PAINT_MS, self._start_imports))
        QTimer.singleShot(PATIENCE_MS, self._start_imports)

    def hand_over_events(self) -> None:
        """Send the held keys and signals. Call this once, when the browser listens to the page and to the keys."""
        self._keys.release()
        held, self._held_signals = self._held_signals, []
        for signal, values in held:
            signal.emit(*values)

    def discard(self) -> None:
        """Delete everything, if the browser could not be created. A page must be deleted before its profile."""
        if self._thread is not None:
            self._thread.join()
        sip.delete(self.window)
        sip.delete(self.profile)

    def _start_imports(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._import, name="imports")
            self._thread.start()

    def _import(self) -> None:
        # The import on the main thread, which follows, raises the error again.
        with contextlib.suppress(ImportError):
            if self._imports is not None:
                self._imports()
        self.ready.emit()


class _HeldKeys(QObject):
    """Holds the keys that are pressed in a window which cannot handle them yet, and presses them again when it can."""

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


def show_first_window(target: str, folder: ProfileFolder, settings: Settings, application: QApplication) -> FirstWindow:
    """Show a window that loads `target`, as typed by the user. CommandError if it is not an address."""
    return FirstWindow(valid_url(resolve(target, settings.values.browser.search_url)), folder, settings, application)
