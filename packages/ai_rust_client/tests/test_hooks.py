"""Hooks of an `ObservedClient`: what happens during a call, and in which order."""

import gc
import json
import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from ai_rust_client import (
    AIClient,
    AIClientError,
    APITimeoutError,
    BadRequestError,
    InternalServerError,
    StreamCancelled,
    Timeouts,
)
from ai_rust_client.hooks import Call, Hooks, ObservedClient
from ai_rust_client.router import Router
from minimal_browser_core.testing.fake_server import Answer, Body, Data, Error, FakeServer, Hang, Stream, Usage, echo

MESSAGES = [{"role": "user", "content": "q"}]
RETRIED = Error(503, headers={"Retry-After": "0.01"})


class Recorder(Hooks):
    """Writes down each event, and keeps the calls that ended."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.ended: list[Call] = []

    def start(self, call: Call) -> None:
        self.events.append(f"start {call.operation} {call.model}")

    def attempt(self, call: Call) -> None:
        self.events.append(f"attempt {call.attempt}")

    def retry(self, call: Call, error: AIClientError, delay: float) -> None:
        self.events.append(f"retry after {error.status} in {delay}")

    def first_byte(self, call: Call) -> None:
        assert call.time_to_first_byte is not None
        self.events.append("first byte")

    def end(self, call: Call) -> None:
        self.events.append(f"end {type(call.error).__name__}")
        self.ended.append(call)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def client(server: FakeServer, recorder: Recorder) -> Iterator[ObservedClient]:
    with ObservedClient(AIClient(base_url=server.base_url), [recorder]) as client:
        yield client


WITH_A_RETRY = ["start chat m", "attempt 1", "retry after 503 in 0.01", "attempt 2", "first byte", "end NoneType"]


@pytest.mark.parametrize(("retries", "requests"), [(0, 1), (1, 2), (3, 4)])
def test_the_retries_of_the_client_are_the_default(server: FakeServer, retries: int, requests: int) -> None:
    server.default = RETRIED
    plain = AIClient(base_url=server.base_url, max_retries=retries)
    with ObservedClient(ObservedClient(plain, []), []) as client, pytest.raises(AIClientError):
        client.chat(MESSAGES, "m")
    assert (plain.max_retries, len(server.requests)) == (retries, requests)


def test_a_call_with_a_retry(server: FakeServer, client: ObservedClient, recorder: Recorder) -> None:
    server.script.extend([RETRIED, Answer("ok", usage=Usage(3, 4))])
    assert client.chat(MESSAGES, "m", temperature=1).text == "ok"
    assert recorder.events == WITH_A_RETRY
    (call,) = recorder.ended
    assert call.usage is not None
    assert (call.usage.prompt_tokens, call.options, call.input) == (3, {"temperature": 1}, MESSAGES)
    assert call.duration > 0
    assert "max_retries" not in server.requests[0].json


def test_a_stream_with_a_retry(server: FakeServer, client: ObservedClient, recorder: Recorder) -> None:
    server.script.extend([RETRIED, Answer(("a", "b"))])
    assert list(client.stream(MESSAGES, "m")) == ["a", "b"]
    assert recorder.events == WITH_A_RETRY
    assert recorder.ended[0].response.text == "ab"


async def test_async(server: FakeServer, client: ObservedClient, recorder: Recorder) -> None:
    server.script.extend([RETRIED, Answer("ok"), RETRIED, Answer(("a", "b")), Answer("c")])
    assert (await client.achat(MESSAGES, "m")).text == "ok"
    assert [text async for text in await client.stream(MESSAGES, "m")] == ["a", "b"]
    assert recorder.events == WITH_A_RETRY * 2
    kinds = [event.kind async for event in client.stream(MESSAGES, "m").aevents()]
    assert kinds[-1] == "finish"


@pytest.mark.parametrize("timeout", [None, 0.6, Timeouts(total=0.6), Timeouts(idle=20)])
def test_the_total_timeout_is_that_of_all_attempts(server: FakeServer, timeout: Any) -> None:
    server.default = Error(503, headers={"Retry-After": "0.1"})
    total = None if timeout == 0.6 else 0.6
    plain = AIClient(base_url=server.base_url, max_retries=1000, total_timeout=total)
    began = time.monotonic()
    with ObservedClient(plain, []) as client:
        with pytest.raises(AIClientError):
            client.chat(MESSAGES, "m", timeout=timeout)
        with pytest.raises(AIClientError):
            list(client.stream(MESSAGES, "m", timeout=timeout))
        server.default = Hang()
        with pytest.raises(APITimeoutError):
            client.chat(MESSAGES, "m", timeout=timeout)
    assert time.monotonic() - began < 4
    assert 4 <= len(server.requests) < 30


def test_a_call_without_a_total_timeout_may_take_longer_than_the_client_says(server: FakeServer) -> None:
    server.script += [Error(503, headers={"Retry-After": "0.5"}), Answer("ok")]
    with ObservedClient(AIClient(base_url=server.base_url, total_timeout=0.3), []) as client:
        assert client.chat(MESSAGES, "m", timeout=Timeouts(total=None)).text == "ok"


def test_failures(server: FakeServer, client: ObservedClient, recorder: Recorder) -> None:
    server.default = RETRIED
    with pytest.raises(InternalServerError):
        client.chat(MESSAGES, "m", max_retries=1)
    server.default = Error(400)
    with pytest.raises(BadRequestError):
        list(client.stream(MESSAGES, "m"))
    with pytest.raises(TypeError):
        client.chat([{"role": object()}], "m")
    ends = [event for event in recorder.events if event.startswith("end")]
    assert ends == ["end InternalServerError", "end BadRequestError", "end TypeError"]
    assert len(server.requests) == 3


def test_streams_that_are_not_read_end_too(server: FakeServer, client: ObservedClient, recorder: Recorder) -> None:
    server.default = Answer(("a", "b"))
    with client.stream(MESSAGES, "m") as stream:
        assert next(stream) == "a"
    stream = client.stream(MESSAGES, "m")
    del stream
    gc.collect()
    assert [type(call.error) for call in recorder.ended] == [StreamCancelled, StreamCancelled]


def test_the_methods_on_top_and_a_router(server: FakeServer, client: ObservedClient, recorder: Recorder) -> None:
    server.script.append(Answer('{"value": [1]}'))
    assert client.parse("q", "m", list[int]).parsed == [1]
    assert client.send_request("q", "m")
    assert "".join(client.stream_response("q", "m"))
    assert [outcome.error for outcome in client.map(["a", "b"], "m")] == [None, None]
    assert Router([client]).send_request("q", "m")
    assert "".join(Router([client]).stream(MESSAGES, "m"))
    assert len(recorder.ended) == 7
    server.default = echo
    assert len(client.embed(["a"], "m")) == 1
    assert recorder.ended[-1].operation == "embeddings"
    assert len(client.models()) == 2
    client.prewarm()


def test_a_failing_hook_changes_nothing(
    server: FakeServer, client: ObservedClient, recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Hooks):
        def start(self, call: Call) -> None:
            raise ZeroDivisionError

    server.default = Answer("ok")
    observed = ObservedClient(client.client, [Broken(), recorder])
    with caplog.at_level(logging.ERROR, "ai_rust_client"):
        assert observed.send_request("q", "m") == "ok"
    assert "Broken.start failed" in caplog.text
    assert recorder.events[-1] == "end NoneType"


async def test_responses(server: FakeServer, client: ObservedClient, recorder: Recorder) -> None:
    response = {"id": "r", "status": "completed", "model": "m", "output": [], "usage": {"input_tokens": 3}}
    end = Stream((Data({"type": "response.completed", "response": response}),))
    server.script.extend([RETRIED, Body(json.dumps(response)), RETRIED, Body(json.dumps(response)), RETRIED, end, end])
    assert client.respond("q", "m").id == "r"
    assert (await client.arespond("q", "m")).id == "r"
    with client.respond("q", "m", stream=True) as events:
        assert [event.type for event in events] == ["response.completed"]
    assert [event.type async for event in await client.arespond("q", "m", stream=True)] == ["response.completed"]
    started = [event for event in WITH_A_RETRY if not event.startswith("start")]
    assert [event for event in recorder.events if not event.startswith("start")][:15] == started * 3
    assert [call.operation for call in recorder.ended] == ["responses"] * 4
    assert [call.usage and call.usage.prompt_tokens for call in recorder.ended] == [3, 3, 3, 3]


def test_options_reach_the_client(server: FakeServer, client: ObservedClient) -> None:
    server.default = Answer("ok")
    client.send_request("q", "m", temperature=0.5)
    list(client.stream_response("q", "m", temperature=0.5))
    client.models(extra_headers={"X-A": "b"})
    assert [request.json["temperature"] for request in server.requests[:2]] == [0.5, 0.5]
    assert server.requests[2].headers["x-a"] == "b"


def test_wrong_clients_and_hooks_are_refused(client: ObservedClient) -> None:
    class Late(Hooks):
        async def end(self, call: Call) -> None:  # type: ignore[override]
            """Never runs."""

    wrong: list[tuple[Any, Any, str]] = [
        ("x", [], "client must be an AIClient, ObservedClient or Router, not str"),
        (client, Recorder(), r"hooks must be a list of Hooks, as in \[MyHooks\(\)\], not Recorder"),
        (client, [Recorder], r"hooks\[0\] must be an instance of a subclass of Hooks, not the class Recorder"),
        (client, [print], r"hooks\[0\] must be an instance of a subclass of Hooks, not builtin_function_or_method"),
        (client, None, "hooks must be a list of Hooks"),
        (client, [Late()], "Late.end must not be a coroutine function"),
    ]
    for value, hooks, message in wrong:
        with pytest.raises(TypeError, match=message):
            ObservedClient(value, hooks)


def test_streams_show_what_they_read(client: ObservedClient) -> None:
    assert repr(client.stream(MESSAGES, "m")).startswith("ObservedStream(ResponseStream(")


def test_a_stream_ends_once_for_many_threads(server: FakeServer, client: ObservedClient, recorder: Recorder) -> None:
    server.default = Hang()
    for _ in range(50):
        recorder.events.clear()
        stream = client.stream(MESSAGES, "m")
        together = threading.Barrier(4)

        def cancel(stream: Any = stream, together: threading.Barrier = together) -> None:
            together.wait()
            stream.cancel()

        threads = [threading.Thread(target=cancel) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [event for event in recorder.events if event.startswith("end")] == ["end StreamCancelled"]
