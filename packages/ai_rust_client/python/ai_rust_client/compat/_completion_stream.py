"""`chat.completions.stream`: the events of a stream, and the completion that it adds up to."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from types import TracebackType
from typing import Any, Self

from ai_rust_client.compat._model import BaseModel
from ai_rust_client.compat._response import Response
from ai_rust_client.compat._stream_state import ChatCompletionStreamState
from ai_rust_client.compat._streaming import AsyncStream, Stream
from ai_rust_client.compat.types import ChatCompletionChunk, ParsedChatCompletion


class _Events:
    """The common part of both streams."""

    def __init__(self, source: Any, state: ChatCompletionStreamState) -> None:
        self._source = source
        self._state = state

    @property
    def current_completion_snapshot(self) -> ParsedChatCompletion[Any]:
        """The completion so far. Raises RuntimeError before the first chunk."""
        return self._state.current_completion_snapshot

    @property
    def response(self) -> Response:
        """The head of the response: its status and headers."""
        response: Response = self._source.response
        return response


class ChatCompletionStream(_Events):
    """An iterator over the events of a stream."""

    def __init__(self, source: Stream[ChatCompletionChunk], state: ChatCompletionStreamState) -> None:
        super().__init__(source, state)
        self._iterator = self._events()

    def _events(self) -> Iterator[BaseModel]:
        for chunk in self._source:
            if chunk.object:  # Azure sends the results of its content filter in chunks without this
                yield from self._state.handle_chunk(chunk)
        yield from self._state.finish()

    def __iter__(self) -> Iterator[Any]:
        return self._iterator

    def __next__(self) -> Any:
        return next(self._iterator)

    def until_done(self) -> Self:
        """Read the stream to its end. Blocks."""
        for _ in self._iterator:
            pass
        return self

    def get_final_completion(self) -> ParsedChatCompletion[Any]:
        """The whole completion, parsed, after reading the stream to its end. Blocks."""
        self.until_done()
        return self._state.get_final_completion()

    def close(self) -> None:
        """Close the connection. May be called more than once."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


class ChatCompletionStreamManager:
    """Makes the call when its `with` block is entered, and closes the stream at its end."""

    def __init__(self, call: Callable[[], Stream[ChatCompletionChunk]], state: ChatCompletionStreamState) -> None:
        self._call = call
        self._state = state
        self._stream: ChatCompletionStream | None = None

    def __enter__(self) -> ChatCompletionStream:
        self._stream = ChatCompletionStream(self._call(), self._state)
        return self._stream

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        if self._stream is not None:
            self._stream.close()


class AsyncChatCompletionStream(_Events):
    """An async iterator over the events of a stream."""

    def __init__(self, source: AsyncStream[ChatCompletionChunk], state: ChatCompletionStreamState) -> None:
        super().__init__(source, state)
        self._iterator = self._events()

    async def _events(self) -> AsyncIterator[BaseModel]:
        async for chunk in self._source:
            if chunk.object:  # Azure sends the results of its content filter in chunks without this
                for event in self._state.handle_chunk(chunk):
                    yield event
        for event in self._state.finish():
            yield event

    def __aiter__(self) -> AsyncIterator[Any]:
        return self._iterator

    async def __anext__(self) -> Any:
        return await anext(self._iterator)

    async def until_done(self) -> Self:
        """Read the stream to its end."""
        async for _ in self._iterator:
            pass
        return self

    async def get_final_completion(self) -> ParsedChatCompletion[Any]:
        """The whole completion, parsed, after reading the stream to its end."""
        await self.until_done()
        return self._state.get_final_completion()

    async def close(self) -> None:
        """Close the connection. May be called more than once."""
        await self._source.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        await self.close()


class AsyncChatCompletionStreamManager:
    """`ChatCompletionStreamManager` for asyncio."""

    def __init__(
        self, call: Callable[[], Awaitable[AsyncStream[ChatCompletionChunk]]], state: ChatCompletionStreamState
    ) -> None:
        self._call = call
        self._state = state
        self._stream: AsyncChatCompletionStream | None = None

    async def __aenter__(self) -> AsyncChatCompletionStream:
        self._stream = AsyncChatCompletionStream(await self._call(), self._state)
        return self._stream

    async def __aexit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        if self._stream is not None:
            await self._stream.close()
