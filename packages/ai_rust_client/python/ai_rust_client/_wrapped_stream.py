"""A stream that may be replaced by another one until its first byte has arrived."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from ai_rust_client._errors import AIClientError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping
    from types import TracebackType

    from ai_rust_client._native import Choice, Image, StreamEvent, ToolCall, Usage
    from ai_rust_client.responses import Event, Response  # noqa: F401  one of them in a string


T = TypeVar("T")


class WrappedIterator(Generic[T]):
    """An iterator and an async iterator over what arrives, with the other attributes of the stream that is read."""

    _stream: Any

    def __init__(self) -> None:
        self._cancelled = False
        self._started = False
        self._ended = False
        self._end_lock = threading.Lock()

    def _replace(self, error: AIClientError) -> float:
        """Open another stream after a failure before the first byte; returns the seconds to wait before reading it.

        Raises the error if there is no other.
        """
        raise NotImplementedError

    def _on_first_byte(self) -> None:
        """The answer has started to arrive."""

    def _on_end(self, error: BaseException | None) -> None:
        """The answer is complete, or failed for good."""

    def _recover(self, error: AIClientError) -> float:
        try:
            is_final = self._started or self._cancelled or self._ended
            if is_final:
                raise error
            delay = self._replace(error)
        except AIClientError as final:
            self._finish(final)
            raise
        if self._cancelled:  # by another thread, which knew only the stream before
            self._stream.cancel()
        return delay

    def _start(self) -> None:
        if not self._started:
            self._started = True
            self._on_first_byte()

    def _finish(self, error: BaseException | None = None) -> None:
        if error is None:
            self._start()
        with self._end_lock:  # another thread may cancel the stream at this moment
            is_first, self._ended = not self._ended, True
        if is_first:
            self._on_end(error)

    def _read(self, open_reader: Callable[[Any], Iterator[Any]]) -> Any:
        while True:
            try:
                item = next(open_reader(self._stream))
            except StopIteration:
                self._finish()
                raise
            except AIClientError as error:
                time.sleep(self._recover(error))
            else:
                self._start()
                return item

    async def _aread(self, open_reader: Callable[[Any], AsyncIterator[Any]]) -> Any:
        while True:
            try:
                item = await anext(open_reader(self._stream))
            except StopAsyncIteration:
                self._finish()
                raise
            except AIClientError as error:
                await asyncio.sleep(self._recover(error))
            except BaseException as error:  # the task was cancelled
                self._finish(error)
                raise
            else:
                self._start()
                return item

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        item: T = self._read(iter)
        return item

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        item: T = await self._aread(aiter)
        return item

    def cancel(self) -> None:
        """Close the connection at once. May be called more than once, from any thread."""
        self._cancelled = True
        self._stream.cancel()

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            kind = type(self).__name__
            if name in ("fileno", "drain"):
                reason = "the descriptor may change until the first byte; read it on a thread or with asyncio"
                raise AttributeError(f"{kind} has no {name}: {reason}")
            if name.startswith("_"):
                raise AttributeError(f"{kind} has no attribute {name!r}")
            return getattr(self._stream, name)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._stream!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.cancel()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.cancel()


class WrappedStream(WrappedIterator[str]):
    """An answer while it arrives: an iterator and an async iterator over its text, like `ResponseStream`.

    Its other attributes (`text`, `usage`, `model`, …) are those of the stream that is read. `fileno` and `drain` are
    missing, since the descriptor changes with the stream.
    """

    def __await__(self) -> Generator[Any, None, Self]:
        return self._head().__await__()

    async def _head(self) -> Self:
        while True:
            try:
                await self._stream
            except AIClientError as error:
                await asyncio.sleep(self._recover(error))
            else:
                return self

    def events(self) -> Iterator[StreamEvent]:
        """Iterate over all events, not only text."""
        while True:
            try:
                yield self._read(lambda stream: stream.events())
            except StopIteration:
                return

    async def aevents(self) -> AsyncIterator[StreamEvent]:
        """`events` for asyncio."""
        while True:
            try:
                yield await self._aread(lambda stream: stream.aevents())
            except StopAsyncIteration:
                return

    if TYPE_CHECKING:
        text: str
        reasoning: str
        tool_calls: list[ToolCall]
        usage: Usage | None
        model: str | None
        provider: str | None
        finish_reason: str | None
        request_id: str | None
        refusal: str | None
        message: dict[str, Any]
        choices: tuple[Choice, ...]
        images: tuple[Image, ...]
        headers: Mapping[str, str]
        rate_limits: dict[str, str]
        time_to_first_byte: float | None
        time_to_last_byte: float | None


class WrappedEvents(WrappedIterator["Event"]):
    """The events of a response while it arrives, like `ResponseEvents`."""

    if TYPE_CHECKING:
        id: str
        status: str
        model: str
        text: str
        reasoning: str
        tool_calls: list[ToolCall]
        usage: Usage | None
        request_id: str | None
        headers: Mapping[str, str]
        response: Response | None
