"""Streams of chunks."""

import json
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, cast

from ai_rust_client import AIClientError
from ai_rust_client.compat._errors import NotCoveredError, Request, from_native, provider_error
from ai_rust_client.compat._model import build
from ai_rust_client.compat._options import Settings
from ai_rust_client.compat.types import ChatCompletionChunk

if TYPE_CHECKING:
    from ai_rust_client._native import ChunkStream

T = TypeVar("T")


class _Chunks(Generic[T]):
    """The common part of both streams: the chunks that have arrived, and the source of more."""

    def __init__(self, source: "ChunkStream", settings: Settings, request: Request) -> None:
        self._source = source
        self._settings = settings
        self._request = request
        self._waiting: list[str] = []
        """In reverse order."""
        self._closed = False

    def _take(self) -> T:
        return cast("T", _read_chunk(self._waiting.pop(), self._settings.api_key, self._request))

    def _close(self) -> None:
        self._closed = True
        self._source.cancel()

    @property
    def response(self) -> Any:
        """Not covered: raises."""
        raise NotCoveredError("the response of a stream is not covered by ai_rust_client.compat")


class Stream(_Chunks[T]):
    """An answer while it arrives. Closing it, dropping it or leaving its `with` block closes the connection."""

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        if not self._waiting:
            if self._closed:
                raise StopIteration
            try:
                self._waiting = next(self._source)[::-1]
            except AIClientError as error:
                if self._closed:
                    raise StopIteration from None
                raise from_native(error, self._request) from error
        return self._take()

    def close(self) -> None:
        """Close the connection and end the iteration. May be called more than once."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self._close()


class AsyncStream(_Chunks[T]):
    """`Stream` for asyncio. Cancelling the task that reads it also closes the connection."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        if not self._waiting:
            if self._closed:
                raise StopAsyncIteration
            from ai_rust_client._aio import next_item

            try:
                self._waiting = (await next_item(self._source))[::-1]
            except AIClientError as error:
                if self._closed:
                    raise StopAsyncIteration from None
                raise from_native(error, self._request) from error
        return self._take()

    async def close(self) -> None:
        """Close the connection and end the iteration. May be called more than once."""
        self._close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self._close()


def _read_chunk(text: str, mask: str, request: Request) -> ChatCompletionChunk:
    """Raises `APIError` if the provider reports an error instead of a chunk. `mask` is removed from it."""
    data = json.loads(text)
    if error := data.get("error"):
        raise provider_error(json.loads(json.dumps(error).replace(mask, "***")), request)
    for choice in data.get("choices") or ():
        # A server that does not stream answers with the whole completion.
        if "message" in choice and "delta" not in choice:
            choice["delta"] = choice.pop("message")
            data["object"] = "chat.completion.chunk"
    return build(ChatCompletionChunk, data)
