"""Records visits in the history, in the background and as far as the settings allow."""

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6 import sip
from PyQt6.QtCore import QObject, QTimer, pyqtSignal
from PyQt6.QtWebEngineCore import QWebEngineProfile

from minimal_browser.background.background import Background
from minimal_browser.page.view import WebView
from minimal_browser.toolkit.timers import once
from minimal_browser_core.features.history.recording import recorded_address
from minimal_browser_core.settings.observe import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from minimal_browser.background.stores import Stores
    from minimal_browser_core.storage.history import HistoryService

log = logging.getLogger(__name__)

TEXT_SETTLES_MS = 1_500
"""From a visit until its text is read: scripts may still be writing it."""
MAX_CHARACTERS = 200_000
DAY_MS = 24 * 60 * 60 * 1_000
PAGE_TEXT = Path(__file__).with_name("page_text.js")


class HistoryRecorder(QObject):
    """Records the visits of all windows that are not private. GUI thread only; nothing here blocks."""

    recorded = pyqtSignal()
    failed = pyqtSignal(str)
    """Why the history could not be written; once for each reason."""

    def __init__(self, background: Background, profile: QWebEngineProfile, settings: Settings, parent: QObject) -> None:
        super().__init__(parent)
        self._background = background
        self._profile = profile
        self._settings = settings
        self._waiting: list[Callable[[HistoryService], None]] | None = []
        """What was visited before `start`; None from then on."""
        self._reported: set[str] = set()

    @property
    def started(self) -> bool:
        return self._waiting is None

    def start(self) -> None:
        """Store the visits so far, and from now on at once. Until then the stores need not be open."""
        waiting, self._waiting = self._waiting or [], None
        for work in waiting:
            self._store(work)
        self._expire()
        daily = QTimer(self)
        daily.timeout.connect(self._expire)
        daily.start(DAY_MS)
        self._settings.on_change("history.days", self._expire)

    def finish(self) -> None:
        """Store what still waits for `start`. Call this before the background closes."""
        if self._waiting:
            self.start()

    def visited(self, view: WebView, typed: bool, has_title: bool) -> None:
        """Record a visit of the page in `view`; see `VisitWatch.visited`."""
        address = self._recordable(view.address())
        if address is None:
            # Chromium has a list of its own, for the colour of links.
            self._profile.clearVisitedLinks([view.url()])
            return
        title, when = view.title() if has_title else "", datetime.now(UTC)
        self._store(lambda history: history.record(address, title, when=when, typed=typed))
        if self._settings.values.history.page_text:
            once(view, lambda: self._read_text(view, address), TEXT_SETTLES_MS).start()

    def retitled(self, url: str, title: str) -> None:
        address = self._recordable(url)
        if address is not None and title:
            self._store(lambda history: history.set_title(address, title))

    def _recordable(self, url: str) -> str | None:
        config = self._settings.values.history
        return recorded_address(url, config.exclude) if config.remember else None

    def _read_text(self, view: WebView, address: str) -> None:
        def read(text: object) -> None:
            left = sip.isdeleted(view) or recorded_address(view.address()) != address
            if isinstance(text, str) and text and not left:
                self._store(lambda history: _store_text(history, address, text))

        if recorded_address(view.address()) == address:
            view.run(PAGE_TEXT, MAX_CHARACTERS, done=read)

    def _expire(self) -> None:
        days = self._settings.values.history.days
        if not days:
            return

        def expire(stores: "Stores") -> int:
            return stores.history_service().expire(days) if stores.history is not None else 0

        # Long, as the file is rewritten if anything is deleted.
        self._background.run_long(expire, lambda count: log.info("forgot %d old visits", count), self._failed_to_store)

    def _store(self, work: "Callable[[HistoryService], None]") -> None:
        if self._waiting is not None:
            self._waiting.append(work)
            return

        def store(stores: "Stores") -> None:
            if stores.history is not None:  # else the problem was reported when the stores were opened
                work(stores.history_service())

        self._background.with_stores(store, lambda _none: self.recorded.emit(), self._failed_to_store)

    def _failed_to_store(self, error: Exception) -> None:
        reason = str(error)
        log.error("the history was not written: %s", reason)
        if reason not in self._reported:
            self._reported.add(reason)
            self.failed.emit(f"The history was not written: {reason}")


def _store_text(history: "HistoryService", address: str, text: str) -> None:
    """Runs on a background thread."""
    history.set_text(address, text)
    log.info("stored the text of %s", address)
