"""Run each call on its own daemon thread: start it, wait for it, cancel it, and end it with the client or at exit."""

import atexit
import os
import threading
import time
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from minimal_browser_core.errors import AIClientError, StreamCancelled

from .condition import AwaitableCondition
from .config import Config
from .http.call import Call, CancelledError, running

if TYPE_CHECKING:
    from .http.retrying_client import RetryingClient

T = TypeVar("T")

Work = Callable[["RetryingClient", Call], T]

_CLOSE_TIMEOUT = 2.0  # seconds that close() waits for all of its threads together


class CallExecutor:
    """Shared by a client and its calls. A call keeps it alive, so its stream survives a garbage-collected client."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._lock = threading.Lock()
        self._client: RetryingClient | None = None
        self._calls: set[CallThread] = set()
        self._closed = False
        _executors.add(self)

    def client(self) -> "RetryingClient":
        """Return the HTTP client, made on first use. Imports httpx2: call it on the thread of a call only."""
        from .http.retrying_client import RetryingClient

        with self._lock:
            if self._client is None:
                self._client = RetryingClient(self.config)
            return self._client

    def start(self, call: "CallThread") -> None:
        """Start the thread of `call`. Raises `AIClientError` after `close`, or if the system refuses a thread."""
        with self._lock:
            if self._closed:
                raise AIClientError("this client is closed; make a new one", code="closed")
            try:
                call.thread.start()
            except RuntimeError as error:
                raise AIClientError(f"no thread for this call: {error}", code="no_thread") from error
            self._calls.add(call)

    def remove(self, call: "CallThread") -> None:
        """Forget a call that has ended."""
        with self._lock:
            self._calls.discard(call)

    def close(self) -> None:
        """Cancel the running calls, join their threads, close all connections. Does not touch those of a parent."""
        with self._lock:
            self._closed = True
            calls = list(self._calls)
            client = self._client
        for call in calls:
            call.cancel()
        deadline = time.monotonic() + _CLOSE_TIMEOUT
        for call in calls:
            if call.thread is not threading.current_thread():
                call.thread.join(max(0.0, deadline - time.monotonic()))
        if client is not None:
            client.close()

    def begin_in_child(self) -> None:
        """Forget the calls of the parent process, and its locks, which threads may have held during the fork."""
        self._lock = threading.Lock()
        self._calls = set()
        if self._client is not None:
            self._client.begin_in_child()


_executors: weakref.WeakSet[CallExecutor] = weakref.WeakSet()


def _begin_in_child() -> None:
    for executor in list(_executors):
        executor.begin_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_in_child)


@atexit.register
def _close_all() -> None:
    """End the threads before the interpreter does: a daemon thread that returns from a read then could crash it."""
    for executor in list(_executors):
        executor.close()


class CallThread:
    """Starts `work` at once, and calls exactly one of `succeeded` and `failed` on its thread when it ends."""

    def __init__(
        self,
        executor: CallExecutor,
        work: Work[T],
        succeeded: Callable[[T], None],
        failed: Callable[[BaseException], None],
        config: Config,
    ) -> None:
        """Use the settings `config` of the call."""
        self._process = os.getpid()
        self._call = Call(config)

        def run() -> None:
            error: BaseException
            try:
                with running(self._call):
                    result = work(executor.client(), self._call)
            except CancelledError:
                error = StreamCancelled("the call was cancelled")
            except BaseException as raised:  # noqa: BLE001  every error is passed to the waiting thread
                error = raised
            else:
                executor.remove(self)
                succeeded(result)
                return
            # The traceback and the causes refer to the request, which contains the key.
            error.__cause__ = error.__context__ = None
            executor.remove(self)
            failed(error.with_traceback(None))

        self.thread = threading.Thread(target=run, name="ai-client", daemon=True)
        executor.start(self)

    def cancel(self) -> None:
        """Close the connection of the call at once. Any thread may call this; a forked child's call does nothing."""
        if self._process == os.getpid():
            self._call.cancel()


class CallFuture(AwaitableCondition, Generic[T]):
    """The result of a call that returns one value."""

    def __init__(self, executor: CallExecutor, work: Work[T], config: Config) -> None:
        super().__init__()
        self._results: list[T] = []
        self._error: BaseException | None = None
        self._thread = CallThread(executor, work, self._succeeded, self._failed, config)

    def result(self) -> T:
        """Block until the call ends, and return its value or raise its error. Ctrl-C cancels the call."""
        try:
            self.wait_for(self._is_done)
        except BaseException:
            self._thread.cancel()
            raise
        return self._outcome()

    async def aresult(self) -> T:
        """Wait like `result`, on an event loop. Cancelling the task cancels the call."""
        try:
            await self.wait_for_async(self._is_done)
        except BaseException:
            self._thread.cancel()
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
            self.notify()

    def _failed(self, error: BaseException) -> None:
        with self.changed:
            self._error = error
            self.notify()
