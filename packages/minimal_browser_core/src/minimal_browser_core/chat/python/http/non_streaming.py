"""Requests with a single response: chat without streaming, and the list of models."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

from minimal_browser_core.chat.python.protocol.accumulator import StreamAccumulator
from minimal_browser_core.chat.python.protocol.decode import parse_models
from minimal_browser_core.chat.python.protocol.encode import with_model
from minimal_browser_core.chat.python.protocol.metadata import ResponseMetadata
from minimal_browser_core.chat.python.protocol.response import parse_response
from minimal_browser_core.chat.values import ChatResponse, ModelInfo

from .call import Call
from .event_stream import EventStreamReader
from .response_reader import ResponseReader
from .retrying_client import RetryingClient

_CHAT = "chat/completions"


def chat(client: RetryingClient, call: Call, models: Sequence[str], rest: bytes) -> ChatResponse:
    """Request one response; `rest` is the request body without its model."""

    def attempt(model: str) -> ChatResponse:
        call.begin_attempt()
        started = time.monotonic()
        with client.open_response("POST", _CHAT, "application/json", with_model(model, rest)) as response:
            reader = ResponseReader(call, _CHAT, response)
            metadata = ResponseMetadata.from_headers(started, reader.headers)

            def parse(body: dict[str, Any]) -> ChatResponse:
                metadata.complete()
                return parse_response(body, model, reader.request_id, metadata)

            def parse_events(body: Iterator[bytes]) -> ChatResponse:
                """The server streams although that was not requested."""
                received = StreamAccumulator(model=model, request_id=reader.request_id, metadata=metadata)
                events = EventStreamReader(reader, received, lambda _events, _silent_bytes: None)
                events.read(body)
                events.read_rest(body)
                return received.response()

            return reader.read(parse, parse_events)

    return client.run(call, models, attempt)


def list_models(client: RetryingClient, call: Call) -> list[ModelInfo]:
    """Request the provider's list of models."""

    def attempt(_: str) -> list[ModelInfo]:
        call.begin_attempt()
        with client.open_response("GET", "models", "application/json") as response:
            return ResponseReader(call, "models", response).read(parse_models)

    return client.run(call, [""], attempt)
