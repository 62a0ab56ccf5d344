"""Calls on threads of their own: started, waited for, cancelled, ended with their client or with the interpreter."""

import atexit
import os
import threading
import time
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from minimal_browser_core.errors import AIClientError, StreamCancelled

from .config import Config
from .http.call import Call, CancelledError, running
from .waiting import Waitable

if TYPE_CHECKING:
    from .http.exchange import Exchange

T = TypeVar("T")

Work = Callable[["Exchange", Call], T]

_LONGEST_FAREWELL = 2.0  # seconds that close() waits for its threads, all together


class Engine:
    """What a client and its calls share. A call keeps it alive, so that a dropped client does not break its streams."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.process = os.getpid()
        self._lock = threading.Lock()
        self._exchange: Exchange | None = None
        self._workers: set[Worker] = set()
        self._closed = False
        _engines.add(self)

    def exchange(self) -> "Exchange":
        # Imports httpx2: only ever called on a worker's thread.
        from .http.exchange import Exchange

        with self._lock:
            if self._exchange is None:
                self._exchange = Exchange(self.config)
            return self._exchange

    def start(self, worker: "Worker") -> None:
        with self._lock:
            if self._closed:
                raise AIClientError("this client is closed; make a new one", code="closed")
            try:
                worker.thread.start()
            except RuntimeError as error:
                raise AIClientError(f"no thread for this call: {error}", code="no_thread") from error
            self._workers.add(worker)

    def ended(self, worker: "Worker") -> None:
        with self._lock:
            self._workers.discard(worker)

    def close(self) -> None:
        """Cancel what runs, end its threads, close all connections."""
        if self.process != os.getpid():
            return
        with self._lock:
            self._closed = True
            workers = list(self._workers)
            exchange = self._exchange
        for worker in workers:
            worker.cancel()
        latest = time.monotonic() + _LONGEST_FAREWELL
        for worker in workers:
            if worker.thread is not threading.current_thread():
                worker.thread.join(max(0.0, latest - time.monotonic()))
        if exchange is not None:
            exchange.close()


_engines: weakref.WeakSet[Engine] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    """A daemon thread that is inside a read when the interpreter goes away is one that could still call into it."""
    for engine in list(_engines):
        engine.close()


class Worker:
    """Runs `work` at once; then calls exactly one of `succeeded` and `failed`, on its thread."""

    def __init__(
        self, engine: Engine, work: Work[T], succeeded: Callable[[T], None], failed: Callable[[BaseException], None]
    ) -> None:
        self._engine = engine
        self._call = Call(engine.config.timeouts)

        def run() -> None:
            error: BaseException
            try:
                with running(self._call):
                    result = work(engine.exchange(), self._call)
            except CancelledError:
                error = StreamCancelled("the call was cancelled")
            except BaseException as raised:  # noqa: BLE001  whatever it is, it reaches who waits for the call
                error = raised
            else:
                engine.ended(self)
                succeeded(result)
                return
            # What led here holds the request, and with it the key.
            error.__cause__ = error.__context__ = None
            engine.ended(self)
            failed(error.with_traceback(None))

        self.thread = threading.Thread(target=run, name="ai-client", daemon=True)
        engine.start(self)

    def cancel(self) -> None:
        """From any thread; the connection closes at once."""
        # In a forked child the connection is the parent's.
        if self._engine.process == os.getpid():
            self._call.cancel()


class Task(Waitable, Generic[T]):
    """A call that gives one value."""

    def __init__(self, engine: Engine, work: Work[T]) -> None:
        super().__init__()
        self._results: list[T] = []
        self._error: BaseException | None = None
        self._worker = Worker(engine, work, self._succeeded, self._failed)

    def result(self) -> T:
        """Block until the value is there; Ctrl-C cancels the call."""
        try:
            self.wait_until(self._is_done)
        except BaseException:
            self._worker.cancel()
            raise
        return self._outcome()

    async def aresult(self) -> T:
        try:
            await self.until(self._is_done)
        except BaseException:
            self._worker.cancel()
            raise
        return self._outcome()

    def _is_done(self) -> bool:
        return bool(self._results) or self._error is not None

    def _outcome(self) -> T:
        if self._error is not None:
            raise self._error
        return self._results[0]

    def _succeeded(self, result: T) -> None:
        with self.changed:
            self._results.append(result)
            self.announce()

    def _failed(self, error: BaseException) -> None:
        with self.changed:
            self._error = error
            self.announce()
