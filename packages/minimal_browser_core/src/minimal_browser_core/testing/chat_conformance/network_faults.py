"""Networks and servers with faults."""

import contextlib
import gzip
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator

import pytest

from minimal_browser_core.chat.port import ChatClient
from minimal_browser_core.testing.fake_server import (
    DONE,
    Answer,
    Body,
    Bytes,
    Cut,
    Data,
    Error,
    FakeServer,
    Pause,
    Raw,
    Stream,
    chunk,
)

from .base import MODEL, QUESTION, ChatSuite, Errors, MakeClient

Ask = Callable[[ChatClient], str]


def _whole(client: ChatClient) -> str:
    return client.chat(QUESTION, MODEL).text


def _streamed(client: ChatClient) -> str:
    return "".join(client.stream(QUESTION, MODEL))


both_ways = pytest.mark.parametrize("ask", [_whole, _streamed], ids=["whole", "streamed"])
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
ANSWER = json.dumps({"choices": [{"message": {"content": "so"}, "finish_reason": "stop"}]}).encode()
EVENT = b'data: {"choices": [{"delta": {"content": "part"}}]}\n\n'


@contextlib.contextmanager
def listening(serve: Callable[[socket.socket], None], scheme: str = "http") -> Iterator[str]:
    """Yield a base URL; `serve` gets its connections, one after the other."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = listener.accept()
                with sock, contextlib.suppress(OSError):
                    serve(sock)

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield f"{scheme}://127.0.0.1:{listener.getsockname()[1]}/v1"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        listener.close()


def read_request(sock: socket.socket) -> bytes:
    """Read one request, and return its head."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += receive(sock)
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = (line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
    size = int(next(lengths, b"0"))
    while len(body) < size:
        body += receive(sock)
    return head


def receive(sock: socket.socket) -> bytes:
    """Return the next bytes. An error if there are none: the client has closed the connection."""
    if data := sock.recv(65536):
        return data
    raise ConnectionResetError


def reset_on_close(sock: socket.socket) -> None:
    """Let `close` send RST instead of FIN."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class NetworkFaults(ChatSuite):
    """Every fault of a network or server ends in its own error, or in the response."""

    @both_ways
    @pytest.mark.parametrize(
        "sent", [b"", b"HTT", HEAD, HEAD + b"Content-Le"], ids=["nothing", "the version", "no blank line", "a header"]
    )
    @pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
    def test_a_connection_lost_within_the_head_is_retried(
        self, make_client: MakeClient, server: FakeServer, errors: Errors, ask: Ask, sent: bytes, reset: bool
    ) -> None:
        server.default = Raw((Bytes(sent), Cut(reset=reset)))
        with pytest.raises(errors.APIConnectionError):
            ask(make_client(base_url=server.base_url, max_retries=0))
        server.script.append(server.default)
        server.default = Answer("at last")
        assert ask(make_client(base_url=server.base_url, max_retries=1)) == "at last"

    def test_a_reset_while_tls_is_set_up(self, make_client: MakeClient, errors: Errors) -> None:
        def serve(sock: socket.socket) -> None:
            sock.recv(64)
            reset_on_close(sock)

        with listening(serve, "https") as url, pytest.raises(errors.APIConnectionError):
            make_client(base_url=url, max_retries=0).chat(QUESTION, MODEL)

    def test_a_reset_while_the_request_is_sent_is_retried(self, make_client: MakeClient) -> None:
        connections = []

        def serve(sock: socket.socket) -> None:
            connections.append(sock)
            if len(connections) == 1:
                sock.recv(1000)
                reset_on_close(sock)
                return
            read_request(sock)
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(ANSWER) + ANSWER)

        with listening(serve) as url:
            client = make_client(base_url=url, max_retries=1)
            assert client.send_request("x" * 4_000_000, MODEL) == "so"
            client.close()

    @both_ways
    def test_a_half_closed_connection_raises(self, make_client: MakeClient, errors: Errors, ask: Ask) -> None:
        """The server closes its side and leaves the connection open, so that nothing more can arrive."""

        def serve(sock: socket.socket) -> None:
            read_request(sock)
            sock.sendall(HEAD + b"Content-Length: 1000\r\n\r\n" + EVENT)
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(65536):
                pass

        with listening(serve) as url:
            client = make_client(base_url=url, max_retries=0)
            with pytest.raises((errors.StreamInterruptedError, errors.APIConnectionError)):
                ask(client)
            client.close()

    @both_ways
    def test_large_headers_are_read_and_endless_ones_refused(
        self, client: ChatClient, server: FakeServer, errors: Errors, ask: Ask
    ) -> None:
        headers = {f"X-Filler-{n}": "x" * 4000 for n in range(20)}
        server.script += [Answer("so", headers=headers), Answer("so", headers={"X-Filler": "x" * 2_000_000})]
        assert ask(client) == "so"
        with pytest.raises(errors.AIClientError):
            ask(client)

    def test_truncated_gzip_raises(self, client: ChatClient, server: FakeServer, errors: Errors) -> None:
        server.default = Body(gzip.compress(ANSWER)[:30], headers={"Content-Encoding": "gzip"})
        with pytest.raises(errors.AIClientError):
            client.chat(QUESTION, MODEL)

    def test_a_truncated_gzip_stream_is_interrupted(
        self, client: ChatClient, server: FakeServer, errors: Errors
    ) -> None:
        head = HEAD + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n"
        server.default = Raw((Bytes(head + gzip.compress(EVENT * 50)[:-20]),))
        with pytest.raises(errors.StreamInterruptedError):
            list(client.stream(QUESTION, MODEL))

    def test_invalid_gzip_raises(self, client: ChatClient, server: FakeServer, errors: Errors) -> None:
        server.default = Body(ANSWER, headers={"Content-Encoding": "gzip"})
        with pytest.raises(errors.AIClientError):
            client.chat(QUESTION, MODEL)

    def test_an_invalid_chunk_size_raises(self, client: ChatClient, server: FakeServer, errors: Errors) -> None:
        server.default = Raw((Bytes(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nnonsense\r\n"),))
        with pytest.raises(errors.AIClientError):
            list(client.stream(QUESTION, MODEL))

    def test_a_slow_drip_is_read_to_its_end(self, make_client: MakeClient, server: FakeServer) -> None:
        stream = b"data: " + json.dumps(chunk({"content": "part"}, finish_reason="stop")).encode() + b"\n\n"
        drip = [step for n in range(len(stream)) for step in (Bytes(stream[n : n + 1]), Pause(0.001))]
        server.default = Stream((*drip, DONE))
        assert _streamed(make_client(base_url=server.base_url, idle_timeout=5)) == "part"

    @both_ways
    def test_a_series_of_429_ends_after_the_configured_attempts(
        self, make_client: MakeClient, server: FakeServer, errors: Errors, ask: Ask
    ) -> None:
        server.default = Error(429, "slow down", headers={"retry-after-ms": "1"})
        with pytest.raises(errors.RateLimitError, match="slow down") as caught:
            ask(make_client(base_url=server.base_url, max_retries=20))
        assert (len(server.requests), len(caught.value.attempts)) == (21, 21)

    def test_a_storm_of_429_over_many_threads_is_weathered(self, make_client: MakeClient, server: FakeServer) -> None:
        server.script += [Error(429, headers={"retry-after-ms": "5"})] * 60
        client = make_client(base_url=server.base_url, max_retries=60)
        answers: list[str] = []
        threads = [threading.Thread(target=lambda: answers.append(_whole(client))) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(answers), len(server.requests)) == (20, 80)

    def test_a_storm_of_failures_stops_at_the_total_timeout(
        self, make_client: MakeClient, server: FakeServer, errors: Errors
    ) -> None:
        server.default = Error(503, headers={"retry-after-ms": "50"})
        with pytest.raises(errors.AIClientError):
            _whole(make_client(base_url=server.base_url, max_retries=1000, total_timeout=0.5))
        assert len(server.requests) < 100

    @pytest.mark.parametrize("event", [Data("rubbish"), Data('{"error": {"message": "no"}}')], ids=["rubbish", "error"])
    def test_after_a_fault_nothing_is_left_open(
        self, client: ChatClient, server: FakeServer, errors: Errors, event: Data
    ) -> None:
        server.default = Stream((Bytes(EVENT), event, Pause(5)))
        for _ in range(5):
            with pytest.raises(errors.AIClientError):
                _streamed(client)
        client.close()
        assert server.wait_for_no_connections()
