"""A stream of a `Router`, which comes from the first client that answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from ai_rust_client._errors import AIClientError, StreamCancelled

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping, Sequence
    from types import TracebackType

    from ai_rust_client._native import ResponseStream, StreamEvent, ToolCall, Usage
    from ai_rust_client._types import Message
    from ai_rust_client.router import Routing


class RoutedStream:
    """An answer while it arrives: an iterator and an async iterator over its text, like `ResponseStream`.

    Its other attributes (`text`, `usage`, `model`, …) are those of the stream that is read. `fileno` and `drain` are
    missing, since the descriptor changes with the client.
    """

    def __init__(self, routing: Routing, messages: Sequence[Message], options: Mapping[str, Any]) -> None:
        self._routing = routing
        self._messages = messages
        self._options = options
        self._members = iter(routing)
        self._cancelled = False
        self._begun = False
        self._ended = False
        self._stream = self._open()

    def _open(self) -> ResponseStream:
        for member in self._members:
            try:
                stream = member.client.stream(self._messages, self._routing.model, **self._options)
            except AIClientError as error:  # closed
                self._routing.failed(error)
                continue
            if self._cancelled:  # by another thread, which knew only the stream before
                stream.cancel()
            return stream
        raise self._routing.error

    def _next_client(self, error: AIClientError) -> None:
        """Go on with the next client, or raise the error."""
        if self._begun or self._cancelled:
            raise error
        self._routing.failed(error)
        self._stream = self._open()

    def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            self._routing.first_byte()

    def _end(self) -> None:
        self._begin()
        if not self._ended:
            self._ended = True
            self._routing.ended(self._stream.usage, self._stream.model)

    def _read(self, open_reader: Callable[[ResponseStream], Iterator[Any]]) -> Any:
        while True:
            try:
                item = next(open_reader(self._stream))
            except StopIteration:
                self._end()
                raise
            except AIClientError as error:
                self._next_client(error)
            else:
                self._begin()
                return item

    async def _aread(self, open_reader: Callable[[ResponseStream], AsyncIterator[Any]]) -> Any:
        while True:
            try:
                item = await anext(open_reader(self._stream))
            except StopAsyncIteration:
                self._end()
                raise
            except AIClientError as error:
                self._next_client(error)
            else:
                self._begin()
                return item

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        text: str = self._read(iter)
        return text

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        text: str = await self._aread(aiter)
        return text

    def __await__(self) -> Generator[Any, None, Self]:
        return self._head().__await__()

    async def _head(self) -> Self:
        while True:
            try:
                await self._stream
            except StreamCancelled:
                raise
            except AIClientError as error:
                self._next_client(error)
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

    def cancel(self) -> None:
        """Close the connection at once. May be called more than once, from any thread."""
        self._cancelled = True
        self._stream.cancel()

    if TYPE_CHECKING:
        text: str
        reasoning: str
        tool_calls: list[ToolCall]
        usage: Usage | None
        model: str | None
        provider: str | None
        finish_reason: str | None
        request_id: str | None
        rate_limits: dict[str, str]
        time_to_first_byte: float | None
        time_to_last_byte: float | None
    else:

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_") or name in ("fileno", "drain"):
                raise AttributeError(f"RoutedStream has no attribute {name!r}")
            return getattr(self._stream, name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.cancel()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.cancel()
