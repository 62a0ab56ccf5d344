"""Options of a single call: timeouts, retries, and additions to its request."""

import asyncio
import base64
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import EllipsisType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from minimal_browser_core.testing.fake_server import (
    Answer,
    Body,
    Comment,
    Data,
    Error,
    FakeServer,
    Hang,
    Pause,
    Request,
    Stream,
    chunk,
)

from .base import KEY, MODEL, QUESTION, ChatSuite, Errors, MakeClient

SHORT = 0.3
SOON = {"retry-after-ms": "1"}
TEXT = Data(chunk({"content": "part"}))
SECRET = "extra-0123456789abcdef"  # noqa: S105  made up


@dataclass(frozen=True)
class Timeouts:
    """Clients read the six attributes of any object: `...` keeps the client's timeout, None sets no limit."""

    connect: float | EllipsisType | None = ...
    idle: float | EllipsisType | None = ...
    first_token: float | EllipsisType | None = ...
    stall: float | EllipsisType | None = ...
    end: float | EllipsisType | None = ...
    total: float | EllipsisType | None = ...


@dataclass(frozen=True)
class OnlyConnect:
    """The timeouts of another library, which also have an attribute `connect`."""

    connect: float = 1.0
    read: float = 1.0


METHODS: dict[str, Callable[..., object]] = {
    "chat": lambda client, **options: client.chat(QUESTION, MODEL, **options),
    "achat": lambda client, **options: asyncio.run(client.achat(QUESTION, MODEL, **options)),
    "stream": lambda client, **options: list(client.stream(QUESTION, MODEL, **options)),
    "send_request": lambda client, **options: client.send_request("q", MODEL, **options),
    "stream_response": lambda client, **options: list(client.stream_response("q", MODEL, **options)),
    "models": lambda client, **options: client.models(**options),
    "amodels": lambda client, **options: asyncio.run(client.amodels(**options)),
}
CHAT_METHODS = [name for name in METHODS if "models" not in name]
every_method = pytest.mark.parametrize("method", METHODS)
every_chat_method = pytest.mark.parametrize("method", CHAT_METHODS)
chat_and_stream = pytest.mark.parametrize("method", ["chat", "stream"])


def query(request: Request) -> list[tuple[str, str]]:
    """Return the decoded query of a request."""
    return parse_qsl(urlsplit(request.path).query, keep_blank_values=True)


class CallOptions(ChatSuite):
    """Every method that sends a request takes the same options, and none of them reaches the provider as a field."""

    @every_method
    def test_headers_and_query_are_added_to_one_call(self, client: Any, server: FakeServer, method: str) -> None:
        METHODS[method](client, extra_headers={"X-Extra": "one"}, extra_query={"version": "2", "q": "a b&c"})
        METHODS[method](client)
        first, second = server.requests
        assert first.headers["x-extra"] == "one"
        assert query(first) == [("version", "2"), ("q", "a b&c")]
        assert "x-extra" not in second.headers
        assert query(second) == []

    @every_chat_method
    def test_fields_are_added_to_the_body(self, client: Any, server: FakeServer, method: str) -> None:
        extra = {"top_k": 3, "nested": {"a": [1, None]}}
        options = {"timeout": 20, "max_retries": 1, "extra_headers": {}, "extra_query": {}, "extra_body": extra}
        METHODS[method](client, **options)
        METHODS[method](client)
        first, second = (request.json for request in server.requests)
        assert first == second | extra

    @every_method
    def test_none_changes_nothing(self, client: Any, server: FakeServer, method: str) -> None:
        names = ["timeout", "max_retries", "extra_headers", "extra_query"]
        METHODS[method](client, **dict.fromkeys([*names, "extra_body"] if method in CHAT_METHODS else names))
        METHODS[method](client)
        first, second = server.requests
        assert (first.path, first.body, first.headers) == (second.path, second.body, second.headers)

    def test_the_list_of_models_has_no_body(self, client: Any, server: FakeServer) -> None:
        with pytest.raises(TypeError, match="extra_body"):
            client.models(extra_body={"a": 1})
        assert server.requests == []

    def test_other_options_are_still_sent(self, client: Any, server: FakeServer) -> None:
        client.chat(QUESTION, MODEL, temperature=0.5, extra_body={"top_k": 3}, stop=["x"])
        body = server.requests[0].json
        assert (body["temperature"], body["stop"], body["top_k"]) == (0.5, ["x"], 3)

    # -- headers, query and body ---------------------------------------------------------------------------------------

    @pytest.mark.parametrize("name", ["authorization", "Authorization", "AUTHORIZATION"])
    def test_a_header_of_the_call_replaces_the_one_of_the_client(
        self, make_client: MakeClient, server: FakeServer, name: str
    ) -> None:
        client: Any = make_client(api_key=KEY, base_url=server.base_url, headers={"X-Title": "client"})
        client.chat(QUESTION, MODEL, extra_headers={name: f"Bearer {SECRET}", "x-title": "call"})
        client.chat(QUESTION, MODEL)
        first, second = server.requests
        assert (first.headers["authorization"], first.headers["x-title"]) == (f"Bearer {SECRET}", "call")
        assert (second.headers["authorization"], second.headers["x-title"]) == (f"Bearer {KEY}", "client")

    def test_the_query_of_the_call_wins_over_the_one_of_the_base_url(
        self, make_client: MakeClient, server: FakeServer
    ) -> None:
        client: Any = make_client(base_url=f"{server.base_url}?version=1&lang=en&version=0")
        client.chat(QUESTION, MODEL, extra_query={"version": "2", "n": 1, "x": 0.5, "on": True})
        client.chat(QUESTION, MODEL)
        first, second = server.requests
        assert sorted(query(first)) == [("lang", "en"), ("n", "1"), ("on", "true"), ("version", "2"), ("x", "0.5")]
        assert query(second) == [("version", "1"), ("lang", "en"), ("version", "0")]

    def test_a_sequence_repeats_a_name_of_the_query(self, client: Any, server: FakeServer) -> None:
        client.chat(QUESTION, MODEL, extra_query={"tag": ["a", "b"], "none": []})
        assert query(server.requests[0]) == [("tag", "a"), ("tag", "b")]

    @chat_and_stream
    def test_the_body_of_the_call_wins_over_its_options(self, client: Any, server: FakeServer, method: str) -> None:
        extra = {"temperature": 1, "stop": None, "stream_options": {"include_usage": False}}
        METHODS[method](client, temperature=0, top_p=0.5, stop=["x"], extra_body=extra)
        text = server.requests[0].body.decode()
        assert server.requests[0].json.items() >= {**extra, "top_p": 0.5}.items()
        assert [text.count(f'"{name}"') for name in extra] == [1, 1, 1]

    @chat_and_stream
    @pytest.mark.parametrize("name", ["messages", "model", "input", "stream"])
    def test_what_is_an_argument_is_refused_in_the_body(
        self, client: Any, server: FakeServer, method: str, name: str
    ) -> None:
        with pytest.raises(ValueError, match=f"extra_body.*{name}.*argument"):
            METHODS[method](client, extra_body={name: "x"})
        assert server.requests == []

    # -- timeouts ------------------------------------------------------------------------------------------------------

    @every_method
    def test_a_number_is_the_total_timeout(self, client: Any, server: FakeServer, errors: Errors, method: str) -> None:
        server.default = Hang()
        server.models_script.append(Hang())
        with pytest.raises(errors.APITimeoutError) as caught:
            METHODS[method](client, timeout=SHORT)
        assert caught.value.phase == "total"

    @every_method
    def test_timeouts_replace_those_of_the_client(
        self, client: Any, server: FakeServer, errors: Errors, method: str
    ) -> None:
        server.default = Hang()
        server.models_script.append(Hang())
        with pytest.raises(errors.APITimeoutError) as caught:
            METHODS[method](client, timeout=Timeouts(idle=SHORT))
        assert caught.value.phase == "idle"

    @pytest.mark.parametrize(
        ("phase", "steps"),
        [
            ("first_token", (Comment(), Pause(0.02)) * 200),
            ("stall", (TEXT, *(Comment(), Pause(0.02)) * 200)),
            ("total", (TEXT, Pause(0.02)) * 200),
        ],
    )
    def test_each_timeout_can_be_set_for_one_stream(
        self, client: Any, server: FakeServer, errors: Errors, phase: str, steps: tuple[Any, ...]
    ) -> None:
        server.script += [Stream(steps), Answer("whole", head_delay=2 * SHORT)]
        with pytest.raises(errors.APITimeoutError) as caught:
            list(client.stream(QUESTION, MODEL, timeout=Timeouts(**{phase: SHORT})))
        assert caught.value.phase == phase
        assert list(client.stream(QUESTION, MODEL)) == ["whole"]

    def test_the_end_timeout_can_be_set_for_one_stream(self, client: Any, server: FakeServer) -> None:
        server.script.append(Stream((TEXT, Data(chunk({}, finish_reason="stop")), Hang())))
        assert list(client.stream(QUESTION, MODEL, timeout=Timeouts(end=SHORT))) == ["part"]

    @pytest.mark.parametrize("setting", ["idle", "first_token", "total"])
    def test_none_sets_no_limit_for_one_call(
        self, make_client: MakeClient, server: FakeServer, errors: Errors, setting: str
    ) -> None:
        server.script += [Answer("late", head_delay=2.5 * SHORT), Hang()]
        client: Any = make_client(base_url=server.base_url, max_retries=0, **{f"{setting}_timeout": SHORT})
        assert list(client.stream(QUESTION, MODEL, timeout=Timeouts(**{setting: None}))) == ["late"]
        with pytest.raises(errors.APITimeoutError) as caught:
            list(client.stream(QUESTION, MODEL))
        assert caught.value.phase == setting

    @chat_and_stream
    def test_a_timeout_that_is_not_given_stays_the_one_of_the_client(
        self, make_client: MakeClient, server: FakeServer, errors: Errors, method: str
    ) -> None:
        server.default = Hang()
        client = make_client(base_url=server.base_url, max_retries=0, idle_timeout=SHORT)
        for timeout in (30, Timeouts(total=30), Timeouts()):
            with pytest.raises(errors.APITimeoutError) as caught:
                METHODS[method](client, timeout=timeout)
            assert caught.value.phase == "idle"

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux leaves a connection waiting when the queue is full")
    @pytest.mark.parametrize(("of_client", "of_call"), [(30.0, SHORT), (SHORT / 3, 3 * SHORT)])
    def test_the_connect_timeout_can_be_set_for_one_call(
        self, make_client: MakeClient, errors: Errors, of_client: float, of_call: float
    ) -> None:
        waiting = []
        with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
            try:
                for _ in range(4):
                    waiting.append(socket.socket())
                    waiting[-1].setblocking(False)
                    waiting[-1].connect_ex(listener.getsockname())
                url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
                client: Any = make_client(base_url=url, connect_timeout=of_client, max_retries=0)
                start = time.monotonic()
                with pytest.raises(errors.APITimeoutError) as caught:
                    client.chat(QUESTION, MODEL, timeout=Timeouts(connect=of_call))
                assert caught.value.phase == "connect"
                assert of_call * 0.9 < time.monotonic() - start < 10
            finally:
                for sock in waiting:
                    sock.close()

    # -- retries -------------------------------------------------------------------------------------------------------

    @every_method
    @pytest.mark.parametrize("retries", [(2, 0, 1), (0, 1, 2), (1, None, 2)])
    def test_the_number_of_retries_can_be_set_for_one_call(
        self, make_client: MakeClient, server: FakeServer, errors: Errors, method: str, retries: tuple[Any, Any, int]
    ) -> None:
        of_client, of_call, attempts = retries
        server.default = Error(503, headers=SOON)
        server.models_script.extend([Error(503, headers=SOON)] * 3)
        client = make_client(base_url=server.base_url, max_retries=of_client)
        with pytest.raises(errors.InternalServerError):
            METHODS[method](client, max_retries=of_call)
        assert len(server.requests) == attempts

    # -- mistakes ------------------------------------------------------------------------------------------------------

    @chat_and_stream
    @pytest.mark.parametrize(
        ("options", "error", "message"),
        [
            ({"timeout": "5"}, TypeError, "timeout must be a number of seconds or Timeouts, not str"),
            ({"timeout": True}, TypeError, "timeout must be a number of seconds or Timeouts, not bool"),
            ({"timeout": [5]}, TypeError, "timeout must be .* not list"),
            ({"timeout": OnlyConnect()}, TypeError, "timeout must be .* not OnlyConnect"),
            ({"timeout": 0}, ValueError, "timeout"),
            ({"timeout": -1}, ValueError, "timeout"),
            ({"timeout": float("nan")}, ValueError, "timeout"),
            ({"timeout": Timeouts(idle=0)}, ValueError, "idle"),
            ({"timeout": Timeouts(stall="5")}, TypeError, "stall"),  # type: ignore[arg-type]
            ({"max_retries": "2"}, TypeError, "max_retries must be .* not str"),
            ({"max_retries": 1.5}, TypeError, "max_retries must be .* not float"),
            ({"max_retries": -1}, ValueError, "max_retries"),
            ({"extra_headers": "X-A: b"}, TypeError, "extra_headers must be a mapping"),
            ({"extra_headers": {"X-A": 1}}, TypeError, "extra_headers"),
            ({"extra_headers": {"X A": "b"}}, ValueError, "extra_headers.*X A"),
            ({"extra_headers": {"X-A": "b\r\nc"}}, ValueError, "extra_headers.*X-A"),
            ({"extra_query": "a=b"}, TypeError, "extra_query must be a mapping"),
            ({"extra_query": {"a": None}}, TypeError, "extra_query.*a"),
            ({"extra_query": {"a": {"b": "c"}}}, TypeError, "extra_query.*a"),
            ({"extra_query": {1: "a"}}, TypeError, "extra_query"),
            ({"extra_body": [("a", 1)]}, TypeError, "extra_body must be a mapping"),
            ({"extra_body": {1: 2}}, TypeError, "extra_body"),
            ({"extra_body": {"a": object()}}, TypeError, r"\ba\b.*object"),
        ],
    )
    def test_a_mistake_names_the_option(
        self,
        client: Any,
        server: FakeServer,
        method: str,
        options: dict[str, Any],
        error: type[Exception],
        message: str,
    ) -> None:
        with pytest.raises(error, match=message):
            METHODS[method](client, **options)
        assert server.requests == []

    # -- secrets -------------------------------------------------------------------------------------------------------

    @every_method
    @pytest.mark.parametrize(
        "options",
        [
            pytest.param({"extra_headers": {"Authorization": f"Bearer {SECRET}"}}, id="authorization"),
            pytest.param({"extra_headers": {"X-Api-Key": SECRET}}, id="header"),
            pytest.param({"extra_query": {"api_key": SECRET}}, id="query"),
        ],
    )
    def test_secrets_of_the_call_are_masked(
        self, client: Any, server: FakeServer, errors: Errors, method: str, options: dict[str, dict[str, str]]
    ) -> None:
        def refuse(request: Request) -> Body:
            return Body(f"{SECRET} and {KEY} in {request.path}", 400, "text/plain", headers={"x-request-id": SECRET})

        server.default = refuse
        server.models_script.append(refuse)
        with pytest.raises(errors.BadRequestError) as caught:
            METHODS[method](client, **options)
        shown = f"{caught.value} {caught.value!r} {vars(caught.value)} {client!r}"
        assert "***" in shown
        assert SECRET not in shown
        assert KEY not in shown

    def test_the_password_of_a_basic_header_is_masked(self, client: Any, server: FakeServer, errors: Errors) -> None:
        token = base64.b64encode(f"user:{SECRET}".encode()).decode()
        server.script.append(Error(401, f"bad credentials {token}"))
        with pytest.raises(errors.AuthenticationError) as caught:
            client.chat(QUESTION, MODEL, extra_headers={"Authorization": f"Basic {token}"})
        assert token not in f"{caught.value} {caught.value.body}"
