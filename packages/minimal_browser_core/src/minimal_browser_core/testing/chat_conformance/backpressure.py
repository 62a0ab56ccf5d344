"""Backpressure: what a reader does not take stays with the server."""

import asyncio
import gc
import select
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from minimal_browser_core.testing.fake_server import DONE, Data, FakeServer, Step, Stream, chunk

from .base import MODEL, QUESTION, ChatSuite, Errors, MakeClient

LIMIT = 256 << 10
PIECE = "x" * (32 << 10)
COUNT = 2000
TOTAL = COUNT * len(PIECE)
IN_SYSTEM_BUFFERS = 24 << 20
"""More than the sockets of both sides hold on any system."""


class Flood:
    """A stream of 64 MB in pieces of 32 KiB, as fast as the client takes it."""

    def __init__(self, count: int = COUNT) -> None:
        self.count = count
        self.sent = 0
        self._changed = threading.Event()

    def __call__(self, _request: object) -> Stream:
        return Stream(self._steps())

    def _steps(self) -> Iterator[Step]:
        piece = Data(chunk({"content": PIECE}))
        for _ in range(self.count):
            yield piece
            self.sent += len(PIECE)
            self._changed.set()
        yield Data(chunk({}, finish_reason="stop"))
        yield DONE

    def wait_until_blocked(self) -> int:
        """Wait until nothing was sent for half a second; returns how much was sent until then."""
        assert self._changed.wait(10)
        while True:
            self._changed.clear()
            if not self._changed.wait(0.5):
                return self.sent


def by_events(stream: Any) -> int:
    """Read all events, and return the length of their texts."""
    return sum(len(event.text) for event in stream.events())


def by_drain(stream: Any) -> int:
    """Read by descriptor."""
    size = 0
    while True:
        select.select([stream.fileno()], [], [], 30)
        for event in stream.drain():
            if event.kind == "finish":
                return size
            size += len(event.text)


def by_async_iteration(stream: Any) -> int:
    """Read by `async for`."""

    async def read() -> int:
        return sum([len(delta) async for delta in stream])

    return asyncio.run(read())


def by_async_events(stream: Any) -> int:
    """Read all events in an event loop."""

    async def read() -> int:
        return sum([len(event.text) async for event in stream.aevents()])

    return asyncio.run(read())


READERS: dict[str, Callable[[Any], int]] = {
    "iteration": lambda stream: sum(len(delta) for delta in stream),
    "events": by_events,
    "drain": by_drain,
    "async iteration": by_async_iteration,
    "async events": by_async_events,
}


TOOL_CALL = Data(chunk({"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f", "arguments": PIECE}}]}))
OTHER_CHOICE = Data({"choices": [{"index": 1, "delta": {"content": PIECE}}]})
UNKNOWN_FIELD = Data(chunk({"unknown": PIECE}))
END = (Data(chunk({}, finish_reason="stop")), DONE)


class SilentFlood(Flood):
    """A flood that begins with `first`, and then has no event until its end."""

    def __init__(self, *steps: Step, first: tuple[Step, ...]) -> None:
        super().__init__(1500)
        self.silent_steps = steps
        self.first = first

    def _steps(self) -> Iterator[Step]:
        yield from self.first
        for _ in range(self.count):
            yield from self.silent_steps
            self.sent += len(PIECE)
            self._changed.set()
        yield Data(chunk({"content": "last"}))
        yield from END


def texts_by_iteration(stream: Any) -> list[str]:
    """Read the texts by iteration."""
    return list(stream)


def texts_by_async_iteration(stream: Any) -> list[str]:
    """Read the texts by `async for`."""

    async def read() -> list[str]:
        return [delta async for delta in stream]

    return asyncio.run(read())


def texts_by_descriptor(stream: Any) -> list[str]:
    """Read the texts when the descriptor is readable."""
    texts: list[str] = []
    while not texts or texts[-1] != "last":
        select.select([stream.fileno()], [], [], 30)
        texts += [event.text for event in stream.drain() if event.kind == "text"]
    return texts


def texts_by_polling(stream: Any) -> list[str]:
    """Read the texts by `drain` alone."""
    texts: list[str] = []
    while not texts or texts[-1] != "last":
        time.sleep(0.005)
        texts += [event.text for event in stream.drain() if event.kind == "text"]
    return texts


TEXT_READERS: dict[str, Callable[[Any], list[str]]] = {
    "iteration": texts_by_iteration,
    "async iteration": texts_by_async_iteration,
    "descriptor": texts_by_descriptor,
    "polling": texts_by_polling,
}


class Backpressure(ChatSuite):
    """At most `max_buffered_bytes` of a stream wait for their reader; then nothing more is received."""

    @pytest.fixture
    def flood(self, server: FakeServer) -> Flood:
        flood = Flood()
        server.script.append(flood)
        return flood

    @pytest.fixture
    def paused(self, make_client: MakeClient, server: FakeServer, flood: Flood) -> Any:
        """A stream of which only the first delta was read."""
        client = make_client(base_url=server.base_url, max_buffered_bytes=LIMIT, max_retries=0)
        stream = client.stream(QUESTION, MODEL)
        assert next(stream) == PIECE
        flood.wait_until_blocked()
        return stream

    @pytest.mark.parametrize("reader", READERS)
    def test_an_unread_stream_is_not_received_and_then_read_to_its_end(
        self, paused: Any, flood: Flood, reader: str
    ) -> None:
        assert flood.sent < IN_SYSTEM_BUFFERS
        assert len(paused.text) < LIMIT + IN_SYSTEM_BUFFERS / 4
        assert len(PIECE) + READERS[reader](paused) == TOTAL
        assert len(paused.text) == TOTAL
        assert paused.finish_reason == "stop"

    @pytest.mark.parametrize("step", [TOOL_CALL, OTHER_CHOICE, UNKNOWN_FIELD], ids=["tool call", "choice", "field"])
    @pytest.mark.parametrize("first", [(), (Data(chunk({"content": "first"})),)], ids=["nothing", "text"])
    @pytest.mark.parametrize("reader", TEXT_READERS)
    def test_what_comes_in_no_event_stays_with_the_server_until_a_reader_waits(
        self, make_client: MakeClient, server: FakeServer, step: Step, first: tuple[Step, ...], reader: str
    ) -> None:
        flood = SilentFlood(step, first=first)
        server.script.append(flood)
        client = make_client(base_url=server.base_url, max_buffered_bytes=LIMIT)
        stream = client.stream(QUESTION, MODEL)
        assert flood.wait_until_blocked() < IN_SYSTEM_BUFFERS
        assert TEXT_READERS[reader](stream) == [*(["first"] if first else []), "last"]

    @pytest.mark.parametrize("limit", [1, 1 << 40])
    def test_any_limit_reads_everything(self, make_client: MakeClient, server: FakeServer, limit: int) -> None:
        server.script.append(Flood(100))
        client = make_client(base_url=server.base_url, max_buffered_bytes=limit)
        assert len("".join(client.stream(QUESTION, MODEL))) == 100 * len(PIECE)

    def test_a_slow_reader_gets_everything_although_every_timeout_is_shorter(
        self, make_client: MakeClient, server: FakeServer
    ) -> None:
        limit = 0.6
        timeouts = dict.fromkeys(("idle_timeout", "stall_timeout", "first_token_timeout", "end_timeout"), limit)
        flood = Flood()
        server.script.append(flood)
        client = make_client(base_url=server.base_url, max_buffered_bytes=LIMIT, **timeouts)
        stream = client.stream(QUESTION, MODEL)
        size = len(next(stream))
        for _ in range(2):
            flood.wait_until_blocked()
            time.sleep(2 * limit)
            size += sum(len(next(stream)) for _ in range(COUNT // 4))
        assert size + sum(len(delta) for delta in stream) == TOTAL

    def test_the_total_timeout_ends_a_paused_stream(
        self, make_client: MakeClient, server: FakeServer, errors: Errors, flood: Flood
    ) -> None:
        client = make_client(base_url=server.base_url, max_buffered_bytes=LIMIT, total_timeout=1.0)
        stream = client.stream(QUESTION, MODEL)
        read = [next(stream)]
        assert server.requests[0].client_left.wait(10)
        with pytest.raises(errors.APITimeoutError) as caught:
            read.extend(stream)
        assert caught.value.phase == "total"
        assert flood.sent < TOTAL
        # What had arrived is delivered.
        assert "".join(read) == stream.text == caught.value.partial_text

    def test_a_paused_stream_can_be_cancelled(self, paused: Any, server: FakeServer, errors: Errors) -> None:
        paused.cancel()
        assert server.requests[0].client_left.wait(10)
        with pytest.raises(errors.StreamCancelled):
            next(paused)

    def test_leaving_its_with_block_ends_a_paused_stream(self, paused: Any, server: FakeServer) -> None:
        with paused:
            pass
        assert server.requests[0].client_left.wait(10)

    def test_closing_the_client_ends_a_paused_stream(
        self, make_client: MakeClient, server: FakeServer, errors: Errors, flood: Flood
    ) -> None:
        client = make_client(base_url=server.base_url, max_buffered_bytes=LIMIT)
        stream = client.stream(QUESTION, MODEL)
        next(stream)
        flood.wait_until_blocked()
        client.close()
        assert server.requests[0].client_left.wait(10)
        with pytest.raises(errors.AIClientError):
            list(stream)

    def test_dropping_a_paused_stream_closes_its_connection(
        self, make_client: MakeClient, server: FakeServer, flood: Flood
    ) -> None:
        client = make_client(base_url=server.base_url, max_buffered_bytes=LIMIT)
        stream = client.stream(QUESTION, MODEL)
        next(stream)
        flood.wait_until_blocked()
        del stream
        gc.collect()
        assert server.requests[0].client_left.wait(10)

    def test_the_other_streams_of_the_client_go_on(self, make_client: MakeClient, server: FakeServer) -> None:
        floods = [Flood() for _ in range(4)]
        server.script += floods
        client = make_client(base_url=server.base_url, max_buffered_bytes=LIMIT)
        streams = [client.stream(QUESTION, MODEL) for _ in floods]
        for stream in streams:
            next(stream)
        for flood in floods:
            assert flood.wait_until_blocked() < IN_SYSTEM_BUFFERS
        assert client.chat([{"role": "user", "content": "hello"}], MODEL).text
        for stream in streams:
            stream.cancel()
        client.close()
        assert server.wait_for_no_connections()

    def test_a_descriptor_stays_readable_while_a_stream_is_paused(self, paused: Any) -> None:
        assert select.select([paused.fileno()], [], [], 10)[0]
        assert paused.drain()

    @pytest.mark.parametrize(
        ("limit", "error"), [(0, ValueError), (-1, ValueError), ("4", TypeError), (1.5, TypeError), (None, TypeError)]
    )
    def test_an_invalid_limit_is_named(self, make_client: MakeClient, limit: Any, error: type[Exception]) -> None:
        with pytest.raises(error, match="max_buffered_bytes"):
            make_client(base_url="http://127.0.0.1:1/v1", max_buffered_bytes=limit)
