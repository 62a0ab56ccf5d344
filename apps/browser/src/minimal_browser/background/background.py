"""Stores and copilot, made on threads of their own when first needed and used from the window without waiting."""

import threading
from collections.abc import Callable
from typing import TypeVar

from PyQt6.QtCore import QObject

from minimal_browser.application.services import CopilotService, Stores
from minimal_browser.background.worker import Worker
from minimal_browser_core.errors import Interrupted

T = TypeVar("T")


class Background(QObject):
    """Four threads: one for the disk, one that makes the copilot, which may wait for a keyring to be unlocked, one that
    looks up what a person is typing, and one for what takes long; nothing waits behind another's work."""

    def __init__(
        self, open_stores: Callable[[], Stores], open_copilot: Callable[[Stores], CopilotService], parent: QObject
    ) -> None:
        """Both run in the background and do not raise: what fails is told in what they return."""
        super().__init__(parent)
        self._open_stores = open_stores
        self._open_copilot = open_copilot
        self._stores: Stores | None = None
        self._copilot: CopilotService | None = None
        self._lock = threading.Lock()
        self._ending = False
        self._disk = Worker(self)
        self._opener = Worker(self)
        self._looker = Worker(self)
        self._lengthy = Worker(self)

    def submit(
        self,
        work: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """As `Worker.submit`, for what needs no store."""
        self._disk.submit(work, done, failed)

    def with_stores(
        self,
        work: Callable[[Stores], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """As `submit`, with the stores."""
        self._disk.submit(lambda: work(self.stores()), done, failed)

    def look_up(
        self, work: Callable[[Stores], T], done: Callable[[T], None], failed: Callable[[Exception], None]
    ) -> None:
        """As `with_stores`, for what only reads, and quickly."""
        self._looker.submit(lambda: work(self.stores()), done, failed)

    def at_length(
        self, work: Callable[[Stores], T], done: Callable[[T], None], failed: Callable[[Exception], None]
    ) -> None:
        """As `with_stores`, for what may take minutes. `close` ends it early, where the stores can."""

        def begin() -> T:
            if self._ending:
                raise Interrupted("the browser is closing")
            return work(self.stores())

        self._lengthy.submit(begin, done, failed)

    def with_copilot(self, use: Callable[[CopilotService], None]) -> None:
        """Call `use` on the GUI thread: now where the copilot is there, else once it is."""
        if self._copilot is not None:
            use(self._copilot)
        else:
            self._opener.submit(self._made_copilot, use)

    def stores(self) -> Stores:
        """Not on the GUI thread: opens the databases on first use."""
        with self._lock:
            if self._stores is None:
                self._stores = self._open_stores()
            return self._stores

    def close(self) -> None:
        """Blocks until all that was submitted is done, then closes everything."""
        self._opener.close()
        self._looker.close()
        self._ending = True
        if self._stores is not None:
            self._stores.interrupt()
        self._lengthy.close()
        self._disk.close()
        if self._copilot is not None:
            self._copilot.close()
        if self._stores is not None:
            self._stores.close()

    def _made_copilot(self) -> CopilotService:
        if self._copilot is None:
            self._copilot = self._open_copilot(self.stores())
        return self._copilot
