"""Servers that close a connection after their answer, although they did not say so."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from minimal_browser_core.chat.port import ChatClient

from .base import MODEL, QUESTION, ChatSuite, Errors, MakeClient
from .network_faults import read_request, reset_on_close

_ANSWER = json.dumps({"choices": [{"message": {"content": "so"}, "finish_reason": "stop"}]}).encode()
_EVENTS = b'data: {"choices": [{"delta": {"content": "so"}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'
_MODELS = json.dumps({"data": [{"id": MODEL}]}).encode()


@dataclass
class ClosingServer:
    """Answers `answers` requests on each connection, then closes it.

    With `on_request`, the connection stays open until another request comes, which gets no answer.
    """

    answers: int = 1
    on_request: bool = False
    reset: bool = False
    delay: float = 0.0
    connections: int = 0
    requests: int = 0
    base_url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, sock: socket.socket) -> None:
        with self.lock:
            self.connections += 1
        with sock, contextlib.suppress(OSError):
            for _ in range(self.answers):
                self._answer(sock)
            time.sleep(self.delay)
            if self.on_request:
                read_request(sock)
                with self.lock:
                    self.requests += 1
            if self.reset:
                reset_on_close(sock)

    def _answer(self, sock: socket.socket) -> None:
        head = read_request(sock)
        with self.lock:
            self.requests += 1
        body, kind = _ANSWER, b"application/json"
        if head.startswith(b"GET"):
            body = _MODELS
        elif b"text/event-stream" in head:
            body, kind = _EVENTS, b"text/event-stream"
        fields = b"Content-Type: %s\r\nContent-Length: %d\r\n\r\n" % (kind, len(body))
        sock.sendall(b"HTTP/1.1 200 OK\r\n" + fields + body)

    @contextlib.contextmanager
    def running(self) -> Iterator["ClosingServer"]:
        listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.base_url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        threads: list[threading.Thread] = []

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    sock, _ = listener.accept()
                    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    threads.append(threading.Thread(target=self.serve, args=(sock,)))
                    threads[-1].start()

        acceptor = threading.Thread(target=accept)
        acceptor.start()
        try:
            yield self
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            acceptor.join()
            listener.close()


_WAYS_TO_CLOSE = pytest.mark.parametrize(
    "server",
    [
        ClosingServer(),
        ClosingServer(reset=True),
        ClosingServer(delay=0.0003),
        ClosingServer(delay=0.0003, reset=True),
        ClosingServer(on_request=True),
        ClosingServer(on_request=True, reset=True),
        ClosingServer(answers=3),
        ClosingServer(answers=3, on_request=True),
    ],
    ids=lambda server: f"{server.answers} answers, {server.delay=}, {server.on_request=}, {server.reset=}",
)
_CALLS: dict[str, Callable[[ChatClient], object]] = {
    "chat": lambda client: client.chat(QUESTION, MODEL),
    "stream": lambda client: list(client.stream(QUESTION, MODEL)),
    "a list of models": lambda client: client.chat(QUESTION, [MODEL, "other"]),
    "models": lambda client: client.models(),
}


class StaleConnections(ChatSuite):
    """A connection that the server has closed costs neither a failure nor a delay."""

    @_WAYS_TO_CLOSE
    @pytest.mark.parametrize("call", _CALLS.values(), ids=_CALLS)
    def test_no_call_fails_and_none_waits(
        self, make_client: MakeClient, server: ClosingServer, call: Callable[[ChatClient], object]
    ) -> None:
        with server.running():
            client = make_client(base_url=server.base_url, max_retries=0)
            begin = time.monotonic()
            for _ in range(50):
                call(client)
            client.close()
            # A retry that waits takes 0.25 s on average.
            assert time.monotonic() - begin < 4

    def test_no_call_of_many_threads_fails(self, make_client: MakeClient) -> None:
        failures: list[BaseException] = []

        def calls(client: ChatClient) -> None:
            try:
                for _ in range(25):
                    client.chat(QUESTION, MODEL)
            except BaseException as failure:  # noqa: BLE001  reported below
                failures.append(failure)

        with ClosingServer(answers=2, on_request=True).running() as server:
            client = make_client(base_url=server.base_url, max_retries=0)
            threads = [threading.Thread(target=calls, args=(client,)) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            client.close()
        assert failures == []

    def test_the_repeated_request_is_not_an_attempt(self, make_client: MakeClient, errors: Errors) -> None:
        with ClosingServer(on_request=True).running() as server:
            client = make_client(base_url=server.base_url, max_retries=0)
            client.chat(QUESTION, MODEL)
            # From now on, new connections get no answer either.
            server.answers = 0
            with pytest.raises(errors.APIConnectionError) as caught:
                client.chat(QUESTION, MODEL)
            client.close()
            assert len(caught.value.attempts) == 1
            assert (server.connections, server.requests) == (2, 3)

    def test_a_request_on_a_new_connection_is_not_repeated(self, make_client: MakeClient, errors: Errors) -> None:
        with ClosingServer(answers=0, on_request=True).running() as server:
            client = make_client(base_url=server.base_url, max_retries=0)
            for number in range(1, 4):
                with pytest.raises(errors.APIConnectionError):
                    client.chat(QUESTION, MODEL)
                assert (server.connections, server.requests) == (number, number)
            client.close()
