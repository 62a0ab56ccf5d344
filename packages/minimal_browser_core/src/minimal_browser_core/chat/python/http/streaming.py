"""Chat requests whose answer is delivered while it arrives."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

from minimal_browser_core.chat.python.channel import Channel
from minimal_browser_core.chat.python.protocol.accumulator import StreamAccumulator
from minimal_browser_core.chat.python.protocol.encode import with_model
from minimal_browser_core.chat.python.protocol.metadata import ResponseMetadata
from minimal_browser_core.chat.python.protocol.response import check_choices
from minimal_browser_core.chat.values import StreamEvent

from .call import Call
from .event_stream import EventStreamReader
from .response_reader import ResponseReader
from .retry import AttemptFailedError
from .retrying_client import RetryingClient

_PATH = "chat/completions"


def stream(client: RetryingClient, call: Call, channel: Channel, models: Sequence[str], rest: bytes) -> None:
    """Push all events of a response and end the channel. Raises the error of a stream that does not end well."""

    def attempt(model: str) -> None:
        call.begin_attempt()
        started = time.monotonic()
        with client.open_response("POST", _PATH, "text/event-stream", with_model(model, rest)) as response:
            reader = ResponseReader(call, _PATH, response)
            metadata = ResponseMetadata.from_headers(started, reader.headers)
            received = StreamAccumulator(model=model, request_id=reader.request_id, metadata=metadata)
            channel.begin(received)
            _receive(reader, received, channel)

    client.run(call, models, attempt)


def _receive(reader: ResponseReader, received: StreamAccumulator, channel: Channel) -> None:
    delivered = False

    def deliver(events: list[StreamEvent], silent_bytes: int = 0) -> None:
        nonlocal delivered
        delivered = delivered or bool(events)
        channel.push(events, silent_bytes)
        if not channel.has_room():
            reader.call.pause(channel.changed, channel.has_room)

    def parse_events(body: Iterator[bytes]) -> None:
        events = EventStreamReader(reader, received, deliver)
        events.read(body)
        channel.end()
        events.read_rest(body)

    def parse(body: dict[str, Any]) -> None:
        """The server ignored that a stream was requested."""
        check_choices(body)
        events = received.add(body)
        received.metadata.complete()
        deliver([*events, *received.finish()])
        channel.end()

    try:
        reader.read(parse, parse_events)
    except AttemptFailedError as failed:
        failed.failure.delivered = delivered
        error = failed.failure.error
        error.partial_text, error.usage = reader.config.scrub(received.text), received.usage
        raise
