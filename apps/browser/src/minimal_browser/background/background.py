"""The background threads of the process, and what they open on first use: the stores and the copilot's client."""

import threading
from collections.abc import Callable
from typing import TypeVar

from PyQt6.QtCore import QObject

from minimal_browser.background.copilot_service import CopilotClient
from minimal_browser.background.stores import Stores
from minimal_browser.background.worker import Worker
from minimal_browser_core.errors import Interrupted

T = TypeVar("T")


class Background(QObject):
    """Four threads, so that no kind of work waits for another: writing, reading, long work, and opening the copilot,
    which may wait until the user unlocks a keyring. Windows use it through `Tasks`.
    """

    def __init__(
        self, open_stores: Callable[[], Stores], open_copilot: Callable[[Stores], CopilotClient], parent: QObject
    ) -> None:
        """Both functions run on a thread and do not raise: their results name the problems."""
        super().__init__(parent)
        self._open_stores = open_stores
        self._open_copilot = open_copilot
        self._stores: Stores | None = None
        self._copilot: CopilotClient | None = None
        self._lock = threading.Lock()
        self._closing = False
        self._disk = Worker(self)
        self._opener = Worker(self)
        self._reader = Worker(self)
        self._long = Worker(self)

    def submit(
        self,
        work: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        self._disk.submit(work, done, failed)

    def with_stores(
        self,
        work: Callable[[Stores], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        self._disk.submit(lambda: work(self.stores()), done, failed)

    def look_up(
        self, work: Callable[[Stores], T], done: Callable[[T], None], failed: Callable[[Exception], None]
    ) -> None:
        """Run a short `work` that only reads the stores."""
        self._reader.submit(lambda: work(self.stores()), done, failed)

    def run_long(
        self, work: Callable[[Stores], T], done: Callable[[T], None], failed: Callable[[Exception], None]
    ) -> None:
        """Run a `work` that may take minutes. `close` interrupts it if the stores can."""

        def run() -> T:
            if self._closing:
                raise Interrupted("the browser is closing")
            return work(self.stores())

        self._long.submit(run, done, failed)

    def with_copilot(self, use: Callable[[CopilotClient], None]) -> None:
        """Call `use` on the GUI thread: at once if the client is open, else once it is."""
        if self._copilot is not None:
            use(self._copilot)
        else:
            self._opener.submit(self._opened_copilot, use)

    def stores(self) -> Stores:
        """Open the databases on first use. Not for the GUI thread."""
        with self._lock:
            if self._stores is None:
                self._stores = self._open_stores()
            return self._stores

    def close(self) -> None:
        """Block until all submitted work is done, then close the client and the stores."""
        self._opener.close()
        self._reader.close()
        self._closing = True
        if self._stores is not None:
            self._stores.interrupt()
        self._long.close()
        self._disk.close()
        if self._copilot is not None:
            self._copilot.close()
        if self._stores is not None:
            self._stores.close()

    def _opened_copilot(self) -> CopilotClient:
        if self._copilot is None:
            self._copilot = self._open_copilot(self.stores())
        return self._copilot
