"""`responses.stream`: the events of a response with what they add up to, and the parsed response at the end."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from types import TracebackType
from typing import Any, Self

from ai_rust_client.compat._response_parsing import ResponseParser, ResponseStreamState
from ai_rust_client.compat._streaming import AsyncStream, Stream
from ai_rust_client.compat.types import ResponseStreamEvent
from ai_rust_client.compat.types._parsed_response import ParsedResponse


def _final(state: ResponseStreamState) -> ParsedResponse[Any]:
    if state.response is None:
        raise RuntimeError("the response is not complete: there was no event `response.completed`")
    return state.response


class ParsedResponseStream:
    """An iterator over the events of a response."""

    def __init__(self, source: Stream[ResponseStreamEvent], parser: ResponseParser) -> None:
        self._source = source
        self._state = ResponseStreamState(parser)

    def __iter__(self) -> Iterator[ResponseStreamEvent]:
        return self

    def __next__(self) -> ResponseStreamEvent:
        return self._state.add_to(next(self._source))

    def until_done(self) -> Self:
        """Read the stream to its end. Blocks."""
        for _ in self:
            pass
        return self

    def get_final_response(self) -> ParsedResponse[Any]:
        """The parsed response, after reading the stream to its end. Blocks. Raises RuntimeError if it is incomplete."""
        self.until_done()
        return _final(self._state)

    def close(self) -> None:
        """Close the connection. May be called more than once."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


class ResponseStreamManager:
    """Makes the call when its `with` block is entered, and closes the stream at its end."""

    def __init__(self, call: Callable[[], Stream[ResponseStreamEvent]], parser: ResponseParser) -> None:
        self._call = call
        self._parser = parser
        self._stream: ParsedResponseStream | None = None

    def __enter__(self) -> ParsedResponseStream:
        self._stream = ParsedResponseStream(self._call(), self._parser)
        return self._stream

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        if self._stream is not None:
            self._stream.close()


class AsyncParsedResponseStream:
    """An async iterator over the events of a response."""

    def __init__(self, source: AsyncStream[ResponseStreamEvent], parser: ResponseParser) -> None:
        self._source = source
        self._state = ResponseStreamState(parser)

    def __aiter__(self) -> AsyncIterator[ResponseStreamEvent]:
        return self

    async def __anext__(self) -> ResponseStreamEvent:
        return self._state.add_to(await anext(self._source))

    async def until_done(self) -> Self:
        """Read the stream to its end."""
        async for _ in self:
            pass
        return self

    async def get_final_response(self) -> ParsedResponse[Any]:
        """The parsed response, after reading the stream to its end. Raises RuntimeError if it is incomplete."""
        await self.until_done()
        return _final(self._state)

    async def close(self) -> None:
        """Close the connection. May be called more than once."""
        await self._source.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        await self.close()


class AsyncResponseStreamManager:
    """`ResponseStreamManager` for asyncio."""

    def __init__(self, call: Callable[[], Awaitable[AsyncStream[ResponseStreamEvent]]], parser: ResponseParser) -> None:
        self._call = call
        self._parser = parser
        self._stream: AsyncParsedResponseStream | None = None

    async def __aenter__(self) -> AsyncParsedResponseStream:
        self._stream = AsyncParsedResponseStream(await self._call(), self._parser)
        return self._stream

    async def __aexit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        if self._stream is not None:
            await self._stream.close()
