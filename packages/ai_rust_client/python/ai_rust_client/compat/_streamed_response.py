"""`with_streaming_response`: responses whose body is read piece by piece.

The network part reads ahead and decodes, so what these responses return of a stream is rebuilt: each chunk is one
`data:` line as the provider sent it, without comments and event names, and `[DONE]` is the last.
"""

import json
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from types import TracebackType
from typing import Any, Generic, TypeVar

from ai_rust_client.compat._response import APIResponse, BaseAPIResponse

T = TypeVar("T")


class StreamedAPIResponse(BaseAPIResponse[T]):
    """The response in the `with` block of a method of `with_streaming_response`."""

    def parse(self) -> T:
        """The model or the stream. The same object in every call."""
        return self._parse()

    def read(self) -> bytes:
        """The whole body."""
        return self.text().encode()

    def text(self) -> str:
        """The whole body as text."""
        return "".join(self.iter_text())

    def json(self) -> Any:
        """The whole body as JSON."""
        return json.loads(self.text())

    def iter_lines(self) -> Iterator[str]:
        """The lines of the body, without their ends."""
        for text in self.iter_text():
            yield from text.splitlines()

    def iter_text(self, chunk_size: int | None = None) -> Iterator[str]:
        """The body in pieces of at most `chunk_size` characters."""
        if not self._is_stream():
            yield from _pieces(self._text(), chunk_size)
            return
        stream: Any = self._parse()
        for text in stream._texts():
            yield from _pieces(_event(text), chunk_size)
        yield from _pieces(_event("[DONE]"), chunk_size)

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """The body in pieces of at most `chunk_size` bytes."""
        for text in self.iter_text():
            yield from _pieces(text.encode(), chunk_size)

    def close(self) -> None:
        """Close the connection of a stream. May be called more than once."""
        if self._is_stream():
            self._answer.cancel()


class AsyncStreamedAPIResponse(BaseAPIResponse[T]):
    """`StreamedAPIResponse` for asyncio."""

    async def parse(self) -> T:
        """The model or the stream. The same object in every call."""
        return self._parse()

    async def read(self) -> bytes:
        """The whole body."""
        return (await self.text()).encode()

    async def text(self) -> str:
        """The whole body as text."""
        return "".join([text async for text in self.iter_text()])

    async def json(self) -> Any:
        """The whole body as JSON."""
        return json.loads(await self.text())

    async def iter_lines(self) -> AsyncIterator[str]:
        """The lines of the body, without their ends."""
        async for text in self.iter_text():
            for line in text.splitlines():
                yield line

    async def iter_text(self, chunk_size: int | None = None) -> AsyncIterator[str]:
        """The body in pieces of at most `chunk_size` characters."""
        if not self._is_stream():
            for piece in _pieces(self._text(), chunk_size):
                yield piece
            return
        stream: Any = self._parse()
        async for text in stream._texts():
            for piece in _pieces(_event(text), chunk_size):
                yield piece
        for piece in _pieces(_event("[DONE]"), chunk_size):
            yield piece

    async def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """The body in pieces of at most `chunk_size` bytes."""
        async for text in self.iter_text():
            for piece in _pieces(text.encode(), chunk_size):
                yield piece

    async def close(self) -> None:
        """Close the connection of a stream. May be called more than once."""
        if self._is_stream():
            self._answer.cancel()


P = TypeVar("P", str, bytes)


def _pieces(body: P, size: int | None) -> Iterator[P]:
    if size is None:
        yield body
    else:
        yield from (body[start : start + size] for start in range(0, len(body), size))


def _event(data: str) -> str:
    return f"data: {data}\n\n"


class ResponseContextManager(Generic[T]):
    """Makes the call when its `with` block is entered, and closes the response at its end."""

    def __init__(self, call: Callable[[], APIResponse[T]]) -> None:
        self._call = call
        self._response: StreamedAPIResponse[T] | None = None

    def __enter__(self) -> StreamedAPIResponse[T]:
        raw = self._call()
        self._response = StreamedAPIResponse(raw._answer, raw.http_request, raw._read)
        return self._response

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        if self._response is not None:
            self._response.close()


class AsyncResponseContextManager(Generic[T]):
    """`ResponseContextManager` for asyncio."""

    def __init__(self, call: Callable[[], Coroutine[Any, Any, APIResponse[T]]]) -> None:
        self._call = call
        self._response: AsyncStreamedAPIResponse[T] | None = None

    async def __aenter__(self) -> AsyncStreamedAPIResponse[T]:
        raw = await self._call()
        self._response = AsyncStreamedAPIResponse(raw._answer, raw.http_request, raw._read)
        return self._response

    async def __aexit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        if self._response is not None:
            await self._response.close()
