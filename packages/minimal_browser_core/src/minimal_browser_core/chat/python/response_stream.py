"""The stream object that the client returns: iteration, readiness and what has arrived so far."""

import copy
import operator
import threading
import weakref
from collections import deque
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping
from types import TracebackType
from typing import Any, Generic, Self, SupportsIndex, TypeVar

from minimal_browser_core.chat.values import ChatResponse, Choice, Image, StreamEvent, ToolCall, Usage
from minimal_browser_core.errors import StreamCancelled

from .channel import Channel

T = TypeVar("T")


class _Received(Generic[T]):
    """An attribute of what the channel has received so far."""

    def __init__(self, path: str) -> None:
        self._get = operator.attrgetter(path)

    def __get__(self, stream: "PythonResponseStream", owner: type["PythonResponseStream"]) -> T:
        value: T = self._get(stream._channel.received)
        return value


class _OnlyReader:
    """Refuses a second reader at the same time: each would get a part of the answer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            raise RuntimeError(
                "another thread or task is reading this stream already; a stream has one reader at a time"
            )

    def __exit__(self, *_: object) -> None:
        self._lock.release()


class PythonResponseStream:
    """See `minimal_browser_core.chat.port.ResponseStream`.

    The descriptor of `fileno` lives until the stream leaves its `with` block or is garbage-collected. A stream that
    is garbage-collected before its end is cancelled.
    """

    text = _Received[str]("text")
    reasoning = _Received[str]("reasoning")
    tool_calls = _Received[list[ToolCall]]("tool_calls")
    id = _Received[str | None]("id")
    usage = _Received[Usage | None]("usage")
    model = _Received[str | None]("model")
    provider = _Received[str | None]("provider")
    finish_reason = _Received[str | None]("finish_reason")
    message = _Received[dict[str, Any]]("message")
    choices = _Received[tuple[Choice, ...]]("choices")
    images = _Received[tuple[Image, ...]]("images")
    refusal = _Received[str | None]("refusal")
    request_id = _Received[str | None]("request_id")
    headers = _Received[Mapping[str, str]]("metadata.headers")
    rate_limits = _Received[Mapping[str, str]]("metadata.rate_limits")
    time_to_first_byte = _Received[float | None]("metadata.first_byte")
    time_to_last_byte = _Received[float | None]("metadata.last_byte")

    def __init__(self, channel: Channel, disconnect: Callable[[], None]) -> None:
        self._channel = channel
        self._disconnect = disconnect
        self._fetched: deque[StreamEvent] = deque()
        self._only_reader = _OnlyReader()
        # Not __del__: in a garbage cycle the sockets could be finalised first, each with a ResourceWarning.
        self._finalizer = weakref.finalize(self, _release, channel, disconnect)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        while (event := self._next()) is not None:
            if event.kind == "text":
                return event.text
        raise StopIteration

    def events(self) -> Iterator[StreamEvent]:
        while (event := self._next()) is not None:
            yield event

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        while (event := await self._next_async()) is not None:
            if event.kind == "text":
                return event.text
        raise StopAsyncIteration

    async def aevents(self) -> AsyncIterator[StreamEvent]:
        while (event := await self._next_async()) is not None:
            yield event

    def __await__(self) -> Generator[Any, None, Self]:
        return self._wait_for_head().__await__()

    def fileno(self) -> int:
        return self._channel.fileno()

    def drain(self) -> list[StreamEvent]:
        self._channel.check_process()
        with self._only_reader:
            events = [*self._fetched]
            self._fetched.clear()
            # Events that iteration has fetched but not returned come first; the stream's error is raised after them.
            return events or self._channel.take()

    def _next(self) -> StreamEvent | None:
        self._channel.check_process()
        with self._only_reader:
            return self._fetched.popleft() if self._fetched or self._fetch() else None

    async def _next_async(self) -> StreamEvent | None:
        self._channel.check_process()
        with self._only_reader:
            return self._fetched.popleft() if self._fetched or await self._fetch_async() else None

    def _fetch(self) -> bool:
        try:
            self._channel.wait_for(self._channel.await_events)
        except BaseException:
            # After Ctrl-C nobody reads the rest.
            self.cancel()
            raise
        self._fetched.extend(self._channel.take_some())
        return bool(self._fetched)

    async def _fetch_async(self) -> bool:
        await self._until(self._channel.await_events)
        self._fetched.extend(self._channel.take_some())
        return bool(self._fetched)

    async def _wait_for_head(self) -> Self:
        await self._until(lambda: self._channel.has_head or self._channel.ended)
        if not self._channel.has_head:
            self._channel.raise_error()
        return self

    async def _until(self, ready: Callable[[], bool]) -> None:
        self._channel.check_process()
        try:
            await self._channel.wait_for_async(ready)
        except BaseException:
            self.cancel()
            raise

    def cancel(self) -> None:
        if _cancel(self._channel, self._disconnect):
            self._fetched.clear()

    def response(self) -> ChatResponse:
        """Return what has arrived as a response."""
        return self._channel.received.response()

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        """An ended stream is pickled and copied as a response."""
        if not self._channel.ended:
            raise TypeError("a running stream cannot be pickled or copied: read it to its end, or cancel it, first")
        return copy.copy, (self.response(),)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.cancel()
        self._finalizer()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.__exit__(t, e, tb)

    def __repr__(self) -> str:
        state = "ended" if self._channel.ended else "open"
        return f"<PythonResponseStream {state}, {len(self.text)} characters>"


def _cancel(channel: Channel, disconnect: Callable[[], None]) -> bool:
    cancelled = channel.cancel(StreamCancelled("the stream was cancelled"))
    if cancelled:
        disconnect()
    return cancelled


def _release(channel: Channel, disconnect: Callable[[], None]) -> None:
    _cancel(channel, disconnect)
    channel.close_descriptor()
