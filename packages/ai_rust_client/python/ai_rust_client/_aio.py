"""The async face: tasks wait through their event loop, and no thread.

An event loop that is the only one watches the network itself, and does its work when there is some; where there are
several a thread in the background does, and they are told.

Imported on the first async call, because asyncio is.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol, TypeVar
from weakref import WeakKeyDictionary, ref

from ai_rust_client._native import Call, EventLoopHub, ResponseStream

T = TypeVar("T")

Arm = Callable[[EventLoopHub], int | None]
"""Asks for a wake-up and gives its ticket; None where there is nothing to wait for."""


class _Waiting:
    """The tasks of one event loop that wait, by ticket."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.hub = EventLoopHub()
        self.loop = ref(loop)
        self.futures: dict[int, asyncio.Future[None]] = {}
        loop.add_reader(self.hub.fileno(), self._wake)
        self.selector = self.hub.selector()
        if self.selector is not None:
            loop.add_reader(self.selector, self.turn)

    def _wake(self) -> None:
        self._resolve(self.hub.collect())

    def turn(self) -> None:
        tickets = self.hub.turn()
        if tickets:
            self._resolve(tickets)
        elif tickets is None and self.selector is not None and (loop := self.loop()) is not None:
            loop.remove_reader(self.selector)
            self.selector = None

    def _resolve(self, tickets: list[int]) -> None:
        for ticket in tickets:
            future = self.futures.get(ticket)
            if future is not None and not future.done():
                future.set_result(None)


_waiting: WeakKeyDictionary[asyncio.AbstractEventLoop, _Waiting] = WeakKeyDictionary()
_latest: _Waiting | None = None


def _of(loop: asyncio.AbstractEventLoop) -> _Waiting:
    # Most processes have one loop, and to look it up costs more than all else here.
    global _latest
    if _latest is not None and _latest.loop() is loop:
        return _latest
    waiting = _waiting.get(loop)
    if waiting is None:
        _latest = None
        for other in [other for other in _waiting if other.is_closed()]:
            del _waiting[other]
        waiting = _waiting[loop] = _Waiting(loop)
    _latest = waiting
    return waiting


class _Cancellable(Protocol):
    def cancel(self) -> None: ...


async def _until_ready(arm: Arm, what: _Cancellable, *, at_once: bool = False) -> None:
    """`at_once`: there is something to send, which is not to wait for the loop's next round."""
    loop = asyncio.get_running_loop()
    waiting = _of(loop)
    ticket = arm(waiting.hub)
    if ticket is None:
        return
    is_alone = not waiting.futures
    future = waiting.futures[ticket] = loop.create_future()
    try:
        if is_alone and at_once and waiting.selector is not None:
            waiting.turn()
        await future
    except BaseException:  # the task was cancelled, or thrown away
        what.cancel()
        raise
    finally:
        del waiting.futures[ticket]


async def call(start: Callable[..., Call], *arguments: Any, **options: Any) -> Any:
    pending = start(*arguments, **options)
    await _until_ready(pending.arm, pending, at_once=True)
    return pending.result()


async def next_item(stream: ResponseStream, poll: Callable[[], T | None]) -> T:
    while True:
        await _until_ready(stream._arm, stream)
        item = poll()
        if item is not None:
            return item


async def head(stream: ResponseStream) -> ResponseStream:
    await _until_ready(stream._arm_head, stream)
    stream._raise_early_failure()
    return stream


async def value(what: T) -> T:
    return what
