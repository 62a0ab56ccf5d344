"""Visits on their way into the history: what the settings allow, in the background."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PyQt6 import sip
from PyQt6.QtCore import QObject, QTimer, QUrl, pyqtSignal
from PyQt6.QtWebEngineCore import QWebEngineProfile

from minimal_browser.background.background import Background
from minimal_browser.page.view import ISOLATED_WORLD, WebView
from minimal_browser.toolkit.timers import once
from minimal_browser_core.features.history.recording import recorded_address
from minimal_browser_core.settings.schema import HistoryConfig

if TYPE_CHECKING:
    from minimal_browser.application.services import Stores
    from minimal_browser_core.storage.history import HistoryService

log = logging.getLogger(__name__)

TEXT_SETTLES_MS = 1_500
"""From a visit to the reading of its text: scripts may have yet to write it."""
MOST_CHARACTERS = 200_000
DAY_MS = 24 * 60 * 60 * 1_000

# Nothing of a page that asks for a password.
_TEXT = f"""
document.querySelector('input[type=password]') || !document.body
  ? '' : document.body.innerText.slice(0, {MOST_CHARACTERS})
"""


class History(QObject):
    """GUI thread only; nothing here waits."""

    recorded = pyqtSignal()
    failed = pyqtSignal(str)
    """Why the history could not be written; once for each reason."""

    def __init__(
        self, background: Background, profile: QWebEngineProfile, settings: HistoryConfig, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._background = background
        self._profile = profile
        self._settings = settings
        self._early: list[Callable[[HistoryService], None]] | None = []
        self._told: set[str] = set()

    def begin(self) -> None:
        """Store what was visited so far, and from now on at once. Until then the stores are not opened for it."""
        early, self._early = self._early or [], None
        for work in early:
            self._store(work)
        if self._settings.days:
            self._expire()
            daily = QTimer(self)
            daily.timeout.connect(self._expire)
            daily.start(DAY_MS)

    def finish(self) -> None:
        """Before the background closes."""
        if self._early:
            self.begin()

    def visited(self, view: WebView, typed: bool, has_title: bool) -> None:
        address = self._kept(view.address())
        if address is None:
            # Chromium keeps a list of its own, for the colour of links.
            self._profile.clearVisitedLinks([view.url()])
            return
        title, when = view.title() if has_title else "", datetime.now(UTC)
        self._store(lambda history: history.record(address, title, when=when, typed=typed))
        if self._settings.page_text:
            once(view, lambda: self._read(view, address), TEXT_SETTLES_MS).start()

    def retitled(self, url: str, title: str) -> None:
        address = self._kept(url)
        if address is not None and title:
            self._store(lambda history: history.set_title(address, title))

    def _kept(self, url: str) -> str | None:
        return recorded_address(url, self._settings.exclude) if self._settings.remember else None

    def _read(self, view: WebView, address: str) -> None:
        if recorded_address(view.address()) == address:
            view.web_page.runJavaScript(_TEXT, ISOLATED_WORLD, lambda text: self._keep_text(view, address, text))

    def _keep_text(self, view: WebView, address: str, text: object) -> None:
        gone = sip.isdeleted(view) or recorded_address(view.address()) != address
        if isinstance(text, str) and text and not gone:
            self._store(lambda history: self._kept_text(history, address, text))

    @staticmethod
    def _kept_text(history: "HistoryService", address: str, text: str) -> None:
        """On the worker."""
        history.set_text(address, text)
        log.info("kept the text of %s", address)

    def _expire(self) -> None:
        def expire(stores: "Stores") -> int:
            return stores.need_history().expire(self._settings.days) if stores.history is not None else 0

        # At length: the file is written anew where something goes.
        self._background.at_length(expire, lambda gone: log.info("forgot %d old visits", gone), self._not_stored)

    def _store(self, work: "Callable[[HistoryService], None]") -> None:
        if self._early is not None:
            self._early.append(work)
            return

        def do(stores: "Stores") -> None:
            if stores.history is not None:  # else it was told when they were opened
                work(stores.need_history())

        self._background.with_stores(do, lambda _none: self.recorded.emit(), self._not_stored)

    def _not_stored(self, error: Exception) -> None:
        reason = str(error)
        log.error("the history was not written: %s", reason)
        if reason not in self._told:
            self._told.add(reason)
            self.failed.emit(f"The history was not written: {reason}")


def forget_links(profile: QWebEngineProfile, url: str | None) -> None:
    """Chromium's own list of visited links: of one page, or, None, all of it."""
    if url is None:
        profile.clearAllVisitedLinks()
    else:
        profile.clearVisitedLinks([QUrl(url)])
