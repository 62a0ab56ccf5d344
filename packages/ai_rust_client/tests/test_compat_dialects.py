"""The recorded answers of all providers give their texts and messages through `ai_rust_client.compat` too."""

import json
from typing import Any

import pytest

from ai_rust_client import compat
from minimal_browser_core.testing.chat_conformance.provider_formats import dialect_vectors
from minimal_browser_core.testing.fake_server import Body, Bytes, FakeServer, Stream

ASK: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "q"}]}
Vector = dict[str, Any]


def with_parts(*parts: str) -> pytest.MarkDecorator:
    vectors = [v for v in dialect_vectors() if all(part in v or part in v["expect"] for part in parts)]
    return pytest.mark.parametrize("vector", vectors, ids=lambda vector: vector["name"])


def check(choice: Any, expected: Vector) -> None:
    """Compare the first choice of a completion with what is expected of the provider."""
    message = choice.message
    assert (message.content or "") + (message.refusal or "") == expected["text"]
    assert choice.finish_reason == expected["finish_reason"]
    calls = [[call.id, call.function.name, call.function.arguments] for call in message.tool_calls or ()]
    for call, wanted in zip(calls, expected.get("tool_calls", ()), strict=True):
        if isinstance(wanted[2], str):  # compat has arguments that were sent as an object as they were sent
            assert call == wanted
    if "message" in expected:
        sent = compat._options.plain(message)
        assert without_empty_fields(sent) == without_empty_fields(expected["message"])


def without_empty_fields(message: Vector) -> Vector:
    return {"content": None} | {name: value for name, value in message.items() if value not in (None, "", 0, [], {})}


@with_parts("stream", "finish_reason")
def test_a_stream_adds_up(vector: Vector) -> None:
    with (
        FakeServer([Stream((Bytes(vector["stream"].encode()),))]) as server,
        compat.OpenAI(api_key="k", base_url=server.base_url) as client,
        client.chat.completions.stream(**ASK) as stream,
    ):
        stream.until_done()
        check(stream.current_completion_snapshot.choices[0], vector["expect"])


@with_parts("body", "finish_reason")
def test_a_whole_answer_is_read(vector: Vector) -> None:
    with (
        FakeServer([Body(json.dumps(vector["body"]))]) as server,
        compat.OpenAI(api_key="k", base_url=server.base_url) as client,
    ):
        choices = client.chat.completions.create(**ASK).choices
        check(min(choices, key=lambda choice: choice.index or 0), vector["expect"])


@with_parts("stream", "error")
def test_an_error_in_a_stream_is_raised(vector: Vector) -> None:
    with (
        FakeServer([Stream((Bytes(vector["stream"].encode()),))]) as server,
        compat.OpenAI(api_key="k", base_url=server.base_url, max_retries=0) as client,
        pytest.raises(compat.APIError) as caught,
    ):
        list(client.chat.completions.create(**ASK, stream=True))
    assert vector["expect"]["error"]["says"] in str(caught.value)
