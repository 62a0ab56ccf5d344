"""The Responses API: `respond` and `arespond`."""

import asyncio
import copy
import json
import pickle
from collections.abc import Iterator
from typing import Any

import pytest

import ai_rust_client
from ai_rust_client import AIClient
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

KEY = "sk-responses-0123456789"
MODEL = "test/model"
CALL = ToolCall("look", '{"at": "it"}', "call_7")


@pytest.fixture
def client(server: FakeServer) -> Iterator[AIClient]:
    with AIClient(KEY, base_url=server.base_url, max_retries=0) as client:
        yield client


def event(kind: str, **fields: Any) -> Data:
    return Data({"type": kind} | fields, kind)


def delta(text: str, **fields: Any) -> Data:
    return event("response.output_text.delta", item_id="msg_1", content_index=0, delta=text, **fields)


def response(**fields: Any) -> dict[str, Any]:
    return {"id": "resp_1", "object": "response", "status": "completed", "model": MODEL, "output": []} | fields


def message(*parts: Any) -> dict[str, Any]:
    return {"id": "msg_1", "type": "message", "role": "assistant", "content": list(parts)}


# -- whole responses ---------------------------------------------------------------------------------------------------


def test_a_text_becomes_a_response(client: AIClient, server: FakeServer) -> None:
    server.script.append(Answer("Blue.", reasoning="Hm.", usage=Usage(5, 7, 2, 3), headers={"X-Request-Id": "req_1"}))
    answer = client.respond("Why?", MODEL, instructions="Be short.", temperature=0)
    sent = server.requests[0]
    assert (sent.method, sent.path) == ("POST", "/v1/responses")
    assert sent.json == {"model": MODEL, "input": "Why?", "instructions": "Be short.", "temperature": 0}
    assert (answer.id, answer.status, answer.model) == ("resp_1", "completed", MODEL)
    assert (answer.text, answer.reasoning, answer.refusal, answer.tool_calls) == ("Blue.", "Hm.", None, [])
    assert (answer.request_id, answer.headers["x-request-id"]) == ("req_1", "req_1")
    assert answer.usage is not None
    usage = answer.usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (5, 7, 12)
    assert (usage.cached_tokens, usage.reasoning_tokens) == (2, 3)


def test_a_response_continues_another(client: AIClient, server: FakeServer) -> None:
    first = client.respond("One", MODEL)
    client.respond("Two", MODEL, previous_response_id=first.id)
    assert server.requests[1].json["previous_response_id"] == first.id
    assert "previous_response_id" not in server.requests[0].json


def test_the_items_of_a_response_are_the_next_input(client: AIClient, server: FakeServer) -> None:
    server.script += [Answer(reasoning="Hm.", tool_calls=(CALL,), finish_reason="tool_calls"), Answer("done")]
    asked: list[Any] = [{"role": "user", "content": "Look."}]
    tools = [{"type": "function", "name": "look", "parameters": {"type": "object"}}]
    answer = client.respond(asked, MODEL, tools=tools)
    assert [(call.id, call.name, call.arguments) for call in answer.tool_calls] == [("call_7", "look", '{"at": "it"}')]
    result = {"type": "function_call_output", "call_id": answer.tool_calls[0].id, "output": "seen"}
    assert client.respond([*asked, *answer.items, result], MODEL, tools=tools).text == "done"
    sent = server.requests[1].json["input"]
    assert [item.get("type") for item in sent] == [None, "reasoning", "function_call", "function_call_output"]
    assert sent[1:3] == answer.output
    answer.items[0].clear()
    assert answer.output[0]


def test_an_incomplete_response_has_its_reason(client: AIClient, server: FakeServer) -> None:
    server.script.append(Answer("Blu", finish_reason="length"))
    answer = client.respond("Why?", MODEL)
    assert (answer.text, answer.status, answer.incomplete_reason) == ("Blu", "incomplete", "max_output_tokens")


def test_a_refusal_is_text_too(client: AIClient, server: FakeServer) -> None:
    parts = [{"type": "refusal", "refusal": "No."}]
    server.script.append(Body(json.dumps(response(output=[message(*parts)]))))
    answer = client.respond("Why?", MODEL)
    assert (answer.text, answer.refusal) == ("No.", "No.")


@pytest.mark.parametrize("odd", [None, "", 0, False, [], {}, [None], [1], {"x": 1}, "text", "NaN"])
@pytest.mark.parametrize("name", ["id", "status", "model", "usage", "error", "incomplete_details", "tools", "metadata"])
def test_an_odd_optional_field_does_not_cost_the_text(
    client: AIClient, server: FakeServer, name: str, odd: Any
) -> None:
    if name == "error" and odd and odd != [None]:
        odd = None
    document = response(output=[None, {"type": odd}, message({"type": "output_text", "text": "so"}, None, 7)])
    server.script.append(Body(json.dumps(document | {name: odd})))
    answer = client.respond("Why?", MODEL)
    assert answer.text == "so"
    for attribute in ("id", "status", "model", "usage", "reasoning", "refusal", "tool_calls", "incomplete_reason"):
        getattr(answer, attribute)


@pytest.mark.parametrize("count", ["1e999", "-1", "1e30", '"7"', "null", "[]", "true", "NaN"])
def test_odd_numbers_of_tokens_count_as_none(client: AIClient, server: FakeServer, count: str) -> None:
    server.script.append(Body(f'{{"output": [], "usage": {{"input_tokens": {count}, "output_tokens": 3}}}}'))
    usage = client.respond("Why?", MODEL).usage
    assert usage is not None
    assert usage.completion_tokens == 3
    assert usage.prompt_tokens in (0, 1)


@pytest.mark.parametrize(
    ("code", "kind", "status"),
    [
        ("rate_limit_exceeded", "RateLimitError", 429),
        ("server_error", "InternalServerError", 500),
        ("invalid_prompt", "BadRequestError", 400),
        (None, "APIStatusError", None),
    ],
)
def test_a_failed_response_raises(
    client: AIClient, server: FakeServer, code: str | None, kind: str, status: int | None
) -> None:
    failed = response(status="failed", error={"code": code, "message": f"broken {KEY}"})
    server.script.append(Body(json.dumps(failed), headers={"x-request-id": "req_1"}))
    with pytest.raises(getattr(ai_rust_client, kind), match=r"broken \*\*\*") as caught:
        client.respond("Why?", MODEL)
    assert (caught.value.status, caught.value.request_id) == (status, "req_1")
    assert KEY not in caught.value.body


@pytest.mark.parametrize("body", ["<html>", "[]", "{}", '{"choices": []}', "", '"text"'])
def test_an_answer_of_another_kind_is_a_protocol_error(client: AIClient, server: FakeServer, body: str) -> None:
    server.script.append(Body(body))
    with pytest.raises(ai_rust_client.ProtocolError, match="not a response"):
        client.respond("Why?", MODEL)


NO_RESPONSES = ['{"detail": "Not Found"}', "{}", '{"object": "chat.completion", "choices": []}', '{"status": "ok"}',
                '{"output": null, "status": {}}']  # fmt: skip


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("body", NO_RESPONSES)
def test_an_object_that_is_not_a_response_is_a_protocol_error(
    client: AIClient, server: FakeServer, body: str, stream: bool
) -> None:
    server.script.append(Body(body))
    with pytest.raises(ai_rust_client.ProtocolError, match=r"not a response.*\{"):
        list(client.respond("Why?", MODEL, stream=stream))


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "body", [{"object": "response"}, {"output": []}, {"status": "completed"}, {"status": "queued", "id": "r"}]
)
def test_a_response_may_lack_any_field(client: AIClient, server: FakeServer, body: Any, stream: bool) -> None:
    server.script.append(Body(json.dumps(body)))
    answer = client.respond("Why?", MODEL, stream=stream)
    if stream:
        list(answer)
    assert answer.text == ""


def test_status_errors_and_call_options_are_those_of_chat(client: AIClient, server: FakeServer) -> None:
    server.script += [Error(401), Error(503), Answer("so")]
    with pytest.raises(ai_rust_client.AuthenticationError):
        client.respond("Why?", MODEL)
    answer = client.respond(
        "Why?", MODEL, max_retries=1, extra_headers={"X-One": "1"}, extra_query={"v": "2"}, extra_body={"store": False}
    )
    assert answer.text == "so"
    sent = server.requests[-1]
    assert (sent.headers["x-one"], sent.path, sent.json["store"]) == ("1", "/v1/responses?v=2", False)


@pytest.mark.parametrize("wrong", [None, 3, {"role": "user"}, b"bytes"])
def test_a_wrong_input_is_refused(client: AIClient, wrong: Any) -> None:
    with pytest.raises(TypeError, match="input"):
        client.respond(wrong, MODEL)


@pytest.mark.parametrize("nothing", ["", []])
def test_an_empty_input_is_refused(client: AIClient, nothing: Any) -> None:
    with pytest.raises(ValueError, match="input is empty"):
        client.respond(nothing, MODEL)


# -- streams -----------------------------------------------------------------------------------------------------------


def test_events_have_the_fields_of_their_json(client: AIClient, server: FakeServer) -> None:
    server.script.append(Answer(("Blu", "e."), reasoning=("H", "m."), tool_calls=(CALL,), usage=Usage(5, 7)))
    stream = client.respond("Why?", MODEL, stream=True)
    events = list(stream)
    assert server.requests[0].json == {"model": MODEL, "input": "Why?", "stream": True}
    assert [each.sequence_number for each in events] == list(range(len(events)))
    assert [each.delta for each in events if each.type == "response.output_text.delta"] == ["Blu", "e."]
    added = [each.item.type for each in events if each.type == "response.output_item.added"]
    assert added == ["reasoning", "message", "function_call"]
    assert events[-1].response.output[0].summary[0].text == "Hm."
    with pytest.raises(AttributeError, match="nothing"):
        _ = events[0].nothing
    assert (stream.id, stream.status, stream.model) == ("resp_1", "completed", MODEL)
    assert (stream.text, stream.reasoning) == ("Blue.", "Hm.")
    assert [(call.id, call.arguments) for call in stream.tool_calls] == [("call_7", '{"at": "it"}')]
    assert stream.usage is not None
    assert stream.usage.total_tokens == 12
    assert stream.response is not None
    assert stream.response.text == "Blue."
    assert stream.response.headers == stream.headers
    assert stream.headers["content-type"] == "text/event-stream"
    assert list(stream) == []


def test_what_has_arrived_can_be_read_meanwhile(client: AIClient, server: FakeServer) -> None:
    item = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "look", "arguments": ""}
    steps = (
        event("response.created", response=response(status="in_progress")),
        delta("Bl"),
        event("response.output_item.added", item=item),
        event("response.function_call_arguments.delta", item_id="fc_1", delta='{"a'),
        Hang(),
    )
    server.script.append(Stream(steps))
    with client.respond("Why?", MODEL, stream=True) as stream:
        for _ in range(4):
            next(stream)
        assert (stream.id, stream.status, stream.text, stream.response) == ("resp_1", "in_progress", "Bl", None)
        assert [(call.id, call.arguments) for call in stream.tool_calls] == [("call_1", '{"a')]
    assert server.requests[0].client_left.wait(10)


def test_an_incomplete_stream_ends_well(client: AIClient, server: FakeServer) -> None:
    server.script.append(Answer("Blu", finish_reason="length"))
    stream = client.respond("Why?", MODEL, stream=True)
    assert list(stream)[-1].type == "response.incomplete"
    assert stream.response is not None
    assert stream.response.incomplete_reason == "max_output_tokens"


@pytest.mark.parametrize("end", [(), (Cut(),), (Cut(reset=True),), (Data("[DONE]"),)])
def test_a_stream_that_stops_early_is_interrupted(client: AIClient, server: FakeServer, end: Any) -> None:
    server.script.append(Stream((delta("Bl"), Pause(0.1), *end), headers={"x-request-id": "req_1"}))
    stream = client.respond("Why?", MODEL, stream=True)
    with pytest.raises(ai_rust_client.StreamInterruptedError) as caught:
        list(stream)
    assert (caught.value.partial_text, caught.value.request_id) == ("Bl", "req_1")


@pytest.mark.parametrize(
    ("last", "status"),
    [
        (event("error", code="rate_limit_exceeded", message=f"broken {KEY}", param=None), 429),
        (Data({"error": {"code": 503, "message": f"broken {KEY}"}}), 503),
        (event("response.failed", response=response(status="failed", error={"message": f"broken {KEY}"})), None),
    ],
)
def test_a_reported_error_is_an_event_and_then_raised(
    client: AIClient, server: FakeServer, last: Data, status: int | None
) -> None:
    server.script.append(Stream((delta("Bl"), last)))
    stream = client.respond("Why?", MODEL, stream=True)
    assert next(stream).delta == "Bl"
    assert next(stream).type in ("error", "response.failed")
    for _ in range(2):
        with pytest.raises(ai_rust_client.StreamInterruptedError, match=r"broken \*\*\*") as caught:
            next(stream)
    assert (caught.value.partial_text, caught.value.status) == ("Bl", status)


@pytest.mark.parametrize(
    ("first", "kind"),
    [
        (event("error", code="rate_limit_exceeded", message=f"broken {KEY}"), "RateLimitError"),
        (event("error", error={"code": 401, "message": f"broken {KEY}"}), "AuthenticationError"),
        (Data({"error": {"code": 503, "message": f"broken {KEY}"}}), "InternalServerError"),
        (
            event(
                "response.failed",
                response=response(status="failed", error={"code": "server_error", "message": f"broken {KEY}"}),
            ),
            "InternalServerError",
        ),
    ],
)
@pytest.mark.parametrize("before", [(), (event("response.created", response=response(status="in_progress")),)])
def test_an_error_before_any_content_has_the_class_of_its_status(
    client: AIClient, server: FakeServer, before: Any, first: Data, kind: str
) -> None:
    server.script.append(Stream((*before, first)))
    stream = client.respond("Why?", MODEL, stream=True, max_retries=0)
    for _ in range(2):
        with pytest.raises(getattr(ai_rust_client, kind), match=r"broken \*\*\*") as caught:
            list(stream)
    assert caught.value.retryable is (kind != "AuthenticationError")
    assert KEY not in caught.value.body


@pytest.mark.parametrize(
    "first",
    [
        event("error", code="rate_limit_exceeded", message="busy"),
        Data({"error": {"code": 503, "message": "busy"}}),
        event("response.failed", response=response(status="failed", error={"code": "server_error", "message": "busy"})),
    ],
)
def test_an_error_as_the_first_event_is_retried(client: AIClient, server: FakeServer, first: Data) -> None:
    end = event("response.completed", response=response())
    server.script += [Stream((first,)), Stream((delta("Bl"), end))]
    stream = client.respond("Why?", MODEL, stream=True, max_retries=1)
    assert [each.type for each in stream] == ["response.output_text.delta", "response.completed"]
    assert len(server.requests) == 2


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("refused", [Error(404), Stream((Data({"error": {"code": 404, "message": "no"}}),))])
def test_the_next_model_is_tried_after_one_that_is_refused(
    client: AIClient, server: FakeServer, refused: Any, stream: bool
) -> None:
    completed = response(output=[message({"type": "output_text", "text": "so"})])
    server.script += [Error(404), Error(404)] if not stream else [refused, Error(404)]
    server.script.append(
        Stream((event("response.completed", response=completed),)) if stream else Body(json.dumps(completed))
    )
    answer: Any = client.respond("Why?", ["a", "b", "c"], stream=stream, instructions="Be brief.")
    if stream:
        list(answer)
    assert answer.text == "so"
    assert [request.json["model"] for request in server.requests] == ["a", "b", "c"]
    assert {request.json["instructions"] for request in server.requests} == {"Be brief."}


@pytest.mark.parametrize(("model", "error"), [([], ValueError), (7, TypeError), ([None], TypeError)])
def test_an_invalid_model_is_named(client: AIClient, model: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="model"):
        client.respond("Why?", model)


def test_a_timeout_has_the_partial_text(client: AIClient, server: FakeServer) -> None:
    server.script.append(Stream((delta("Bl"), Hang())))
    with pytest.raises(ai_rust_client.APITimeoutError) as caught:
        list(client.respond("Why?", MODEL, stream=True, timeout=0.3))
    assert (caught.value.phase, caught.value.partial_text) == ("total", "Bl")


def test_halves_of_an_emoji_are_joined(client: AIClient, server: FakeServer) -> None:
    crab = (
        '{"type":"response.output_text.delta","item_id":"m","delta":"a\\ud83e"}',
        '{"type":"response.output_text.delta","item_id":"m","delta":"\\udd80b\\ud83e"}',
    )
    end = event("response.completed", response=response())
    server.script.append(
        Stream((Data(crab[0]), delta("other"), Data(crab[1]), Data(crab[1].replace("m", "n", 0)), end))
    )
    stream = client.respond("Why?", MODEL, stream=True)
    deltas = [each.delta for each in stream if each.type.endswith("delta")]
    assert deltas == ["a", "other", "🦀b", "🦀b"]
    assert stream.text == "".join(("a", "other🦀b🦀b", "\N{REPLACEMENT CHARACTER}"))


def test_a_server_that_does_not_stream_is_read_too(client: AIClient, server: FakeServer) -> None:
    server.script.append(Body(json.dumps(response(output=[message({"type": "output_text", "text": "so"})]))))
    stream = client.respond("Why?", MODEL, stream=True)
    assert [each.type for each in stream] == ["response.output_text.delta", "response.completed"]
    assert (stream.text, stream.status) == ("so", "completed")


def test_an_event_that_is_not_an_object_is_a_protocol_error(client: AIClient, server: FakeServer) -> None:
    server.script.append(Stream((Data("nonsense"), Hang())))
    with pytest.raises(ai_rust_client.ProtocolError, match="nonsense"):
        list(client.respond("Why?", MODEL, stream=True))
    assert server.requests[0].client_left.wait(10)


def test_what_is_printed_says_what_it_is(client: AIClient, server: FakeServer) -> None:
    server.script += [Body(json.dumps(response(output=[message({"type": "output_text", "text": "so"})]))),
                      Stream((delta("so"), event("response.completed", response=response())))]  # fmt: skip
    assert repr(client.respond("Why?", MODEL)) == "Response(id='resp_1', status='completed', text='so')"
    stream = client.respond("Why?", MODEL, stream=True)
    first = next(stream)
    assert repr(stream) == "ResponseEvents(id='', status='in_progress', 2 characters of text)"
    with pytest.raises(AttributeError, match=r"output_text\.delta' has no field 'nope'; it has type, item_id"):
        first.nope  # noqa: B018


def test_unknown_events_pass_through(client: AIClient, server: FakeServer) -> None:
    search = event("response.web_search_call.searching", item_id="ws_1", output_index=0)
    server.script.append(Stream((search, event("response.completed", response=response()))))
    first, _ = client.respond("Why?", MODEL, stream=True)
    assert (first.type, first.item_id) == ("response.web_search_call.searching", "ws_1")


# -- asyncio -----------------------------------------------------------------------------------------------------------


async def test_arespond_is_respond_for_asyncio(client: AIClient, server: FakeServer) -> None:
    server.script += [Answer("whole"), Answer(("str", "eam")), Error(404)]
    assert (await client.arespond("Why?", MODEL)).text == "whole"
    async with await client.arespond("Why?", MODEL, stream=True) as stream:
        kinds = [each.type async for each in stream]
    assert (kinds[-1], stream.text) == ("response.completed", "stream")
    with pytest.raises(ai_rust_client.NotFoundError):
        await client.arespond("Why?", MODEL, stream=True)


async def test_cancelling_the_task_closes_the_connection(client: AIClient, server: FakeServer) -> None:
    server.script.append(Stream((delta("Bl"), Hang())))

    async def read() -> None:
        async for _ in await client.arespond("Why?", MODEL, stream=True):
            pass

    task = asyncio.create_task(read())
    assert await asyncio.to_thread(server.wait_for_requests, 1)
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(server.requests[0].client_left.wait, 10)


# -- values ------------------------------------------------------------------------------------------------------------


def test_responses_and_events_can_be_copied_and_pickled(client: AIClient, server: FakeServer) -> None:
    server.script += [Answer("so"), Answer("so")]
    values = [client.respond("Why?", MODEL), *client.respond("Why?", MODEL, stream=True)]
    for value in values:
        assert copy.deepcopy(value) == value
        assert copy.copy(value) == value
        assert pickle.loads(pickle.dumps(value)) == value
