"""The server: accepts connections, takes replies from its script and records requests."""

import contextlib
import socket
import ssl
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

from .connection import Connection
from .echo import echo
from .embeddings import embeddings_document
from .replies import Answer, Body, Bytes, Cut, Error, Hang, Model, Raw, Reply, Stream, Vectors
from .requests import Request
from .responses_api import response_document, response_object, response_stream
from .wire import Payload, answer_document, answer_stream, document, dumps, error_document, event_stream, head

ReplyOrCallable = Reply | Callable[[Request], Reply]

_METHODS = {
    "chat/completions": ("POST",),
    "responses": ("POST",),
    "embeddings": ("POST",),
    "models": ("GET", "HEAD"),
}

DEFAULT_MODELS = (Model("fake/echo", "Echo", 8192), Model("fake/large", "Large", 200_000))


class FakeServer:
    """Listens on 127.0.0.1 from construction until `close`; thread-safe, one thread per connection.

    `script` is the queue of replies to POST requests, `models_script` that of replies to `GET /v1/models` and
    `GET /v1/models/{id}`. When a script is empty, the reply is `default`, or the entries of `models`. A reply may be a
    function of the request. `repeat` puts each reply back at the end of the script.
    `api_key` is required as a Bearer token if it is given (401 without); `tls` enables HTTPS. `requests` are the
    received requests in order; `on_request` is called with each, on the thread of its connection.
    """

    def __init__(  # noqa: PLR0913  the settings of the public API
        self,
        script: Iterable[ReplyOrCallable] | None = None,
        *,
        default: ReplyOrCallable = echo,
        models: Iterable[Model | str] = DEFAULT_MODELS,
        models_script: Iterable[ReplyOrCallable] | None = None,
        api_key: str | None = None,
        port: int = 0,
        repeat: bool = False,
        tls: ssl.SSLContext | None = None,
        on_request: Callable[[Request], None] | None = None,
    ) -> None:
        self.script: deque[ReplyOrCallable] = deque(script or ())
        self.models_script: deque[ReplyOrCallable] = deque(models_script or ())
        self.default = default
        self.models = tuple(Model(model) if isinstance(model, str) else model for model in models)
        self.api_key = api_key
        self.repeat = repeat
        self.tls = tls
        self.on_request = on_request
        self.requests: list[Request] = []
        self.responses: dict[str, dict[str, Any]] = {}
        """The responses that `GET` and `DELETE /v1/responses/{id}` find."""
        self._changed = threading.Condition()
        self._connections: dict[Connection, threading.Thread] = {}
        self._accepted = 0
        self._closing = False
        self._listener = socket.create_server(("127.0.0.1", port), backlog=512)
        self.port: int = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, name=f"fake-server-{self.port}", daemon=True)
        self._acceptor.start()

    @property
    def base_url(self) -> str:
        """The base URL for a client, which ends in `/v1`."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/v1"

    def wait_for_requests(self, count: int, timeout: float = 10.0) -> bool:
        """Block until `count` requests have arrived in total; returns False after `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.requests) >= count, timeout)

    @property
    def open_connections(self) -> int:
        """The number of open connections."""
        with self._changed:
            return len(self._connections)

    def wait_for_no_connections(self, timeout: float = 10.0) -> bool:
        """Block until every client has disconnected; returns False after `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._connections, timeout)

    def close(self) -> None:
        """Close every connection and end every thread. Further calls do nothing."""
        with self._changed:
            if self._closing:
                return
            self._closing = True
        # Closing the socket does not wake accept() in another thread: a last client does.
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=5):
            self._acceptor.join()
        self._listener.close()
        with self._changed:
            left = dict(self._connections)
        for connection, thread in left.items():
            connection.abort()
            thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._changed:
                if self._closing:
                    sock.close()
                    return
                self._accepted += 1
                connection = Connection(sock, self._accepted, self._reply, self.tls)
                name = f"{self._acceptor.name}-{self._accepted}"
                thread = threading.Thread(target=self._serve, args=(connection,), name=name, daemon=True)
                self._connections[connection] = thread
            thread.start()

    def _serve(self, connection: Connection) -> None:
        try:
            connection.run()
        finally:
            with self._changed:
                del self._connections[connection]
                self._changed.notify_all()

    def _reply(self, request: Request) -> Iterator[Payload]:
        with self._changed:
            reply = self._choose(request)
            self.requests.append(request)
            self._changed.notify_all()
        if self.on_request is not None:
            self.on_request(request)
        if callable(reply):
            reply = reply(request)
        if isinstance(reply, Answer):
            reply = self._answer(reply, request)
        return _payloads(reply, request)

    def _answer(self, reply: Answer, request: Request) -> Reply:
        if request.endpoint != "responses":
            make = answer_stream if request.wants_stream else answer_document
            return make(reply, request.model)
        body = request.json
        with self._changed:
            response = response_object(reply, body, f"resp_{len(self.responses) + 1}")
            self.responses[response["id"]] = response
        return response_stream(reply, body, response) if request.wants_stream else response_document(reply, response)

    def _choose(self, request: Request) -> ReplyOrCallable:
        if refusal := self._refuse(request):
            return refusal
        if request.method == "HEAD":
            return Raw((Bytes(head(200, {"Content-Length": "0"})),), keep_alive=True)
        resource, _, name = request.endpoint.partition("/")
        if resource == "models":
            if self.models_script:
                return self.models_script.popleft()
            return self._model(unquote(name)) if name else _model_list(self.models)
        if resource == "responses" and name:
            return self._stored_response(request.method, unquote(name))
        if not self.script:
            return self.default
        reply = self.script.popleft()
        if self.repeat:
            self.script.append(reply)
        return reply

    def _refuse(self, request: Request) -> Error | None:
        path = request.endpoint
        allowed = _METHODS.get(path)
        if allowed is None and (resource := path.partition("/")[0]) in ("models", "responses"):
            allowed = ("GET",) if resource == "models" else ("GET", "DELETE")
        if allowed is None:
            message = f"there is no {path} here; try {', '.join(_METHODS)}"
            return Error(404, message, "invalid_request_error")
        if request.method not in allowed:
            methods = ", ".join(allowed)
            return Error(405, f"{path} takes {methods}", "invalid_request_error", headers={"Allow": methods})
        if self.api_key is not None and request.headers.get("authorization") != f"Bearer {self.api_key}":
            return Error(401, "Incorrect API key provided", "invalid_request_error", "invalid_api_key")
        if request.method == "POST" and not isinstance(request.json, dict):
            return Error(400, "the body is not a JSON object", "invalid_request_error")
        return None

    def _model(self, name: str) -> Reply:
        for model in self.models:
            if model.id == name:
                return Body(dumps(_model_entry(model)))
        return Error(404, f"The model '{name}' does not exist", "invalid_request_error", "model_not_found")

    def _stored_response(self, method: str, id: str) -> Reply:
        response = self.responses.get(id)
        if response is None:
            return Error(404, f"Response with id '{id}' not found.", "invalid_request_error")
        if method == "DELETE":
            del self.responses[id]
            return Body(dumps({"id": id, "object": "response", "deleted": True}))
        return Body(dumps(response))


def _model_entry(model: Model) -> dict[str, object]:
    entry: dict[str, object] = {"id": model.id, "object": "model"}
    if model.name is not None:
        entry["name"] = model.name
    if model.context_length is not None:
        entry["context_length"] = model.context_length
    return entry


def _model_list(models: tuple[Model, ...]) -> Body:
    return Body(dumps({"object": "list", "data": [_model_entry(model) for model in models]}))


def _payloads(reply: Reply, request: Request) -> Iterator[Payload]:
    if isinstance(reply, Vectors):
        reply = embeddings_document(reply, request)
    elif isinstance(reply, Error):
        reply = error_document(reply)
    if isinstance(reply, Stream):
        yield from event_stream(reply)
    elif isinstance(reply, Body):
        yield from document(reply)
    elif isinstance(reply, Raw):
        for step in reply.steps:
            yield step.data if isinstance(step, Bytes) else step
        if not reply.keep_alive:
            yield Cut()
    elif isinstance(reply, Hang | Cut):
        yield reply
