"""The form on `mb://history` that deletes visits."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QUrl, pyqtSignal
from PyQt6.QtWebEngineCore import QWebEngineProfile

from minimal_browser.background.background import Background
from minimal_browser_core.window import MessageLevel

if TYPE_CHECKING:
    from minimal_browser_core.internal_pages.routes import VisitSelection
    from minimal_browser_core.storage.history import HistoryService

HISTORY_PAGE = "mb://history"


class ForgetForm(QObject):
    """Deletes what the form names from the history, and from Chromium's own list of visited links."""

    forgotten = pyqtSignal(bool)
    """Visits were deleted; True if it was the whole history."""
    message = pyqtSignal(str, MessageLevel)

    def __init__(self, background: Background, profile: QWebEngineProfile, parent: QObject) -> None:
        super().__init__(parent)
        self._background = background
        self._profile = profile

    def submit(self, url: str, done: Callable[[str], None]) -> None:
        """Delete what the address of the form names; `done` gets the address of the page to show next."""
        from minimal_browser_core.internal_pages.routes import (
            AllVisits,
            ForgetPage,
            PageAddressError,
            PageVisits,
            parse_address,
        )

        try:
            page = parse_address(url)
        except PageAddressError:
            page = None
        if not isinstance(page, ForgetPage):
            done(url)  # the page at this address says what is wrong
            return
        visits = page.visits

        def deleted(outcome: str) -> None:
            if isinstance(visits, PageVisits):
                self._profile.clearVisitedLinks([QUrl(visits.url)])
            else:
                self._profile.clearAllVisitedLinks()
            self.forgotten.emit(isinstance(visits, AllVisits))
            self.message.emit(outcome, MessageLevel.INFO)
            done(HISTORY_PAGE)

        def failed(error: Exception) -> None:
            self.message.emit(str(error), MessageLevel.ERROR)
            done(HISTORY_PAGE)

        self._background.with_stores(lambda stores: _delete(stores.history_service(), visits), deleted, failed)


def _delete(history: "HistoryService", visits: "VisitSelection") -> str:
    """Delete visits and describe the result. Runs on a background thread."""
    from minimal_browser_core.features.history.recording import recorded_address
    from minimal_browser_core.hosts.encoding import ascii_host
    from minimal_browser_core.internal_pages import routes

    match visits:
        case routes.PageVisits(url):
            count = history.forget_page(recorded_address(url) or url)
        case routes.SiteVisits(host):
            # minimal_browser 0.x stored some host names in Unicode.
            count = sum(history.forget_site(name) for name in {host, ascii_host(host)})
        case routes.DayVisits(day):
            count = history.forget_day(day)
        case routes.LastHourVisits():
            count = history.forget_since(datetime.now(UTC) - timedelta(hours=1))
        case routes.AllVisits():
            count = history.forget_all()
    return f"{count} {'visit' if count == 1 else 'visits'} forgotten" if count else "there was no such visit"
