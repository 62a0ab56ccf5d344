"""The background threads of the process, and what they open on first use: the stores and the copilot's client."""

import threading
from collections.abc import Callable
from typing import Literal, TypeVar

from PyQt6.QtCore import QObject

from minimal_browser.background.copilot_service import CopilotService
from minimal_browser.background.stores import Stores
from minimal_browser.background.worker import Done, Failed, Worker
from minimal_browser_core.errors import Interrupted

T = TypeVar("T")
Thread = Literal["disk", "reader", "long"]


class Jobs:
    """The kinds of background work. `work` runs on a thread, `done` and `failed` on the GUI thread, see `Worker`."""

    def submit(self, work: Callable[[], T], done: Done[T] | None = None, failed: Failed | None = None) -> None:
        self.run("disk", work, done, failed)

    def with_stores(
        self, work: Callable[[Stores], T], done: Done[T] | None = None, failed: Failed | None = None
    ) -> None:
        self.run("disk", lambda: work(self.stores()), done, failed)

    def look_up(self, work: Callable[[Stores], T], done: Done[T], failed: Failed) -> None:
        """Run a short `work` that only reads the stores."""
        self.run("reader", lambda: work(self.stores()), done, failed)

    def run_long(self, work: Callable[[Stores], T], done: Done[T], failed: Failed) -> None:
        """Run a `work` that may take minutes. Closing the background interrupts it if the stores can."""
        self.run("long", lambda: work(self.stores(interruptible=True)), done, failed)

    def stores(self, *, interruptible: bool = False) -> Stores:
        """Open the databases on first use. Not for the GUI thread. Interrupted if `interruptible` and closing."""
        raise NotImplementedError

    def run(self, thread: Thread, work: Callable[[], T], done: Done[T] | None, failed: Failed | None) -> None:
        raise NotImplementedError


class Background(QObject, Jobs):
    """Four threads, so that no kind of work waits for another: writing, reading, long work, and opening the copilot,
    which may wait until the user unlocks a keyring. Windows use it through `Tasks`.
    """

    def __init__(
        self, open_stores: Callable[[], Stores], open_copilot: Callable[[Stores], CopilotService], parent: QObject
    ) -> None:
        """Both functions run on a thread and do not raise: their results name the problems."""
        super().__init__(parent)
        self._open_stores = open_stores
        self._open_copilot = open_copilot
        self._stores: Stores | None = None
        self._copilot: CopilotService | None = None
        self._lock = threading.Lock()
        self._closing = False
        self._opener = Worker(self)
        self._threads: dict[Thread, Worker] = {"disk": Worker(self), "reader": Worker(self), "long": Worker(self)}

    def run(self, thread: Thread, work: Callable[[], T], done: Done[T] | None, failed: Failed | None) -> None:
        self._threads[thread].submit(work, done, failed)

    def with_copilot(self, use: Callable[[CopilotService], None]) -> None:
        """Call `use` on the GUI thread: at once if the client is open, else once it is."""
        if self._copilot is not None:
            use(self._copilot)
        else:
            self._opener.submit(self._opened_copilot, use)

    def stores(self, *, interruptible: bool = False) -> Stores:
        if interruptible and self._closing:
            raise Interrupted("the browser is closing")
        with self._lock:
            if self._stores is None:
                self._stores = self._open_stores()
            return self._stores

    def close(self) -> None:
        """Block until all submitted work is done, then close the client and the stores."""
        self._opener.close()
        self._threads["reader"].close()
        self._closing = True
        if self._stores is not None:
            self._stores.interrupt()
        self._threads["long"].close()
        self._threads["disk"].close()
        if self._copilot is not None and self._copilot.client is not None:
            self._copilot.client.close()
        if self._stores is not None:
            self._stores.close()

    def _opened_copilot(self) -> CopilotService:
        if self._copilot is None:
            self._copilot = self._open_copilot(self.stores())
        return self._copilot
