"""What happens once the first page has loaded: the browser warms up, or exits if it was started to do only that."""

import logging

from PyQt6.QtCore import QObject, QTimer
from PyQt6.QtGui import QIcon
from PyQt6.QtWidgets import QApplication

from minimal_browser.application.application import Application
from minimal_browser.tabs.tab import Tab
from minimal_browser.toolkit.timers import once
from minimal_browser.window.browser import Browser

log = logging.getLogger(__name__)

WARM_UP_MS = 150
"""From the first page's load until stores and copilot are opened: its first frame comes first."""


class FirstLoad(QObject):
    """Waits for the first page."""

    def __init__(self, application: Application, browser: Browser, exit_after_ms: int | None) -> None:
        """With `exit_after_ms`, the application quits so long after the page has loaded or failed."""
        super().__init__(application)
        self._application = application
        self._exit_after_ms = exit_after_ms
        self._warm_up_timer = once(self, self._warm_up, WARM_UP_MS)
        self.exit_code = 0
        self._browser = browser
        browser.tabs.loaded.connect(self._loaded)

    def _loaded(self, _tab: Tab, ok: bool) -> None:
        self._browser.tabs.loaded.disconnect(self._loaded)
        log.info("ready")
        if self._exit_after_ms is not None:
            self.exit_code = 0 if ok else 1
            QTimer.singleShot(self._exit_after_ms, self._application.quit)
        else:
            self._warm_up_timer.start()

    def _warm_up(self) -> None:
        if not self._application.windows:
            return
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.setWindowIcon(QIcon.fromTheme("web-browser"))
        self._application.warm_up()
