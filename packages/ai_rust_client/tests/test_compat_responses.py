"""`responses` of `ai_rust_client.compat` gives what that of the OpenAI library gives.

The comparisons are skipped without the OpenAI library, which is in the dependency group `bench`.
"""

import asyncio
import json
from typing import Any

import pytest

from ai_rust_client import compat
from minimal_browser_core.testing.fake_server import (
    Answer,
    Body,
    Cut,
    Data,
    Error,
    FakeServer,
    Hang,
    Pause,
    Stream,
    ToolCall,
    Usage,
)

openai = pytest.importorskip("openai", reason="comparing needs the OpenAI library: uv sync --group bench")

KEY = "sk-responses-0123456789"
CALL = ToolCall("look", '{"at": "it"}', "call_7")
TOOLS = [{"type": "function", "name": "look", "parameters": {"type": "object"}}]


def event(kind: str, **fields: Any) -> Data:
    return Data({"type": kind} | fields, kind)


def plain(value: Any) -> Any:
    return value.to_dict() if hasattr(value, "to_dict") else value


def outcome(library: Any, replies: list[Any], **arguments: Any) -> Any:
    """The response or the events, and the requests."""
    with FakeServer(replies) as server:
        with library.OpenAI(api_key=KEY, base_url=server.base_url, max_retries=0) as client:
            try:
                result = client.responses.create(**({"model": "m", "input": "Why?"} | arguments))
                if arguments.get("stream"):
                    result = [plain(each) for each in result]
                else:
                    result = [plain(result), result.output_text, result._request_id]
            except library.OpenAIError as error:
                result = [type(error).__name__, getattr(error, "body", None), getattr(error, "status_code", None)]
        return result, [(request.path, request.json) for request in server.requests]


@pytest.mark.parametrize("arguments", [{}, {"stream": True}])
@pytest.mark.parametrize(
    "reply",
    [
        Answer("Blue."),
        Answer(("Blu", "e."), reasoning=("H", "m."), usage=Usage(5, 7, 2, 3)),
        Answer(tool_calls=(CALL,), finish_reason="tool_calls"),
        Answer("Blu", finish_reason="length"),
        Error(401, "no key", code="invalid_api_key"),
        Error(429, "slow down"),
        Error(500),
    ],
)
def test_a_response_and_its_events_are_the_same(arguments: dict[str, Any], reply: Any) -> None:
    assert outcome(compat, [reply], **arguments) == outcome(openai, [reply], **arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        {"input": [{"role": "user", "content": [{"type": "input_text", "text": "Hi"}]}]},
        {"instructions": "Be short.", "temperature": 0, "max_output_tokens": 5, "store": False},
        {"tools": TOOLS, "tool_choice": "auto", "parallel_tool_calls": False},
        {"previous_response_id": "resp_0", "reasoning": {"effort": "low"}, "include": ["reasoning.encrypted_content"]},
        {"extra_body": {"own": 1}, "extra_query": {"v": "2"}},
        {"text": {"format": {"type": "json_object"}}, "metadata": None},
    ],
)
def test_a_request_is_the_same(arguments: dict[str, Any]) -> None:
    assert outcome(compat, [], **arguments) == outcome(openai, [], **arguments)


def test_a_failed_response_is_returned() -> None:
    failed = {"id": "r", "object": "response", "status": "failed", "output": [],
              "error": {"code": "server_error", "message": "broken"}}  # fmt: skip
    reply = Body(json.dumps(failed))
    assert outcome(compat, [reply]) == outcome(openai, [reply])
    stream = Stream((event("response.failed", response=failed),))
    assert outcome(compat, [stream], stream=True) == outcome(openai, [stream], stream=True)


def test_an_error_event_is_an_event() -> None:
    stream = Stream((event("error", code="server_error", message="broken", param=None, sequence_number=0),))
    assert outcome(compat, [stream], stream=True) == outcome(openai, [stream], stream=True)


def test_an_error_in_place_of_an_event_is_raised() -> None:
    stream = Stream((Data({"error": {"message": "broken", "code": "x"}}),))
    assert outcome(compat, [stream], stream=True) == outcome(openai, [stream], stream=True)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("body", [{"detail": "Not Found"}, {}, {"object": "chat.completion", "choices": []}])
def test_an_object_that_is_not_a_response_is_refused(body: Any, stream: bool) -> None:
    """The OpenAI library gives an empty response."""
    with (
        FakeServer([Body(json.dumps(body))]) as server,
        compat.OpenAI(api_key=KEY, base_url=server.base_url) as client,
        pytest.raises(compat.APIResponseValidationError),
    ):
        list(client.responses.create(model="m", input="Why?", stream=stream))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"message": "slow", "code": 429}, "RateLimitError"),
        ({"message": "slow", "code": "rate_limit_exceeded"}, "RateLimitError"),
        ({"message": "no", "code": "401"}, "AuthenticationError"),
        ({"message": "no", "code": "x", "status": 503}, "InternalServerError"),
    ],
)
def test_an_error_before_any_content_has_the_class_of_its_status(error: Any, kind: str) -> None:
    created = event("response.created", response={"object": "response"})
    replies: list[Any] = [Body(json.dumps({"error": error})), Stream((created, Data({"error": error})))]
    with FakeServer(replies) as server, compat.OpenAI(api_key=KEY, base_url=server.base_url, max_retries=0) as client:
        for stream in (False, True):
            with pytest.raises(getattr(compat, kind), match=error["message"]) as caught:
                list(client.responses.create(model="m", input="Why?", stream=stream))
            assert (caught.value.body, caught.value.code) == (error, str(error["code"]))


def test_the_items_of_an_answer_can_be_sent_back() -> None:
    def converse(library: Any) -> Any:
        replies = [Answer(reasoning="Hm.", tool_calls=(CALL,), finish_reason="tool_calls"), Answer("done")]
        with FakeServer(replies) as server, library.OpenAI(api_key=KEY, base_url=server.base_url) as client:
            asked: list[Any] = [{"role": "user", "content": "Look."}]
            first = client.responses.create(model="m", input=asked, tools=TOOLS)
            asked += first.output
            call = next(item for item in first.output if item.type == "function_call")
            asked.append({"type": "function_call_output", "call_id": call.call_id, "output": call.arguments})
            text = client.responses.create(model="m", input=asked, tools=TOOLS).output_text
            return text, [request.json for request in server.requests]

    assert converse(compat) == converse(openai)


def test_a_stored_response_can_be_retrieved_and_deleted() -> None:
    def use(library: Any) -> Any:
        with FakeServer() as server, library.OpenAI(api_key=KEY, base_url=server.base_url, max_retries=0) as client:
            created = client.responses.create(model="m", input="Hello")
            text = client.responses.retrieve(created.id, include=["reasoning.encrypted_content"]).output_text
            deleted = client.responses.delete(created.id)
            with pytest.raises(library.NotFoundError):
                client.responses.retrieve(created.id)
            with pytest.raises(ValueError, match="response_id"):
                client.responses.retrieve("")
            return text, deleted, [(request.method, request.path.partition("?")[0]) for request in server.requests]

    assert use(compat) == use(openai)


@pytest.mark.parametrize("end", [(), (Cut(),), (Cut(reset=True),)])
def test_a_stream_that_stops_early_is_interrupted(end: Any) -> None:
    """The OpenAI library treats the part as the whole answer."""
    delta = event("response.output_text.delta", delta="Bl", item_id="m", content_index=0)
    reply = Stream((delta, Pause(0.1), *end))
    with FakeServer([reply]) as server, compat.OpenAI(api_key=KEY, base_url=server.base_url) as client:
        stream = client.responses.create(model="m", input="Why?", stream=True)
        with pytest.raises(compat.StreamInterruptedError) as caught:
            list(stream)
    assert caught.value.partial_text == "Bl"


def test_errors_inside_answers_do_not_contain_the_key() -> None:
    replies = [
        Body(json.dumps({"error": {"message": f"no {KEY}"}})),
        Stream((Data({"error": {"message": f"no {KEY}"}}),)),
    ]
    with FakeServer(replies) as server, compat.OpenAI(api_key=KEY, base_url=server.base_url) as client:
        for stream in (False, True):
            with pytest.raises(compat.APIError, match=r"no \*\*\*"):
                list(client.responses.create(model="m", input="Why?", stream=stream))


def test_halves_of_an_emoji_are_joined() -> None:
    halves = ["a\\ud83e", "\\udd80b"]
    texts = [f'{{"type":"response.output_text.delta","item_id":"m","delta":"{half}"}}' for half in halves]
    end = event("response.completed", response={"object": "response", "output": []})
    reply = Stream((*map(Data, texts), end))
    with FakeServer([reply]) as server, compat.OpenAI(api_key=KEY, base_url=server.base_url) as client:
        events = list(client.responses.create(model="m", input="Why?", stream=True))
    assert [each.delta for each in events[:2]] == ["a", "🦀b"]


def test_what_is_not_covered_says_so() -> None:
    with FakeServer() as server, compat.OpenAI(api_key=KEY, base_url=server.base_url) as client:
        with pytest.raises(compat.NotCoveredError, match="input_items"):
            _ = client.responses.input_items
        with pytest.raises(compat.NotCoveredError, match="stored response"):
            client.responses.retrieve("resp_1", stream=True)
        with pytest.raises(TypeError, match="temprature"):
            client.responses.create(model="m", input="Why?", temprature=1)


def test_a_raw_response_has_headers_and_the_response() -> None:
    reply = Answer("so", headers={"X-Request-Id": "req_1"})
    with FakeServer([reply]) as server, compat.OpenAI(api_key=KEY, base_url=server.base_url) as client:
        raw = client.responses.with_raw_response.create(model="m", input="Why?")
        assert raw.headers["X-Request-Id"] == "req_1"
        assert raw.parse().output_text == "so"
        server.script.append(reply)
        raw = client.responses.with_raw_response.create(model="m", input="Why?", stream=True)
        assert raw.headers["X-Request-Id"] == "req_1"
        assert [each.type for each in raw.parse()][-1] == "response.completed"
        server.script.append(reply)
        with client.responses.with_streaming_response.create(model="m", input="Why?", stream=True) as streamed:
            lines = [line for line in streamed.iter_lines() if line.startswith('data: {"type":"response.completed"')]
        assert len(lines) == 1


async def test_the_async_client_is_the_same() -> None:
    with FakeServer([Answer("one"), Answer(("t", "wo"))]) as server:
        async with compat.AsyncOpenAI(api_key=KEY, base_url=server.base_url) as client:
            first = await client.responses.create(model="m", input="Why?")
            assert first.output_text == "one"
            stream = await client.responses.create(model="m", input="Why?", stream=True)
            assert [each.type async for each in stream][-1] == "response.completed"
            assert (await client.responses.retrieve(first.id)).id == first.id
            await client.responses.delete(first.id)
            server.script.append(Hang())
            task = asyncio.create_task(client.responses.create(model="m", input="Why?"))
            assert await asyncio.to_thread(server.wait_for_requests, 5)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
