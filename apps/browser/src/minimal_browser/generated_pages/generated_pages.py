"""Shows pages that a model wrote, and the built-in widgets, in tabs of a window."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QUrl, pyqtSignal
from PyQt6.QtWebEngineCore import QWebEnginePage

from minimal_browser.background.tasks import Tasks
from minimal_browser_core.window import MessageLevel, Messages

if TYPE_CHECKING:
    from minimal_browser.generated_pages.profile import GeneratedProfile

log = logging.getLogger(__name__)


class GeneratedPages(QObject):
    """Opens each document in a new tab, without network and without access to other pages."""

    link_followed = pyqtSignal(str)
    """See `GeneratedPage.link_followed`."""

    def __init__(
        self,
        profile: "Callable[[], GeneratedProfile]",
        open_tab: Callable[[QWebEnginePage, QUrl], None],
        tasks: Tasks,
        messages: Messages,
        parent: QObject,
    ) -> None:
        """`profile` creates the isolated profile on first use. `open_tab` loads an address with a page in a new tab."""
        super().__init__(parent)
        self._profile = profile
        self._open_tab = open_tab
        self._tasks = tasks
        self._messages = messages

    def show(self, title: str, html: str) -> None:
        """Show a document in a new tab. `title` is for logs only, as the document has its own."""
        log.info("generated page: %s", title)
        profile = self._profile()
        url = profile.add(html)
        page = profile.page(url, self)
        page.refused.connect(lambda text: self._messages.show(text, MessageLevel.WARNING))
        page.link_followed.connect(self.link_followed)
        self._open_tab(page, url)

    def show_widget(self, widget_type: str, theme: str, title: str) -> None:
        def write() -> str:
            from minimal_browser_core.internal_pages.widgets import render_widget

            return render_widget(widget_type, theme, title)

        self._tasks.submit(
            write,
            lambda html: self.show(title or widget_type, html),
            lambda error: self._messages.show(str(error), MessageLevel.ERROR),
        )
