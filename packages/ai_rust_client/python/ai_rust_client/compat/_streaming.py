"""Streams of chunks."""

import json
from collections.abc import AsyncIterator, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, cast

from ai_rust_client import AIClientError
from ai_rust_client.compat._errors import from_native, provider_error
from ai_rust_client.compat._json import has_content, read_json
from ai_rust_client.compat._model import build
from ai_rust_client.compat._response import Request, Response
from ai_rust_client.compat._surrogates import ChunkJoiner, has_surrogates
from ai_rust_client.compat.types import ChatCompletionChunk

if TYPE_CHECKING:
    from ai_rust_client._native import ChunkStream

T = TypeVar("T")


class Chunks(Generic[T]):
    """The common part of both streams: the chunks that have arrived, and the source of more."""

    _source: Any

    def __init__(self, source: "ChunkStream", request: Request) -> None:
        self._source = source
        self._request = request
        self._waiting: list[str] = []
        """In reverse order."""
        self._surrogates: ChunkJoiner | None = None
        self._closed = False
        self._has_begun = False

    def _take(self) -> T:
        """The next of the chunks that have arrived. Raises `APIError` if the provider reports an error instead."""
        text = self._waiting.pop()
        data = read_json(text)
        if (error := data.get("error")) and has_content(error):
            masked = read_json(self._source.mask(json.dumps(error)))
            raise provider_error(masked, self._request, None if self._has_begun else self.response)
        self._has_begun = True
        if self._surrogates is not None or ("\\u" in text and has_surrogates(text)):
            self._surrogates = self._surrogates or ChunkJoiner()
            data = self._surrogates.join_chunk(data)
        chunk: Any = build(ChatCompletionChunk, data)
        return chunk  # type: ignore[no-any-return]

    def _take_rest(self) -> T | None:
        """After the end: a chunk for characters of which only the first half has arrived."""
        if self._surrogates is None or not self._surrogates.is_waiting:
            return None
        return cast("T", build(ChatCompletionChunk, self._surrogates.rest()))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._request.method} {self._request.url}>"

    def _close(self) -> None:
        self._closed = True
        self._source.cancel()

    @property
    def response(self) -> Response:
        """The head of the response: its status and headers."""
        return Response(200, "", self._source.headers, self._request)


class Stream(Chunks[T]):
    """An answer while it arrives. Closing it, dropping it or leaving its `with` block closes the connection."""

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        if not self._waiting:
            try:
                self._fetch()
            except StopIteration:
                if rest := self._take_rest():
                    return rest
                raise
        return self._take()

    def _fetch(self) -> None:
        """Wait for more chunks."""
        if self._closed:
            raise StopIteration
        try:
            self._waiting = next(self._source)[::-1]
        except AIClientError as error:
            if self._closed:
                raise StopIteration from None
            raise from_native(error, self._request) from error

    def _texts(self) -> Iterator[str]:
        """The chunks as JSON texts."""
        while True:
            if not self._waiting:
                try:
                    self._fetch()
                except StopIteration:
                    return
            yield self._waiting.pop()

    def close(self) -> None:
        """Close the connection and end the iteration. May be called more than once."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self._close()


class AsyncStream(Chunks[T]):
    """`Stream` for asyncio. Cancelling the task that reads it also closes the connection."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        if not self._waiting:
            try:
                await self._fetch()
            except StopAsyncIteration:
                if rest := self._take_rest():
                    return rest
                raise
        return self._take()

    async def _fetch(self) -> None:
        """Wait for more chunks."""
        if self._closed:
            raise StopAsyncIteration
        from ai_rust_client._aio import next_item

        try:
            self._waiting = (await next_item(self._source))[::-1]
        except AIClientError as error:
            if self._closed:
                raise StopAsyncIteration from None
            raise from_native(error, self._request) from error

    async def _texts(self) -> AsyncIterator[str]:
        """The chunks as JSON texts."""
        while True:
            if not self._waiting:
                try:
                    await self._fetch()
                except StopAsyncIteration:
                    return
            yield self._waiting.pop()

    async def close(self) -> None:
        """Close the connection and end the iteration. May be called more than once."""
        self._close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self._close()
