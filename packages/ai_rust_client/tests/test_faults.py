"""Failing networks and servers, in addition to the suite of all clients (`chat_conformance.faults`)."""

import contextlib
import gzip
import json
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

import ai_rust_client
from ai_rust_client import AIClient
from minimal_browser_core.testing.fake_server import (
    Answer,
    Body,
    Bytes,
    Cut,
    Data,
    Error,
    FakeServer,
    Hang,
    Pause,
    Raw,
    Reply,
    Stream,
    chunk,
)

Ask = Callable[[AIClient], str]


def whole(client: AIClient) -> str:
    return client.send_request("q", "m")


def streamed(client: AIClient) -> str:
    return "".join(client.stream_response("q", "m"))


both_ways = pytest.mark.parametrize("ask", [whole, streamed])
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
ANSWER = json.dumps({"choices": [{"message": {"content": "so"}, "finish_reason": "stop"}]}).encode()
TEXT = Data(chunk({"content": "part"}))


def client_of(server: FakeServer, **settings: float | None) -> AIClient:
    return AIClient(base_url=server.base_url, **{"max_retries": 0, **settings})  # type: ignore[arg-type]


# -- before the answer -------------------------------------------------------------------------------------------------


@both_ways
def test_a_port_without_a_listener(ask: Ask) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        client = AIClient(base_url=f"http://127.0.0.1:{taken.getsockname()[1]}/v1", max_retries=1)
        with pytest.raises(ai_rust_client.APIConnectionError, match="could not connect") as caught:
            ask(client)
    assert (len(caught.value.attempts), caught.value.retryable) == (2, True)


def test_a_host_that_does_not_exist() -> None:
    client = AIClient(base_url="http://provider.invalid/v1", max_retries=0)
    with pytest.raises(ai_rust_client.APIConnectionError, match=r"could not connect to http://provider\.invalid"):
        client.send_request("q", "m")


@both_ways
def test_a_connection_that_is_accepted_and_never_answered(server: FakeServer, ask: Ask) -> None:
    server.default = Hang()
    with pytest.raises(ai_rust_client.APITimeoutError) as caught:
        ask(client_of(server, idle_timeout=0.2))
    assert caught.value.phase == "idle"
    assert server.requests[0].client_left.wait(10)


@both_ways
def test_a_head_that_never_ends(server: FakeServer, ask: Ask) -> None:
    server.default = Raw((Bytes(HEAD), Hang()))
    with pytest.raises(ai_rust_client.APITimeoutError):
        ask(client_of(server, idle_timeout=0.2))
    assert server.requests[0].client_left.wait(10)


@both_ways
@pytest.mark.parametrize("sent", [b"SSH-2.0-OpenSSH_9.6\r\n", b"\x16\x03\x01\x00\x00", b"HTTP/9.9 200 OK\r\n\r\n"])
def test_a_server_of_another_protocol(server: FakeServer, ask: Ask, sent: bytes) -> None:
    server.default = Raw((Bytes(sent), Pause(0.1)))
    with pytest.raises(ai_rust_client.APIConnectionError):
        ask(client_of(server))


@both_ways
def test_too_many_headers_are_rejected(server: FakeServer, ask: Ask) -> None:
    server.default = Answer("so", headers={f"X-{n}": "x" for n in range(5000)})
    with pytest.raises(ai_rust_client.APIConnectionError):
        ask(client_of(server))


@both_ways
def test_circular_redirects_end(server: FakeServer, ask: Ask) -> None:
    server.default = Error(307, headers={"Location": "/v1/chat/completions"})
    with pytest.raises(ai_rust_client.ProtocolError, match="redirected more than 5 times"):
        ask(client_of(server))


# -- within the answer -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("size", [0, 1, len(ANSWER) // 2, len(ANSWER) - 1])
def test_a_whole_answer_that_is_cut_off_raises(server: FakeServer, size: int, reset: bool) -> None:
    server.default = Body(ANSWER, cut_after=size, reset=reset, headers={"x-request-id": "req-1"})
    with pytest.raises(ai_rust_client.APIConnectionError, match="before the answer was complete") as caught:
        whole(client_of(server, max_retries=3))
    # It may have been paid for: it is not asked for again.
    assert (caught.value.request_id, len(server.requests)) == ("req-1", 1)


@pytest.mark.parametrize("framing", ["chunked", "close"])
@pytest.mark.parametrize("steps", [(TEXT,), (TEXT, Bytes(b"data: {")), (TEXT, Bytes(b"data: "))])
def test_a_stream_that_is_cut_off_reports_what_had_arrived(
    server: FakeServer, steps: tuple[Data | Bytes, ...], framing: str
) -> None:
    server.default = Stream((*steps, Cut()), framing=framing, headers={"x-request-id": "req-1"})  # type: ignore[arg-type]
    with pytest.raises(ai_rust_client.StreamInterruptedError) as caught:
        streamed(client_of(server, max_retries=3))
    assert (caught.value.partial_text, caught.value.request_id, len(server.requests)) == ("part", "req-1", 1)


def test_a_stream_that_is_reset_reports_what_had_arrived(server: FakeServer) -> None:
    server.default = Stream((TEXT, Pause(0.1), Cut(reset=True)))
    with pytest.raises(ai_rust_client.StreamInterruptedError) as caught:
        streamed(client_of(server))
    assert caught.value.partial_text == "part"


@pytest.mark.parametrize("cut", [10, -1, -9])
def test_truncated_gzip_raises(server: FakeServer, cut: int) -> None:
    packed = gzip.compress(ANSWER)[:cut]
    server.default = Body(packed, headers={"Content-Encoding": "gzip"})
    with pytest.raises(ai_rust_client.APIConnectionError, match="before the answer was complete"):
        whole(client_of(server))


def test_white_space_does_not_count_as_content(server: FakeServer) -> None:
    """White space, which some providers send before a whole answer to keep the connection alive."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
    server.default = Raw((Bytes(head), *(Bytes(b" \n"), Pause(0.02)) * 500))
    with pytest.raises(ai_rust_client.APITimeoutError) as caught:
        whole(client_of(server, first_token_timeout=0.3))
    assert caught.value.phase == "first_token"
    assert server.requests[0].client_left.wait(10)


def test_white_space_before_an_answer_restarts_the_idle_timeout(server: FakeServer) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
    server.default = Raw((Bytes(head), *(Bytes(b"\n"), Pause(0.2)) * 8, Bytes(ANSWER)))
    assert whole(client_of(server, idle_timeout=1.2)) == "so"


def test_an_error_whose_body_never_ends_is_raised(server: FakeServer) -> None:
    head = b"HTTP/1.1 500 Oh\r\nContent-Length: 1000\r\n\r\nbroken"
    server.default = Raw((Bytes(head), Hang()))
    with pytest.raises(ai_rust_client.InternalServerError):
        whole(client_of(server, idle_timeout=0.2))


def test_an_endless_error_body_is_cut(server: FakeServer) -> None:
    server.default = Body("x" * 1_000_000, status=500, content_type="text/plain")
    with pytest.raises(ai_rust_client.InternalServerError) as caught:
        whole(client_of(server))
    assert len(caught.value.body) == 64 << 10


# -- sockets of our own ------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """A base URL whose connections `serve` is given, one after the other."""
    listener = socket.create_server(("127.0.0.1", 0))
    # Little of what is sent fits into the network: the sender waits for the reader.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = listener.accept()
                with sock, contextlib.suppress(OSError):
                    serve(sock)

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        listener.close()


def test_a_slow_upload_does_not_count_as_silence() -> None:
    """The idle timer runs from the last byte of the request on: the server cannot answer before it has it."""

    size = 20_000_000

    def serve(sock: socket.socket) -> None:
        received, pause = 0, threading.Event()
        while received < size and (data := sock.recv(65536)):
            received += len(data)
            pause.wait(0.01)
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(ANSWER) + ANSWER)

    with listening(serve) as url, AIClient(base_url=url, max_retries=0, idle_timeout=1.5) as client:
        assert client.send_request("x" * size, "m") == "so"


def test_a_connection_that_the_server_closed_in_the_pool_is_not_an_error(server: FakeServer) -> None:
    server.script.append(Raw((Bytes(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(ANSWER) + ANSWER),)))
    with client_of(server, max_retries=1) as client:
        assert whole(client) == "so"
        assert server.wait_for_no_connections()
        assert whole(client)


@pytest.mark.parametrize(
    "reply",
    [
        Answer(("a", "b"), cut_after=2),
        Stream((TEXT, Hang())),
        Stream((TEXT, Data("rubbish"), Hang())),
        Error(500),
        Hang(),
        Body("<html>", content_type="text/html"),
    ],
    ids=["cut", "silent", "malformed", "refused", "hanging", "a page"],
)
def test_after_a_fault_nothing_is_left_open(server: FakeServer, reply: Reply) -> None:
    server.default = reply
    with client_of(server, idle_timeout=0.2) as client:
        for _ in range(5):
            with pytest.raises(ai_rust_client.AIClientError):
                streamed(client)
    assert server.wait_for_no_connections()
