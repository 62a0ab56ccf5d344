"""Structured output while it arrives. `AIClient.stream_parse`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from ai_rust_client._errors import BadRequestError, NotFoundError
from ai_rust_client._schema import PartialJson
from ai_rust_client.structured import StructuredOutput, StructuredRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
    from types import TracebackType

    from ai_rust_client._chats import Chats
    from ai_rust_client._messages import Prompt
    from ai_rust_client._native import ResponseStream
    from ai_rust_client.structured import _Mode

T = TypeVar("T")


class StructuredStream(Generic[T]):
    """An iterator and an async iterator over what has arrived of a structured answer, as plain JSON.

    Each item is new and may be kept: an object is a dictionary with the properties so far, of which the last may be
    incomplete. `output` and `aoutput` wait for the end and return the instance. Leaving its `with` block cancels it.
    """

    def __init__(
        self,
        client: Chats,
        messages: Prompt,
        model: str | Sequence[str],
        schema: Any,
        *,
        mode: _Mode | None,
        options: Mapping[str, Any],
    ) -> None:
        if mode == "tool":
            raise ValueError("stream_parse has the modes json_schema, json_object and prompt; use parse for tool")
        self._client = client
        self._model = model
        self._request = StructuredRequest(client, messages, model, schema, mode=mode, options=options)
        self._partial = PartialJson()
        self._last: Any = None
        self._result: StructuredOutput[T] | None = None
        self._stream = self._open()

    def _open(self) -> ResponseStream:
        stream: ResponseStream = self._client.stream(self._request.messages, self._model, **self._request.options)
        return stream

    @property
    def stream(self) -> ResponseStream:
        """The stream that is read: its text, usage and model."""
        return self._stream

    @property
    def value(self) -> Any:
        """What has arrived so far, as plain JSON; None before the first bracket."""
        return self._request.schema.unwrap(self._partial.value)

    def _is_new_value(self) -> bool:
        value = self.value
        is_new = value is not None and value != self._last
        self._last = value
        return is_new

    def _read(self) -> Iterator[None]:
        """Read on, without a value for each piece."""
        while True:
            try:
                for delta in self._stream:
                    self._partial.feed(delta)
                    yield
            except (BadRequestError, NotFoundError) as error:
                self._request.use_simpler_mode(error)
                self._stream = self._open()
                continue
            return

    async def _aread(self) -> AsyncIterator[None]:
        while True:
            try:
                async for delta in self._stream:
                    self._partial.feed(delta)
                    yield
            except (BadRequestError, NotFoundError) as error:
                self._request.use_simpler_mode(error)
                self._stream = self._open()
                continue
            return

    def __iter__(self) -> Iterator[Any]:
        for _ in self._read():
            if self._is_new_value():
                yield self._last

    async def __aiter__(self) -> AsyncIterator[Any]:
        async for _ in self._aread():
            if self._is_new_value():
                yield self._last

    def output(self) -> StructuredOutput[T]:
        """Wait for the end. Raises InvalidStructureError as `parse` does."""
        for _ in self._read():
            pass
        return self._output()

    async def aoutput(self) -> StructuredOutput[T]:
        """`output` for asyncio."""
        async for _ in self._aread():
            pass
        return self._output()

    def _output(self) -> StructuredOutput[T]:
        if self._result is None:
            self._result = self._request.read_last(self._stream)
        return self._result

    def __repr__(self) -> str:
        return f"StructuredStream({self._request.schema.name}, {self._stream!r})"

    def cancel(self) -> None:
        """Close the connection at once. May be called more than once."""
        self._stream.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.cancel()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.cancel()
