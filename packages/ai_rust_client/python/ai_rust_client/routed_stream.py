"""Streams of a `Router`, which come from the first client that answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from ai_rust_client._errors import AIClientError
from ai_rust_client._wrapped_stream import WrappedEvents, WrappedIterator, WrappedStream

if TYPE_CHECKING:
    from collections.abc import Callable

    from ai_rust_client.responses import Event  # noqa: F401  in a string
    from ai_rust_client.router import Route, Routing

T = TypeVar("T")


class RoutedIterator(WrappedIterator[T]):
    """What arrives from the first client that answers. `open_stream` gets a client and the name of its model."""

    def __init__(self, routing: Routing, open_stream: Callable[[Any, Any], Any]) -> None:
        super().__init__()
        self._routing = routing
        self._open_stream = open_stream
        self._members = iter(routing)
        self._stream = self._open()

    @property
    def route(self) -> Route:
        """How this call was served so far, and what it cost once it has ended."""
        return self._routing.route

    def _open(self) -> Any:
        for member in self._members:
            try:
                return self._open_stream(member.client, self._routing.model)
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


class RoutedStream(RoutedIterator[str], WrappedStream):
    """An answer while it arrives: an iterator and an async iterator over its text, like `ResponseStream`.

    `route` says how it was served. Its other attributes (`text`, `usage`, `model`, …) are those of the stream that is
    read. `fileno` and `drain` are missing, since the descriptor changes with the client.
    """


class RoutedEvents(RoutedIterator["Event"], WrappedEvents):
    """The events of a response while it arrives, like `ResponseEvents`; `route` says how it was served."""
