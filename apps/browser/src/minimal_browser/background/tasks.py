"""The background work of one owner, usually a window: nothing of it calls back once the owner is closed."""

import logging
from collections.abc import Callable
from typing import TypeVar

from minimal_browser.background.background import Background
from minimal_browser.background.copilot_service import CopilotClient, CopilotService
from minimal_browser.background.stores import Stores

T = TypeVar("T")
log = logging.getLogger(__name__)


class Tasks:
    """`Background` for one owner, with a copilot session of its own. GUI thread only.

    After `close`, new work is dropped. Work that was submitted before still runs, as a write must not be lost, but its
    callbacks do not.
    """

    def __init__(self, background: Background) -> None:
        self._background = background
        self._copilot: CopilotService | None = None
        self._closed = False

    def submit(
        self,
        work: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        if not self._closed:
            self._background.submit(work, self._unless_closed(done), self._failure(failed) if failed else None)

    def with_stores(
        self,
        work: Callable[[Stores], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        if not self._closed:
            self._background.with_stores(work, self._unless_closed(done), self._failure(failed) if failed else None)

    def look_up(
        self, work: Callable[[Stores], T], done: Callable[[T], None], failed: Callable[[Exception], None]
    ) -> None:
        if not self._closed:
            self._background.look_up(work, self._unless_closed(done), self._failure(failed))

    def run_long(
        self, work: Callable[[Stores], T], done: Callable[[T], None], failed: Callable[[Exception], None]
    ) -> None:
        if not self._closed:
            self._background.run_long(work, self._unless_closed(done), self._failure(failed))

    def with_copilot(self, use: Callable[[CopilotService], None]) -> None:
        def opened(client: CopilotClient) -> None:
            if self._copilot is None:
                self._copilot = client.service()
            use(self._copilot)

        if not self._closed:
            self._background.with_copilot(self._unless_closed(opened))

    def close(self) -> None:
        """Stop calling back; cancel the answers in progress."""
        self._closed = True
        if self._copilot is not None and self._copilot.session is not None:
            self._copilot.session.close()

    def _unless_closed(self, call: Callable[[T], None] | None) -> Callable[[T], None]:
        def guarded(value: T) -> None:
            if call is not None and not self._closed:
                call(value)

        return guarded

    def _failure(self, failed: Callable[[Exception], None]) -> Callable[[Exception], None]:
        def guarded(error: Exception) -> None:
            if self._closed:
                log.error("a background job of a closed window failed: %s", error)
            else:
                failed(error)

        return guarded
