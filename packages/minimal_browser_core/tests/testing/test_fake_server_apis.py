"""The embeddings and the Responses API of the fake server."""

import json
import struct
import urllib.error
import urllib.request
from base64 import b64decode
from typing import Any

import pytest

from minimal_browser_core.testing.fake_server import Answer, FakeServer, ToolCall, Usage, Vectors


def call(server: FakeServer, path: str, body: Any = None, method: str | None = None) -> str:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{server.base_url}/{path}", data, method=method)
    with urllib.request.urlopen(request, timeout=10) as response:
        return response.read().decode()


def events(text: str) -> list[dict[str, Any]]:
    result = []
    for block in text.strip().split("\n\n"):
        name, data = block.split("\n")
        event = json.loads(data.removeprefix("data: "))
        assert name == f"event: {event['type']}"
        result.append(event)
    return result


def test_embeddings_have_the_format_and_the_dimensions_of_the_request() -> None:
    with FakeServer() as server:
        plain = json.loads(call(server, "embeddings", {"input": ["a b", "c"], "model": "m", "dimensions": 4}))
        packed = json.loads(call(server, "embeddings", {"input": "a b", "dimensions": 4, "encoding_format": "base64"}))
    assert [len(item["embedding"]) for item in plain["data"]] == [4, 4]
    assert plain["usage"] == {"prompt_tokens": 3, "total_tokens": 3}
    vector = struct.unpack("<4f", b64decode(packed["data"][0]["embedding"]))
    assert vector == pytest.approx(plain["data"][0]["embedding"])


def test_texts_with_common_words_have_similar_embeddings() -> None:
    with FakeServer() as server:
        body = {"input": ["a red house", "the red house", "completely different"], "dimensions": 64}
        one, other, different = (item["embedding"] for item in json.loads(call(server, "embeddings", body))["data"])
    similarity = sum(x * y for x, y in zip(one, other, strict=True))
    assert similarity > abs(sum(x * y for x, y in zip(one, different, strict=True)))


def test_scripted_vectors_are_sent_as_they_are() -> None:
    with FakeServer([Vectors(((1.0, 2.0),), usage=None, model="v")]) as server:
        reply = json.loads(call(server, "embeddings", {"input": "x"}))
    assert reply == {
        "object": "list",
        "data": [{"object": "embedding", "index": 0, "embedding": [1.0, 2.0]}],
        "model": "v",
    }


def test_a_response_echoes_its_input_and_is_stored() -> None:
    with FakeServer() as server:
        response = json.loads(call(server, "responses", {"input": "Hello there", "model": "m"}))
        assert (response["id"], response["status"], response["model"]) == ("resp_1", "completed", "m")
        assert response["output"][0]["content"][0]["text"].startswith("You said: Hello there")
        assert json.loads(call(server, "responses/resp_1")) == response
        assert json.loads(call(server, "responses/resp_1", method="DELETE"))["deleted"] is True
        with pytest.raises(urllib.error.HTTPError, match="404"):
            call(server, "responses/resp_1")


def test_a_streamed_response_has_the_events_of_the_protocol() -> None:
    calls = (ToolCall("look", '{"at": "it"}', "call_7", pieces=2),)
    answer = Answer(("Hel", "lo"), reasoning="Hm.", tool_calls=calls, usage=Usage(3, 4))
    with FakeServer([answer]) as server:
        stream = events(call(server, "responses", {"input": "x", "stream": True}))
    assert [event["sequence_number"] for event in stream] == list(range(len(stream)))
    assert [event["type"].removeprefix("response.") for event in stream] == [
        "created",
        "in_progress",
        "output_item.added",
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
        "output_item.done",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
        "completed",
    ]
    output = stream[-1]["response"]["output"]
    assert [item["type"] for item in output] == ["reasoning", "message", "function_call"]
    assert output[2]["arguments"] == '{"at": "it"}'


@pytest.mark.parametrize(
    ("reason", "end"), [("stop", "completed"), ("length", "incomplete"), ("content_filter", "incomplete")]
)
def test_the_finish_reason_is_the_end_of_the_stream(reason: str, end: str) -> None:
    with FakeServer([Answer("so", finish_reason=reason)]) as server:
        last = events(call(server, "responses", {"input": "x", "stream": True}))[-1]
    assert (last["type"], last["response"]["status"]) == (f"response.{end}", end)


def test_without_a_finish_reason_the_stream_ends_early() -> None:
    with FakeServer([Answer("so", finish_reason=None)]) as server:
        last = events(call(server, "responses", {"input": "x", "stream": True}))[-1]
    assert last["type"] == "response.output_item.done"


def test_a_line_with_a_tool_and_its_arguments_calls_it() -> None:
    tools = [{"type": "function", "name": "look", "parameters": {}}]
    items = [{"role": "user", "content": [{"type": "input_text", "text": 'look {"at": 1}'}]}]
    with FakeServer() as server:
        response = json.loads(call(server, "responses", {"input": items, "tools": tools}))
    assert [(item["name"], item["arguments"]) for item in response["output"]] == [("look", '{"at": 1}')]
