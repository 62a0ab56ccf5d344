"""The responses of real providers, one vector for each peculiarity, as a stream and as one document.

In `vectors/dialects.json`, an entry has a `stream` (the text of the event stream), a `body` (the whole response), or
both, and the expected values. `says` is a part of the expected error message.

`message`, `choices` and `images` say what must be sent back. A `message` is expected without its empty fields (null, an
empty text, list or object), except for `content`, where an empty text counts as null. Each entry of `choices` has the
attributes to compare. An entry of `images` has the image's `mime_type` and `url`, and its bytes as `data_base64`.
"""

import base64
import json
from typing import Any

import pytest

from minimal_browser_core.chat.port import ChatClient, ChatResponse, ResponseStream
from minimal_browser_core.testing.fake_server import Body, Bytes, FakeServer, Stream
from minimal_browser_core.testing.resources import resource

from .base import MODEL, QUESTION, ChatSuite, Errors

Vector = dict[str, Any]


def dialect_vectors() -> list[Vector]:
    """Return the entries of `vectors/dialects.json`."""
    vectors: list[Vector] = json.loads(resource("vectors", "dialects.json").read_text("utf-8"))
    return vectors


def _with(*parts: str) -> pytest.MarkDecorator:
    """Parametrize a test with the vectors that have all of the parts."""
    vectors = [v for v in dialect_vectors() if all(part in v or part in v["expect"] for part in parts)]
    return pytest.mark.parametrize("vector", vectors, ids=lambda vector: vector["name"])


def _read(answer: ChatResponse | ResponseStream, expected: Vector) -> Vector:
    """Return the expected fields of an answer."""
    usage = answer.usage
    found: Vector = {
        "text": answer.text,
        "reasoning": answer.reasoning,
        "tool_calls": [[call.id, call.name, call.arguments] for call in answer.tool_calls],
        "finish_reason": answer.finish_reason,
        "model": answer.model,
        "provider": answer.provider,
        "usage": usage and {name: getattr(usage, name) for name in expected.get("usage") or ()},
    }
    for call, wanted in zip(found["tool_calls"], expected.get("tool_calls", ()), strict=False):
        if not isinstance(wanted[2], str):  # the spacing of arguments that were sent as an object may differ
            call[2] = json.loads(call[2])
    return {name: found[name] for name in expected if name in found}


def _expected(vector: Vector) -> Vector:
    expected = {"reasoning": "", "tool_calls": [], **vector["expect"]}
    return {name: value for name, value in expected.items() if name not in ("message", "choices", "images", "refusal")}


def _without_empty_fields(message: Vector) -> Vector:
    sent = {name: value for name, value in message.items() if value not in (None, "", [], {})}
    return {"content": None, **sent}


def _check_what_is_sent_back(answer: Any, expected: Vector) -> None:
    """Compare the values that a caller sends back or stores."""
    for name in ("refusal", "images"):
        assert _attribute(answer, name) == expected.get(name, _attribute(answer, name))
    if "message" in expected:
        assert _without_empty_fields(answer.message) == _without_empty_fields(expected["message"])
    choices = answer.choices
    assert (choices[0].text, choices[0].finish_reason) == (answer.text, answer.finish_reason)
    for choice, wanted in zip(choices, expected.get("choices", ({},) * len(choices)), strict=True):
        assert {name: _attribute(choice, name) for name in wanted} == wanted


def _attribute(value: Any, name: str) -> Any:
    """Return an attribute of an answer or a choice, in the form of the vectors."""
    found = getattr(value, name)
    if name == "images":
        return [
            {
                "mime_type": image.mime_type,
                "data_base64": None if image.data is None else base64.b64encode(image.data).decode(),
                "url": image.url,
            }
            for image in found
        ]
    return _without_empty_fields(found) if name in ("message", "logprobs") and found else found


class ProviderFormats(ChatSuite):
    """The formats of all known providers are understood."""

    @pytest.mark.parametrize("size", [None, 1], ids=["at once", "byte by byte"])
    @_with("stream", "finish_reason")
    def test_a_streamed_answer_is_read_as_the_provider_means_it(
        self, client: ChatClient, server: FakeServer, vector: Vector, size: int | None
    ) -> None:
        sent = vector["stream"].encode()
        pieces = [sent] if size is None else [sent[n : n + size] for n in range(0, len(sent), size)]
        server.script.append(Stream(tuple(Bytes(piece) for piece in pieces)))
        stream = client.stream(QUESTION, MODEL)
        events = list(stream.events())
        expected = _expected(vector)
        annotations = expected.pop("annotations", 0)
        assert _read(stream, expected) == expected
        assert "".join(event.text for event in events if event.kind == "text") == expected["text"]
        assert sum(event.kind == "annotation" for event in events) == annotations
        assert events[-1].kind == "finish"

    @_with("body", "finish_reason")
    def test_the_response_of_each_provider_is_understood(
        self, client: ChatClient, server: FakeServer, vector: Vector
    ) -> None:
        server.script.append(Body(json.dumps(vector["body"])))
        response = client.chat(QUESTION, MODEL)
        expected = _expected(vector) | {"model": vector["body"]["model"]}
        expected.pop("annotations", None)
        assert _read(response, expected) == expected
        assert response.raw == vector["body"]

    @_with("stream", "finish_reason")
    def test_a_stream_has_the_message_that_must_be_sent_back(
        self, client: ChatClient, server: FakeServer, vector: Vector
    ) -> None:
        server.script.append(Stream((Bytes(vector["stream"].encode()),)))
        stream = client.stream(QUESTION, MODEL)
        list(stream.events())
        _check_what_is_sent_back(stream, vector["expect"])

    @_with("body", "finish_reason")
    def test_a_response_has_the_message_that_must_be_sent_back(
        self, client: ChatClient, server: FakeServer, vector: Vector
    ) -> None:
        server.script.append(Body(json.dumps(vector["body"])))
        _check_what_is_sent_back(client.chat(QUESTION, MODEL), vector["expect"])

    @_with("stream", "finish_reason")
    def test_a_whole_call_that_is_answered_by_a_stream_is_assembled(
        self, client: ChatClient, server: FakeServer, vector: Vector
    ) -> None:
        server.script.append(Stream((Bytes(vector["stream"].encode()),)))
        response = client.chat(QUESTION, MODEL)
        expected = _expected(vector)
        expected.pop("annotations", None)
        assert _read(response, expected) == expected
        _check_what_is_sent_back(response, vector["expect"])

    @_with("stream", "error")
    def test_an_error_in_a_stream_holds_what_had_arrived(
        self, client: ChatClient, server: FakeServer, errors: Errors, vector: Vector
    ) -> None:
        expected = vector["expect"]
        server.script.append(Stream((Bytes(vector["stream"].encode()),)))
        stream = client.stream(QUESTION, MODEL)
        with pytest.raises(errors.AIClientError, match=expected["error"]["says"]) as caught:
            list(stream)
        assert caught.value.partial_text == stream.text == expected["text"]
        assert caught.value.status == expected["error"].get("status", caught.value.status)

    @_with("body", "error")
    def test_an_error_in_place_of_an_answer_raises(
        self, client: ChatClient, server: FakeServer, errors: Errors, vector: Vector
    ) -> None:
        expected = vector["expect"]["error"]
        server.script.append(Body(json.dumps(vector["body"])))
        with pytest.raises(errors.AIClientError, match=expected["says"]) as caught:
            client.chat(QUESTION, MODEL)
        assert caught.value.status == expected.get("status", caught.value.status)

    def test_every_provider_that_is_supported_has_a_vector(self) -> None:
        names = {vector["name"].partition(":")[0].partition(" ")[0] for vector in dialect_vectors()}
        assert names >= {
            *("OpenRouter", "OpenAI", "DeepSeek", "Groq", "Mistral", "Hugging", "Snowflake", "Z.ai", "Ollama"),
            *("llama.cpp", "vLLM", "LM", "Gemini", "Azure", "Anthropic", "Together", "Fireworks", "Cohere", "xAI"),
            "Perplexity",
        }
