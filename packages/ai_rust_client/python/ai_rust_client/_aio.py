"""The async methods: tasks wait through their event loop, without a thread of their own.

The network runs on one background thread. Each event loop watches one descriptor, and resolves the futures of all
calls that have become ready.

Imported on the first async call, because it imports asyncio.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol, TypeVar
from weakref import WeakKeyDictionary, ref

from ai_rust_client._native import Call, ReadyQueue

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Register = Callable[[ReadyQueue], int | None]
"""Registers for a wakeup and returns its token, or None if there is no need to wait."""


class _Cancellable(Protocol):
    def cancel(self) -> None: ...


class _Source(_Cancellable, Protocol[T_co]):
    """A stream of items: `_poll` returns None if none has arrived, and raises StopAsyncIteration at the end."""

    def _register(self, queue: ReadyQueue, /) -> int | None: ...
    def _poll(self) -> T_co | None: ...


class _Stream(_Cancellable, Protocol):
    def _register_head(self, queue: ReadyQueue, /) -> int | None: ...
    def _raise_early_failure(self) -> None: ...


S = TypeVar("S", bound=_Stream)


class _Waiters:
    """The futures of one event loop, by token."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.queue = ReadyQueue()
        self.loop = ref(loop)
        self.futures: dict[int, asyncio.Future[None]] = {}
        loop.add_reader(self.queue.fileno(), self._wake)

    def _wake(self) -> None:
        for token in self.queue.take():
            future = self.futures.get(token)
            if future is not None and not future.done():
                future.set_result(None)


_waiters: WeakKeyDictionary[asyncio.AbstractEventLoop, _Waiters] = WeakKeyDictionary()
_latest: _Waiters | None = None


def _waiters_of(loop: asyncio.AbstractEventLoop) -> _Waiters:
    # Most processes have one loop, and a lookup in the dictionary costs more than the rest of a wait.
    global _latest
    if _latest is not None and _latest.loop() is loop:
        return _latest
    waiters = _waiters.get(loop)
    if waiters is None:
        _latest = None
        for other in [other for other in _waiters if other.is_closed()]:
            del _waiters[other]
        waiters = _waiters[loop] = _Waiters(loop)
    _latest = waiters
    return waiters


def _running_loop() -> asyncio.AbstractEventLoop:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        raise RuntimeError(
            "ai_rust_client's async methods need asyncio; under trio use the sync methods in trio.to_thread.run_sync"
        ) from None


async def _wait_until_ready(loop: asyncio.AbstractEventLoop, register: Register, source: _Cancellable) -> None:
    waiters = _waiters_of(loop)
    token = register(waiters.queue)
    if token is None:
        return
    future = waiters.futures[token] = loop.create_future()
    try:
        await future
    except BaseException:  # the task was cancelled or discarded
        source.cancel()
        raise
    finally:
        del waiters.futures[token]


async def call(start: Callable[..., Call], *arguments: Any, **options: Any) -> Any:
    """Start a call and wait for its result."""
    loop = _running_loop()
    started = start(*arguments, **options)
    await _wait_until_ready(loop, started._register, started)
    return started.result()


async def next_item(source: _Source[T]) -> T:
    """Wait for the next item of a stream."""
    loop = _running_loop()
    while True:
        await _wait_until_ready(loop, source._register, source)
        item = source._poll()
        if item is not None:
            return item


async def head(stream: S) -> S:
    """Wait for the response head; raises what failed before it."""
    await _wait_until_ready(_running_loop(), stream._register_head, stream)
    stream._raise_early_failure()
    return stream


async def value(result: T) -> T:
    """Return `result`, for methods that have nothing to wait for."""
    return result
