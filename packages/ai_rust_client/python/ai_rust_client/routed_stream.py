"""A stream of a `Router`, which comes from the first client that answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ai_rust_client._errors import AIClientError
from ai_rust_client._wrapped_stream import WrappedStream

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ai_rust_client._native import ResponseStream
    from ai_rust_client._types import Message
    from ai_rust_client.hooks import ObservedStream
    from ai_rust_client.router import Routing


class RoutedStream(WrappedStream):
    """An answer while it arrives: an iterator and an async iterator over its text, like `ResponseStream`.

    Its other attributes (`text`, `usage`, `model`, …) are those of the stream that is read. `fileno` and `drain` are
    missing, since the descriptor changes with the client.
    """

    def __init__(self, routing: Routing, messages: Sequence[Message], options: Mapping[str, Any]) -> None:
        super().__init__()
        self._routing = routing
        self._messages = messages
        self._options = options
        self._members = iter(routing)
        self._stream = self._open()

    def _open(self) -> ResponseStream | ObservedStream:
        for member in self._members:
            try:
                return member.client.stream(self._messages, self._routing.model, **self._options)
            except AIClientError as error:  # closed
                self._routing.failed(error)
        raise self._routing.error

    def _replace(self, error: AIClientError) -> float:
        self._routing.failed(error)
        self._stream = self._open()
        return 0.0

    def _on_first_byte(self) -> None:
        self._routing.first_byte()

    def _on_end(self, error: BaseException | None) -> None:
        if error is None:
            self._routing.ended(self._stream.usage, self._stream.model)
