"""The vectors of server-sent events, which the Rust client's tests read too."""

import base64
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest

from minimal_browser_core.testing.resources import resource

ParseEventStream = Callable[[Iterable[bytes]], list[tuple[str, str, str]]]


@dataclass(frozen=True, slots=True)
class Vector:
    """`retry` is the stream's last reconnection time, `unterminated` the data of its incomplete last event."""

    name: str
    stream: bytes
    events: list[tuple[str, str, str]]
    retry: int | None
    unterminated: str | None


def sse_vectors() -> list[Vector]:
    """Return the entries of `vectors/sse.json`."""
    text = resource("vectors", "sse.json").read_text("utf-8")
    return [
        Vector(
            entry["name"],
            base64.b64decode(entry["stream_base64"]) if "stream_base64" in entry else entry["stream"].encode(),
            [(event["event"], event["data"], event["id"]) for event in entry["events"]],
            entry.get("retry"),
            entry.get("unterminated"),
        )
        for entry in json.loads(text)
    ]


class ServerSentEventConformance:
    """The event stream parser follows the WHATWG standard. Supply `parse_event_stream`."""

    @pytest.fixture
    def parse_event_stream(self) -> ParseEventStream:
        raise NotImplementedError(
            "supply parse_event_stream: pieces of a stream in, (event, data, id) of each event out"
        )

    @pytest.mark.parametrize("vector", sse_vectors(), ids=lambda vector: vector.name)
    def test_a_stream_gives_its_events(self, parse_event_stream: ParseEventStream, vector: Vector) -> None:
        assert parse_event_stream([vector.stream]) == vector.events

    @pytest.mark.parametrize("vector", sse_vectors(), ids=lambda vector: vector.name)
    def test_byte_by_byte_the_events_are_the_same(self, parse_event_stream: ParseEventStream, vector: Vector) -> None:
        assert parse_event_stream([bytes([byte]) for byte in vector.stream]) == vector.events
