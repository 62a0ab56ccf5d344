"""Decode the bytes of an event stream into the events of an answer."""

from collections.abc import Iterator
from typing import Any

from minimal_browser_core.chat.values import StreamEvent

from .accumulator import ProviderError, StreamAccumulator
from .decode import MalformedError, parse_object
from .fields import is_empty, objects
from .sse import EventStreamParser, ServerSentEvent

_ENVELOPE = frozenset({"index", "role", "finish_reason"})


class StreamDecoder:
    """Adds the chunks of a stream to `received`."""

    def __init__(self, received: StreamAccumulator) -> None:
        self._received = received
        self._parser = EventStreamParser()
        self.is_done = False
        """Whether the stream has sent `[DONE]`; what follows is ignored."""
        self.finished_chunks = 0
        """Increases with the chunk that finishes the answer, and with each later one that has anything in it."""
        self.silent_bytes = 0
        """Of chunks with content that caused no event, such as pieces of tool calls."""
        self._was_finished = False

    def feed(self, data: bytes) -> Iterator[StreamEvent]:
        """Yield the events that `data` completes.

        Raises `ProviderError`, `MalformedError` or `EventTooLongError` after the events before the invalid one.
        """
        for server_event in self._parser.feed(data):
            yield from self._add(server_event)

    def finish(self) -> Iterator[StreamEvent]:
        """Yield the events of a last one without its blank line: the standard drops it, some providers complete it."""
        last = self._parser.finish()
        if last is not None:
            try:
                yield from self._add(last)
            except MalformedError:
                return

    def _add(self, server_event: ServerSentEvent) -> Iterator[StreamEvent]:
        data = server_event.data.strip()
        self.is_done = self.is_done or data == "[DONE]"
        if self.is_done or not data or server_event.event == "ping":
            return
        chunk = parse_object(data)
        if server_event.event == "error":
            raise ProviderError(chunk)
        events = self._received.add(chunk)
        if not events and _has_content(chunk):
            self.silent_bytes += len(data)
        yield from events
        was_finished, self._was_finished = self._was_finished, self._received.is_finished
        if self._was_finished and (not was_finished or _has_content(chunk)):
            self.finished_chunks += 1


def _has_content(chunk: dict[str, Any]) -> bool:
    """Return whether a chunk is more than a sign of life."""
    choices = [_without_envelope(choice) for choice in objects(chunk, "choices")]
    contents = [_without_envelope(value) for choice in choices for value in choice.values()]
    return not is_empty([chunk.get("usage"), contents])


def _without_envelope(value: Any) -> Any:
    return {name: item for name, item in value.items() if name not in _ENVELOPE} if isinstance(value, dict) else value
