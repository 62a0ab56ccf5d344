"""The background work of one owner, usually a window: nothing of it calls back once the owner is closed."""

import logging
from collections.abc import Callable
from typing import TypeVar

from minimal_browser.background.background import Background, Jobs, Thread
from minimal_browser.background.copilot_service import CopilotService
from minimal_browser.background.stores import Stores
from minimal_browser.background.worker import Done, Failed

T = TypeVar("T")
log = logging.getLogger(__name__)


class Tasks(Jobs):
    """`Background` for one owner, with a copilot session of its own. GUI thread only.

    After `close`, new work is dropped. Work that was submitted before still runs, as a write must not be lost, but its
    callbacks do not.
    """

    def __init__(self, background: Background) -> None:
        self._background = background
        self._copilot: CopilotService | None = None
        self._closed = False

    def stores(self, *, interruptible: bool = False) -> Stores:
        return self._background.stores(interruptible=interruptible)

    def with_copilot(self, use: Callable[[CopilotService], None]) -> None:
        """Call `use` on the GUI thread with this owner's copilot: at once if it is open, else once it is."""

        def opened(service: CopilotService) -> None:
            if self._closed:
                return
            if self._copilot is None:
                self._copilot = service.with_session()
            use(self._copilot)

        if not self._closed:
            self._background.with_copilot(opened)

    def close(self) -> None:
        """Stop calling back; cancel the answers in progress."""
        self._closed = True
        if self._copilot is not None and self._copilot.session is not None:
            self._copilot.session.close()

    def run(self, thread: Thread, work: Callable[[], T], done: Done[T] | None, failed: Failed | None) -> None:
        def report(value: T) -> None:
            if done is not None and not self._closed:
                done(value)

        def report_failure(error: Exception) -> None:
            if self._closed:
                log.error("a background job of a closed window failed: %s", error)
            elif failed is not None:
                failed(error)

        if not self._closed:
            self._background.run(thread, work, report, report_failure if failed else None)
