"""The native functions for endpoints other than chat, on which modules in Python are built."""

import asyncio
import json
from typing import Any

import pytest

import ai_rust_client
from ai_rust_client import AIClient
from ai_rust_client._aio import call, head, next_item
from ai_rust_client._native import open_events, request, start_request
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
    Stream,
)

KEY = "sk-endpoints-0123456789"
ENDS = ["response.completed"]


@pytest.fixture
def client(server: FakeServer) -> Any:
    with AIClient(KEY, base_url=server.base_url, max_retries=0) as client:
        yield client


def open_responses(client: AIClient, **fields: Any) -> Any:
    return open_events(client, ["responses"], ENDS, ["response.created"], False, **fields)


def event(kind: str, **fields: Any) -> Data:
    return Data({"type": kind} | fields, kind)


def test_a_post_sends_its_fields_and_returns_text_headers_and_request_id(client: AIClient, server: FakeServer) -> None:
    server.script.append(Body('{"ok": "ä"}', headers={"X-Request-Id": "req_1", "X-Key": KEY}))
    reply = request(client, "POST", ["responses"], input=[{"content": "x" * 100_000}], model="m")
    assert json.loads(reply.text) == {"ok": "ä"}
    assert (reply.headers["content-type"], reply.headers["x-key"]) == ("application/json", "***")
    assert reply.request_id == "req_1"
    assert reply.mask(f"no {KEY}") == "no ***"
    sent = server.requests[0]
    assert (sent.method, sent.path) == ("POST", "/v1/responses")
    assert sent.json == {"input": [{"content": "x" * 100_000}], "model": "m"}


def test_a_post_may_have_no_fields(client: AIClient, server: FakeServer) -> None:
    request(client, "POST", ["responses"])
    assert server.requests[0].json == {}


def test_get_and_delete_send_no_body_and_quote_their_path(client: AIClient, server: FakeServer) -> None:
    server.responses["a/b ?"] = {"id": "a/b ?"}
    for method in ("GET", "DELETE"):
        reply = request(client, method, ["responses", "a/b ?"], extra_query={"include": "x"})
        assert json.loads(reply.text)["id"] == "a/b ?"
    assert [(sent.method, sent.path, sent.body) for sent in server.requests] == [
        (method, "/v1/responses/a%2Fb%20%3F?include=x", b"") for method in ("GET", "DELETE")
    ]
    with pytest.raises(TypeError, match="input"):
        request(client, "GET", ["models"], input="x")


def test_a_value_without_a_json_form_is_refused_with_its_place(client: AIClient) -> None:
    with pytest.raises(TypeError, match=r"input\[0\]\.content"):
        request(client, "POST", ["responses"], input=[{"content": object()}])


def test_failures_are_those_of_chat(client: AIClient, server: FakeServer) -> None:
    server.script += [Error(429, f"slow down {KEY}", headers={"retry-after": "2"}), Error(503), Body("{}")]
    with pytest.raises(ai_rust_client.RateLimitError, match=r"slow down \*\*\*"):
        request(client, "POST", ["responses"])
    request(client, "POST", ["responses"], max_retries=1)
    server.script.append(Hang())
    with pytest.raises(ai_rust_client.APITimeoutError):
        request(client, "POST", ["responses"], timeout=0.2)


async def test_a_request_can_be_awaited_and_cancelled(client: AIClient, server: FakeServer) -> None:
    reply = await call(start_request, client, "POST", ["responses"], input="x")
    assert json.loads(reply.text)["object"] == "response"
    server.script.append(Hang())
    task = asyncio.create_task(call(start_request, client, "POST", ["responses"]))
    assert await asyncio.to_thread(server.wait_for_requests, 2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(server.requests[1].client_left.wait, 10)


def test_events_have_their_type_and_data(client: AIClient, server: FakeServer) -> None:
    server.script.append(Answer(("a", "b"), headers={"X-Request-Id": "req_1", "X-Key": KEY}))
    stream = open_responses(client, input="x", model="m")
    events = [item for batch in stream for item in batch]
    assert (stream.request_id, stream.headers["x-key"]) == ("req_1", "***")
    assert server.requests[0].json == {"input": "x", "model": "m", "stream": True}
    assert [kind for kind, _ in events][:3] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
    ]
    assert events[-1][0] == "response.completed"
    assert all(json.loads(data)["type"] == kind for kind, data in events)


def test_the_type_may_be_only_in_the_data(client: AIClient, server: FakeServer) -> None:
    odd = (Data({"x": 1}), Data('{"type":""}'), Data('["a","b"]'), Data("not json"))
    server.script.append(Stream((Data({"type": "a"}), *odd, Data({"type": ENDS[0]}))))
    events = [item for batch in open_responses(client) for item in batch]
    assert events == [
        ("a", '{"type":"a"}'),
        ("message", '{"x":1}'),
        ("message", '{"type":""}'),
        ("message", '["a","b"]'),
        ("message", "not json"),
        (ENDS[0], '{"type":"response.completed"}'),
    ]


def test_the_last_event_ends_the_stream_whatever_follows(client: AIClient, server: FakeServer) -> None:
    server.script.append(Stream((event("a"), event(ENDS[0]), Hang())))
    assert [kind for batch in open_responses(client) for kind, _ in batch] == ["a", ENDS[0]]


@pytest.mark.parametrize("steps", [(), (Cut(),), (Cut(reset=True),), (Data("[DONE]"),)])
def test_a_stream_without_its_last_event_is_interrupted(client: AIClient, server: FakeServer, steps: Any) -> None:
    server.script.append(Stream((event("a"), Pause(0.1), *steps)))
    events = open_responses(client)
    assert [kind for kind, _ in next(events)] == ["a"]
    with pytest.raises(ai_rust_client.StreamInterruptedError):
        next(events)


def test_the_last_event_may_lack_its_blank_line(client: AIClient, server: FakeServer) -> None:
    server.script.append(Stream((event("a"), Bytes(b'event: x\ndata: {"type":"response.completed"}'))))
    assert [kind for batch in open_responses(client) for kind, _ in batch] == ["a", ENDS[0]]


def test_an_error_event_is_the_last_and_masked(client: AIClient, server: FakeServer) -> None:
    for error in (event("error", message=f"no {KEY}"), Data({"error": {"message": f"no {KEY}"}})):
        server.script.append(Stream((event("a"), error, event("b"))))
        (_, (kind, data)) = [item for batch in open_responses(client) for item in batch]
        assert kind == "error"
        assert KEY not in data
        assert "no ***" in data


def test_a_document_in_place_of_a_stream_is_an_event_without_a_type(client: AIClient, server: FakeServer) -> None:
    server.script.append(Body('{"object": "response", "error": null}'))
    assert list(open_responses(client)) == [[("", '{"object": "response", "error": null}')]]


def test_failures_before_the_head_are_those_of_chat(client: AIClient, server: FakeServer) -> None:
    server.script += [
        Error(401),
        Error(503),
        Answer("so"),
        Body("<html>", content_type="text/html"),
        Body('{"error":"no"}'),
    ]
    with pytest.raises(ai_rust_client.AuthenticationError):
        open_responses(client).wait_for_head()
    assert list(open_responses(client, max_retries=1))
    for _ in range(2):
        with pytest.raises(ai_rust_client.ProtocolError):
            list(open_responses(client))


def test_events_without_content_do_not_extend_the_stall_timeout(client: AIClient, server: FakeServer) -> None:
    timeouts = ai_rust_client.Timeouts(first_token=0.3)
    quiet = [step for _ in range(10) for step in (event("response.created"), Pause(0.1))]
    server.script.append(Stream((*quiet, event(ENDS[0]))))
    with pytest.raises(ai_rust_client.APITimeoutError) as caught:
        list(open_responses(client, timeout=timeouts))
    assert caught.value.phase == "first_token"


def test_cancelling_closes_the_connection(client: AIClient, server: FakeServer) -> None:
    server.script.append(Stream((event("a"), Hang())))
    events = open_responses(client)
    assert next(events)
    events.cancel()
    with pytest.raises(ai_rust_client.StreamCancelled):
        next(events)
    assert server.requests[0].client_left.wait(10)


async def test_events_can_be_read_in_an_event_loop(client: AIClient, server: FakeServer) -> None:
    server.script.append(Answer(("a", "b"), delay=0.01))
    events = await head(open_responses(client))
    kinds: list[str] = []
    while ENDS[0] not in kinds:
        kinds += [kind for kind, _ in await next_item(events)]
    with pytest.raises(StopAsyncIteration):
        await next_item(events)
