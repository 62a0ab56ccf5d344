"""The messages of a window, and when they go."""

import logging
from collections.abc import Sequence

from PyQt6.QtCore import QObject

from minimal_browser.toolkit.timers import once
from minimal_browser.window.status_bar import StatusBar
from minimal_browser_core.hosts.display import display_url
from minimal_browser_core.window import MessageLevel

log = logging.getLogger(__name__)

DURATION_MS = {MessageLevel.INFO: 5_000, MessageLevel.WARNING: 10_000, MessageLevel.ERROR: 20_000}


class Messages(QObject):
    """Shows one message at a time in the status bar; without one, the address of the link under the mouse."""

    def __init__(self, status: StatusBar, parent: QObject) -> None:
        super().__init__(parent)
        self._status = status
        self._link = ""
        self._page_warning = ""
        self._clear = once(self, self.clear)
        self.text = ""
        """The message on show, in one line."""

    def show(self, text: str, level: MessageLevel = MessageLevel.INFO) -> None:
        self.text = text.replace("\n", " ")
        self._status.show_message(text, level)
        self._clear.start(DURATION_MS[level])

    def show_problems(self, problems: Sequence[str]) -> None:
        """Show all problems as one message, as a second message would replace the first."""
        if problems:
            log.error("%s", " ".join(problems))
            self.show(" ".join(problems), MessageLevel.ERROR)

    def warn_about_page(self, text: str) -> None:
        """Show a warning about the current page, until another page is shown."""
        self._page_warning = text
        self.show(text, MessageLevel.WARNING)

    def page_left(self) -> None:
        """Another page is shown: remove the warning about the one before."""
        if self._page_warning and self.text == self._page_warning:
            self.clear()
        self._page_warning = ""

    def show_link(self, url: str) -> None:
        """Show where a link leads, or "" for no link.

        It has lower priority than messages and is never shown as the page's address, because a page can focus any link
        by script: it must not fake its own address or hide a message.
        """
        self._link = url
        if not self.text:
            self._status.show_message(f"→ {display_url(url)}" if url else "", MessageLevel.INFO)

    def clear(self) -> None:
        self._clear.stop()
        self.text = ""
        self.show_link(self._link)
