"""The base class of the stores for asyncio."""

import asyncio
import functools
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def awaitable(method: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]:
    """A coroutine method that calls the method of the same name of the store."""
    name = method.__name__

    @functools.wraps(method)
    async def call(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        result: T = await self._run(lambda store: getattr(store, name)(*args, **kwargs))
        return result

    return call


class AsyncStore:
    """A store whose methods are awaited. Its calls run one after the other on one thread.

    The file is opened by the first call, or by `async with`. If a task is cancelled while it waits for a call, the call
    is taken from the queue, or interrupted if it is running: a search ends, an import stores nothing. A single write
    that is running may still be stored. Callbacks are called on the thread of the store.
    """

    def __init__(self, open_store: Callable[[], Any]) -> None:
        self._open_store = open_store
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._lock = threading.Lock()
        self._store: Any = None
        self._running: object = None
        self._closing: Future[None] | None = None

    async def _run(self, work: Callable[[Any], T]) -> T:
        if self._closing is not None:
            if self._store is None:
                raise RuntimeError("The store was closed before it was opened")
            return work(self._store)  # raises the error of a closed store
        call = functools.partial(work)  # unlike `work`, no other call has it
        future = asyncio.wrap_future(self._executor.submit(self._perform, call))
        try:
            return await future
        except asyncio.CancelledError:
            with self._lock:  # so that it is not the next call that is interrupted
                if self._running is call:
                    self._store.interrupt()
            raise

    def _perform(self, call: Callable[[Any], T]) -> T:
        if self._store is None:
            self._store = self._open_store()
        with self._lock:
            self._running = call
        try:
            return call(self._store)
        finally:
            with self._lock:
                self._running = None

    async def count(self) -> int:
        """The number of entries, `len()` of the store."""
        return await self._run(len)

    def interrupt(self) -> None:
        """End the running search or import with Interrupted. Does not wait."""
        if self._store is not None:
            self._store.interrupt()

    async def close(self) -> None:
        """Wait for the calls that are running or queued, and close the file. May be called several times."""
        if self._closing is None:
            self._closing = self._executor.submit(lambda: None if self._store is None else self._store.close())
            self._executor.shutdown(wait=False)
        await asyncio.shield(asyncio.wrap_future(self._closing))

    async def __aenter__(self) -> Self:
        await self._run(lambda store: None)
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()
