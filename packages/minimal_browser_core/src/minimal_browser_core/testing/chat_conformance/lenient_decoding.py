"""Answers whose optional fields have the wrong type: they are ignored, and the text arrives all the same."""

import copy
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from minimal_browser_core.chat.port import ChatClient, ChatResponse, ResponseStream
from minimal_browser_core.testing.fake_server import DONE, Body, Cut, Data, FakeServer, Stream

from .base import MODEL, QUESTION, ChatSuite, Errors

Json = Any
Path = tuple[str | int, ...]

TEXT = "It is blue."

_TOOL_CALL = {
    "index": 0,
    "id": "call_1",
    "type": "function",
    "function": {"name": "look", "arguments": '{"at": "sky"}'},
    "extra_content": {"google": {"thought_signature": "AbC="}},
}
_USAGE = {
    "prompt_tokens": 1,
    "completion_tokens": 2,
    "total_tokens": 3,
    "prompt_tokens_details": {"cached_tokens": 1},
    "completion_tokens_details": {"reasoning_tokens": 1},
    "prompt_cache_hit_tokens": 1,
    "cost": 0.5,
    "cost_details": {"upstream_inference_cost": None},
}
_MESSAGE = {
    "role": "assistant",
    "content": TEXT,
    "refusal": None,
    "reasoning": "Hm.",
    "reasoning_content": "Hm.",
    "reasoning_details": [{"type": "reasoning.text", "text": "Hm.", "index": 0, "signature": "s"}],
    "annotations": [{"type": "url_citation", "url_citation": {"url": "https://example.com"}}],
    "images": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}, "index": 0}],
    "tool_calls": [_TOOL_CALL],
    "function_call": None,
    "audio": {"id": "audio_1", "data": "AAAA"},
    "name": "assistant",
}
_TOKEN = {"token": "It", "logprob": -0.1, "bytes": [73, 116], "top_logprobs": []}
FULL_ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1_760_000_000,
    "model": "served/model",
    "provider": "Someone",
    "system_fingerprint": "fp_1",
    "service_tier": "default",
    "choices": [
        {
            "index": 0,
            "message": _MESSAGE,
            "finish_reason": "stop",
            "native_finish_reason": "STOP",
            "stop_reason": None,
            "logprobs": {"content": [_TOKEN], "refusal": None},
            "content_filter_results": {"hate": {"filtered": False}},
            "error": None,
        }
    ],
    "usage": _USAGE,
    "x_groq": {"id": "req_1", "usage": {"prompt_tokens": 1}},
    "error": None,
    "prompt_filter_results": [],
    "citations": ["https://example.com"],
}
"""An answer with every optional field that is known."""

_REQUIRED: set[Path] = {("choices",), ("choices", 0), ("choices", 0, "message"), ("choices", 0, "message", "content")}
_ERRORS: set[Path] = {("error",), ("choices", 0, "error")}


def _deep(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


ODD_VALUES: list[Json] = [
    *(None, True, False, 0, 1, -1, 1.5, 1e300, 2**64, 10**40),
    *(float("nan"), float("inf"), float("-inf")),
    *("", "odd", "0", "\ud83d"),
    *([], [None], [[]], ["odd"], [1], [{}], [{"type": None}], [{"index": "odd"}]),
    *({}, {"odd": None}, {"type": 1, "text": []}, {"index": 0, "id": {}, "function": []}),
    _deep(60),
]

EMPTY_ERRORS: list[Json] = [
    *(None, {}, [], "", False, 0),
    *({"message": "", "code": None}, {"message": None, "metadata": {"raw": ""}}, {"code": 0}, [None], [{}]),
]


def optional_fields(value: Json, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every field and list element that a client can do without."""
    if path and path not in _REQUIRED | _ERRORS:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from optional_fields(item, (*path, key))


def replaced(path: Path, value: Json) -> dict[str, Any]:
    """Return the full answer with another value at `path`."""
    answer = copy.deepcopy(FULL_ANSWER)
    parent: Any = answer
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    return answer


def streamed(answer: dict[str, Any]) -> Stream:
    """Return an answer as a stream of one chunk."""
    choices = [{("delta" if name == "message" else name): item for name, item in c.items()} for c in answer["choices"]]
    chunk = answer | {"choices": choices}
    if chunk["object"] == "chat.completion":
        chunk["object"] = "chat.completion.chunk"
    return Stream((Data(json.dumps(chunk)), DONE))


def _name(path: Path) -> str:
    return ".".join(map(str, path))


class LenientDecoding(ChatSuite):
    """What is needed is decoded strictly, everything else leniently."""

    @pytest.mark.parametrize("path", list(optional_fields(FULL_ANSWER)), ids=_name)
    def test_any_value_of_an_optional_field_leaves_the_text(
        self, client: ChatClient, server: FakeServer, path: Path
    ) -> None:
        for value in ODD_VALUES:
            answer = replaced(path, value)
            server.script += [Body(json.dumps(answer)), streamed(answer)]
            response, stream = client.chat(QUESTION, MODEL), client.stream(QUESTION, MODEL)
            seen = "".join(stream)
            if path[-1] == "refusal" and path[-2] == "message":  # a refusal is text
                assert response.text.startswith(TEXT)
                assert stream.text.startswith(TEXT)
                continue
            assert response.text == TEXT, value
            assert seen == stream.text == TEXT, value
            for message in (response.message, stream.message):
                assert message["content"] == TEXT, value
                json.dumps(message, allow_nan=False).encode()

    @pytest.mark.parametrize(
        ("path", "value", "attribute", "expected"),
        [
            (("usage",), "", "usage", None),
            (("usage",), [], "usage", None),
            (("usage", "cost"), {"total": 0.1}, "usage.cost", None),
            (("usage", "cost"), {"total": 0.1}, "usage.total_tokens", 3),
            (("usage", "cost"), float("nan"), "usage.cost", None),
            (("usage", "total_tokens"), "many", "usage.total_tokens", 3),
            (("usage", "total_tokens"), 1e30, "usage.total_tokens", 3),
            (("usage", "total_tokens"), 2**64, "usage.total_tokens", 3),
            (("usage", "total_tokens"), 2**53, "usage.total_tokens", 2**53),
            (("usage", "prompt_tokens"), "1e30", "usage.prompt_tokens", 0),
            (("usage", "completion_tokens"), 1e300, "usage.completion_tokens", 0),
            (("usage", "prompt_tokens_details"), {"cached_tokens": 1e30}, "usage.cached_tokens", 1),
            (("usage", "completion_tokens_details"), {"reasoning_tokens": 1e30}, "usage.reasoning_tokens", 0),
            (("usage", "prompt_tokens_details"), "", "usage.prompt_tokens", 1),
            (("usage", "completion_tokens_details"), [1], "usage.reasoning_tokens", 0),
            (("choices", 0, "message", "tool_calls"), "", "tool_calls", []),
            (("choices", 0, "message", "tool_calls"), [None], "tool_calls", []),
            (("choices", 0, "message", "tool_calls"), False, "tool_calls", []),
            (("choices", 0, "message", "content"), False, "text", ""),
            (("choices", 0, "message", "content"), 7, "text", ""),
            (("choices", 0, "message", "annotations"), {}, "text", TEXT),
            (("choices", 0, "message", "refusal"), {}, "refusal", None),
            (("choices", 0, "message", "refusal"), "", "refusal", None),
            (("choices", 0, "finish_reason"), False, "finish_reason", None),
            (("choices", 0, "finish_reason"), 0, "finish_reason", None),
            (("choices", 0, "finish_reason"), {}, "finish_reason", None),
            (("choices", 0, "index"), 3, "text", TEXT),
            (("choices", 0, "index"), 3, "finish_reason", "stop"),
            (("provider",), {}, "provider", None),
        ],
        ids=lambda value: _name(value) if isinstance(value, tuple) else None,
    )
    def test_a_field_of_the_wrong_type_counts_as_absent(
        self, client: ChatClient, server: FakeServer, path: Path, value: Json, attribute: str, expected: object
    ) -> None:
        answer = replaced(path, value)
        answer.pop("x_groq")
        server.script += [Body(json.dumps(answer)), streamed(answer)]
        response, stream = client.chat(QUESTION, MODEL), client.stream(QUESTION, MODEL)
        assert "".join(stream) == response.text
        for found in (response, stream):
            assert _attribute(found, attribute) == expected

    def test_a_count_that_no_count_can_be_stays_in_raw(self, client: ChatClient, server: FakeServer) -> None:
        server.script.append(Body(json.dumps(replaced(("usage", "total_tokens"), 1e30))))
        assert client.chat(QUESTION, MODEL).raw["usage"]["total_tokens"] == 1e30

    @pytest.mark.parametrize("model", [None, "", {}])
    def test_the_requested_model_is_the_default(self, client: ChatClient, server: FakeServer, model: Json) -> None:
        answer = replaced(("model",), model)
        server.script += [Body(json.dumps(answer)), streamed(answer)]
        response, stream = client.chat(QUESTION, MODEL), client.stream(QUESTION, MODEL)
        list(stream)
        assert response.model == stream.model == MODEL

    @pytest.mark.parametrize("path", sorted(_ERRORS), ids=_name)
    @pytest.mark.parametrize("error", EMPTY_ERRORS, ids=json.dumps)
    def test_an_empty_error_is_not_an_error(
        self, client: ChatClient, server: FakeServer, path: Path, error: Json
    ) -> None:
        answer = replaced(path, error)
        server.script += [Body(json.dumps(answer)), streamed(answer)]
        assert client.chat(QUESTION, MODEL).text == TEXT
        assert "".join(client.stream(QUESTION, MODEL)) == TEXT

    def test_a_field_of_the_wrong_type_is_logged(
        self, client: ChatClient, server: FakeServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        answer = replaced(("usage",), "")
        server.script += [Body(json.dumps(answer)), streamed(answer)]
        for read in (lambda: client.chat(QUESTION, MODEL), lambda: list(client.stream(QUESTION, MODEL))):
            caplog.clear()
            read()
            lines = [record for record in caplog.records if "usage" in record.getMessage()]
            assert [record.levelname for record in lines] == ["DEBUG"]

    @pytest.mark.parametrize(
        ("fields", "text", "total"),
        [
            ('"choices":[{"message":{"content":"a","content":"b"}}],"usage":{"total_tokens":1}', "b", 1),
            ('"choices":[{"message":{"content":"a"}}],"usage":{"total_tokens":1},"usage":{"total_tokens":2}', "a", 2),
            (
                '"choices":[],"choices":[{"message":{"content":"a"}}],"usage":{"total_tokens":1,"total_tokens":3}',
                "a",
                3,
            ),
        ],
    )
    def test_the_last_of_duplicate_keys_wins(
        self, client: ChatClient, server: FakeServer, fields: str, text: str, total: int
    ) -> None:
        server.script += [Body(f"{{{fields}}}"), Stream((Data(f"{{{fields}}}"), DONE))]
        response, stream = client.chat(QUESTION, MODEL), client.stream(QUESTION, MODEL)
        assert response.text == "".join(stream) == text
        assert response.usage is not None
        assert stream.usage is not None
        assert response.usage.total_tokens == stream.usage.total_tokens == total

    @pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
    def test_a_number_that_json_cannot_express_reads_as_null(
        self, client: ChatClient, server: FakeServer, number: str
    ) -> None:
        body = '{"choices":[{"index":0,"message":{"content":"a","score":%s},"logprobs":%s}],"usage":{"cost":%s}}'
        body = body.replace("%s", number)
        server.script += [Body(body), Stream((Data(body), DONE))]
        response, stream = client.chat(QUESTION, MODEL), client.stream(QUESTION, MODEL)
        assert response.text == "".join(stream) == "a"
        assert response.message.get("score") is None
        assert stream.message.get("score") is None
        assert response.usage is not None
        assert response.usage.cost is None

    @pytest.mark.parametrize(
        ("choice", "text"),
        [
            ({"index": 0, "finish_reason": "stop"}, ""),
            ({"index": 0, "message": None, "delta": None, "finish_reason": "stop"}, ""),
            ({"index": 0, "message": "odd", "delta": [], "finish_reason": "stop"}, ""),
            ({}, ""),
            ({"index": 0, "text": "It is", "finish_reason": "stop"}, "It is"),
        ],
        ids=json.dumps,
    )
    def test_a_choice_without_a_message_is_an_empty_message(
        self, client: ChatClient, server: FakeServer, choice: dict[str, Any], text: str
    ) -> None:
        answer = {"choices": [choice]}
        server.script += [Body(json.dumps(answer)), Stream((Data(answer), DONE))]
        response, stream = client.chat(QUESTION, MODEL), client.stream(QUESTION, MODEL)
        assert response.text == "".join(stream) == text
        assert response.message == stream.message == {"role": "assistant", "content": text or None}

    @pytest.mark.parametrize("body", ["{}", '{"choices": null}', '{"choices": []}', '{"choices": "odd"}', "[]", "1"])
    def test_a_whole_answer_without_choices_is_not_one(
        self, client: ChatClient, server: FakeServer, errors: Errors, body: str
    ) -> None:
        server.script.append(Body(body))
        with pytest.raises(errors.ProtocolError):
            client.chat(QUESTION, MODEL)

    @pytest.mark.parametrize("reason", [False, 0, "", {}, [], True, 1, ["stop"]], ids=json.dumps)
    def test_only_a_non_empty_string_is_a_finish_reason(
        self, client: ChatClient, server: FakeServer, errors: Errors, reason: Json
    ) -> None:
        chunk = {"choices": [{"index": 0, "delta": {"content": "part"}, "finish_reason": reason}]}
        server.script.append(Stream((Data(chunk), Cut())))
        stream = client.stream(QUESTION, MODEL)
        with pytest.raises(errors.StreamInterruptedError) as caught:
            list(stream)
        assert caught.value.partial_text == "part"
        assert stream.finish_reason is None

    # -- content as a list of parts ------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("content", "text", "reasoning"),
        [
            ([{"type": "text", "text": "a"}, {"type": "output_text", "text": "b"}], "ab", ""),
            (["a", "b"], "ab", ""),
            ([{"type": "thinking", "thinking": "why"}, {"type": "text", "text": "a"}], "a", "why"),
            ([{"type": "thinking", "thinking": [{"type": "text", "text": "why"}]}, {"text": "a"}], "a", "why"),
            ([{"type": "reasoning", "text": "why"}, {"type": "text", "text": "a"}], "a", "why"),
            ([{"type": "reasoning", "reasoning": "why"}, {"type": "text", "text": "a"}], "a", "why"),
            ([{"type": "reasoning", "reasoning": [{"type": "text", "text": "why"}]}], "", "why"),
            ([{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}], "", ""),
            ([{"type": "text", "text": "a"}, {"type": "unknown", "text": "b"}, 7, None, {}], "a", ""),
            ([{"type": "text", "text": None}, {"type": "text"}, {"type": "text", "text": 1}], "", ""),
        ],
        ids=lambda value: json.dumps(value)[:60],
    )
    def test_parts_of_content_give_text_and_reasoning(
        self, client: ChatClient, server: FakeServer, content: Json, text: str, reasoning: str
    ) -> None:
        answer = {"object": "chat.completion", "choices": [{"index": 0, "message": {"content": content}}]}
        server.script += [Body(json.dumps(answer)), streamed(answer)]
        response, stream = client.chat(QUESTION, MODEL), client.stream(QUESTION, MODEL)
        assert response.text == "".join(stream) == stream.text == text
        assert response.reasoning == stream.reasoning == reasoning

    # -- the format of the body ----------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        "content_type", ["application/json", "text/html", "text/plain", "application/octet-stream"]
    )
    def test_an_event_stream_is_recognised_whatever_its_content_type(
        self, client: ChatClient, server: FakeServer, content_type: str
    ) -> None:
        reply = streamed(FULL_ANSWER)
        server.script += [Stream(reply.steps, content_type=content_type)] * 2
        assert "".join(client.stream(QUESTION, MODEL)) == TEXT
        assert client.chat(QUESTION, MODEL).text == TEXT

    def test_a_stream_that_was_not_requested_becomes_a_response(self, client: ChatClient, server: FakeServer) -> None:
        server.script += [streamed(FULL_ANSWER), Body(json.dumps(FULL_ANSWER))]
        assembled, response = client.chat(QUESTION, MODEL), client.chat(QUESTION, MODEL)
        for name in ("text", "reasoning", "finish_reason", "model", "provider"):
            assert getattr(assembled, name) == getattr(response, name)
        assert [call.arguments for call in assembled.tool_calls] == [call.arguments for call in response.tool_calls]
        assert assembled.raw["object"] == "chat.completion"
        assert assembled.raw["choices"][0]["message"]["content"] == TEXT

    def test_a_stream_that_was_not_requested_raises_if_it_breaks(
        self, client: ChatClient, server: FakeServer, errors: Errors
    ) -> None:
        part = Data({"choices": [{"index": 0, "delta": {"content": "part"}}]})
        server.script += [Stream((part, Cut())), Stream((part, Data({"error": {"message": "overloaded"}})))]
        for _ in range(2):
            with pytest.raises(errors.AIClientError):
                client.chat(QUESTION, MODEL)


def _attribute(answer: ChatResponse | ResponseStream, path: str) -> Any:
    value: Any = answer
    for name in path.split("."):
        value = getattr(value, name)
    return value
