"""The network runs on a blocking call while it waits, and on the background thread otherwise."""

import socket
from collections.abc import Iterator

import pytest

from ai_rust_client import AIClient, ResponseStream, StreamCancelled
from minimal_browser_core.testing.fake_server import Answer, FakeServer

MESSAGES = [{"role": "user", "content": "hello"}]


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)
        yield listening


def open_unread(silent: socket.socket, server: FakeServer) -> ResponseStream:
    """A stream that nothing reads, opened right after a blocking call of another client."""
    server.default = Answer("done")
    assert AIClient("key", base_url=server.base_url).send_request("hello", "m") == "done"
    return AIClient("key", base_url=f"http://127.0.0.1:{silent.getsockname()[1]}/v1").stream(MESSAGES, "m")


def test_a_stream_is_requested_although_nothing_reads_it(silent: socket.socket, server: FakeServer) -> None:
    stream = open_unread(silent, server)
    connection, _ = silent.accept()
    with connection:
        connection.settimeout(10)
        assert connection.recv(4) == b"POST"
    stream.cancel()


def test_cancelling_closes_the_connection_although_nothing_reads_the_stream(
    silent: socket.socket, server: FakeServer
) -> None:
    stream = open_unread(silent, server)
    connection, _ = silent.accept()
    with connection:
        connection.settimeout(10)
        assert connection.recv(1) == b"P"
        stream.cancel()
        while connection.recv(4096):
            pass
    with pytest.raises(StreamCancelled):
        next(stream)


def test_a_blocking_call_is_answered_while_an_event_loop_waits_for_streams(server: FakeServer) -> None:
    server.default = Answer("one two")
    client = AIClient("key", base_url=server.base_url)
    watched = client.stream(MESSAGES, "m")
    watched.fileno()
    assert client.send_request("hello", "m") == "one two"
    assert "".join(watched) == "one two"
