"""Any JSON of a server becomes a value or a `MalformedError`, never another exception."""

import copy
import json
import pickle

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from minimal_browser_core.chat.python.protocol.accumulator import ProviderError, StreamAccumulator
from minimal_browser_core.chat.python.protocol.content import content_text, reasoning_text
from minimal_browser_core.chat.python.protocol.decode import (
    MalformedError,
    has_error,
    parse_models,
    parse_object,
    parse_usage,
)
from minimal_browser_core.chat.python.protocol.error_report import error_report
from minimal_browser_core.chat.python.protocol.metadata import ResponseMetadata
from minimal_browser_core.chat.python.protocol.response import parse_response
from minimal_browser_core.chat.python.protocol.tool_calls import arguments_text
from minimal_browser_core.chat.values import Usage

KEYS = st.sampled_from(
    [
        *("choices", "index", "delta", "message", "content", "text", "thinking", "summary", "refusal", "annotations"),
        *("reasoning", "reasoning_content", "reasoning_details", "tool_calls", "id", "type", "function", "name"),
        *("arguments", "finish_reason", "usage", "x_groq", "prompt_tokens", "prompt_tokens_details", "cached_tokens"),
        *("cost", "model", "models", "data", "context_length", "provider", "object"),
        *("error", "code", "status", "detail", "metadata", "raw"),
    ]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(), max_size=5)
LEAVES |= st.sampled_from(["", "0", "1e999", "stop", "error", "\ud83d", "\ud83d\ude80"])
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5))
OBJECTS = st.dictionaries(KEYS, JSON, max_size=6)
CHUNKS = st.fixed_dictionaries({"choices": st.lists(st.fixed_dictionaries({"delta": OBJECTS}), max_size=2)}) | OBJECTS


@given(st.lists(CHUNKS, max_size=4))
@example([{"choices": [{"delta": {"content": "\ud83d"}}]}])
def test_any_chunks_give_events_or_a_provider_error(chunks: list[dict[str, object]]) -> None:
    received = StreamAccumulator()
    events = []
    try:
        for chunk in chunks:
            events += received.add(chunk)
        events += received.finish()
    except ProviderError as error:
        error.report.message.encode()
    assert "".join(event.text for event in events if event.kind == "text") == received.text
    for event in events:
        event.text.encode()
    for call in received.tool_calls:
        (call.id + call.name + call.arguments).encode()
    response = received.response()
    for value in (received.message, response.message, response.raw):
        json.dumps(value, ensure_ascii=False).encode()
    assert copy.deepcopy(response) == pickle.loads(pickle.dumps(response)) == response


@given(OBJECTS | st.fixed_dictionaries({"choices": st.lists(st.fixed_dictionaries({"message": OBJECTS}))}))
def test_any_object_is_a_response_or_malformed(body: dict[str, object]) -> None:
    try:
        response = parse_response(body, "m", None, ResponseMetadata())
    except (MalformedError, ProviderError):
        return
    response.text.encode()
    assert response.model
    assert response.message["role"] == "assistant"
    json.dumps([response.message, response.raw], ensure_ascii=False).encode()


@given(OBJECTS)
def test_any_object_is_a_list_of_models_or_malformed(body: dict[str, object]) -> None:
    try:
        models = parse_models(body)
    except MalformedError:
        return
    assert all(model.id for model in models)


@given(JSON)
def test_any_error_has_a_message(error: object) -> None:
    error_report(error).message.encode()
    error_report({"error": error}).message.encode()


@pytest.mark.parametrize("text", ["", "{", "[]", "1", '"a"', "null", "[" * 100_000, '{"a": ' * 100_000, b"\xff", "{}x"])
def test_text_that_is_not_an_object_is_malformed(text: str | bytes) -> None:
    with pytest.raises(MalformedError):
        parse_object(text)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, ""),
        ("a", "a"),
        (["a", {"text": "b"}, {"type": "text", "text": None}, 7], "ab"),
        ({"type": "text", "text": "a"}, "a"),
        (json.loads('"\\ud83d\\ude80"'), "🚀"),
    ],
)
def test_content_is_read_in_all_its_forms(content: object, text: str) -> None:
    assert content_text(content) == text


@pytest.mark.parametrize(
    "message",
    [
        {"reasoning": "why"},
        {"reasoning_content": "why"},
        {"reasoning": "why", "reasoning_content": "why"},
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "why"}]}]},
        {"reasoning": None, "reasoning_details": [{"type": "reasoning.text", "text": "w"}, {"summary": "hy"}]},
    ],
)
def test_reasoning_is_read_from_all_its_fields(message: dict[str, object]) -> None:
    assert reasoning_text(message) == "why"


def test_arguments_sent_as_an_object_become_json() -> None:
    assert arguments_text({"arguments": {"a": "é"}}) == '{"a": "é"}'
    assert arguments_text({"arguments": '{"a"'}) == '{"a"'
    assert arguments_text({"arguments": 7}) == arguments_text({}) == ""


@pytest.mark.parametrize(
    ("body", "usage"),
    [
        ({"usage": None}, None),
        ({"usage": {"prompt_tokens": "3", "completion_tokens": 4.0}}, Usage(3, 4, 7)),
        ({"usage": {"prompt_tokens": -1, "total_tokens": 9, "cost": "0.5"}}, Usage(0, 0, 9, cost=0.5)),
        ({"usage": {"prompt_tokens_details": None, "prompt_cache_hit_tokens": 5}}, Usage(cached_tokens=5)),
        ({"x_groq": {"usage": {"prompt_tokens": 1, "completion_tokens": 1}}}, Usage(1, 1, 2)),
    ],
)
def test_usage_is_read_as_providers_send_it(body: dict[str, object], usage: Usage | None) -> None:
    assert parse_usage(body) == usage


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999", "-1e999", "1" * 5000])
def test_a_number_that_is_not_finite_is_null(number: str) -> None:
    assert parse_object(f'{{"a": {number}, "b": [{number}, 1, 1.5]}}') == {"a": None, "b": [None, 1, 1.5]}


@pytest.mark.parametrize("error", [None, "", 0, False, [], {}, {"message": "", "code": None}, [{"a": [{}]}]])
def test_an_empty_error_is_not_one(error: object) -> None:
    assert not has_error({"error": error})


@pytest.mark.parametrize("error", ["odd", 1, True, {"code": 1}, [[""], ["odd"]], {"message": "", "type": "odd"}])
def test_an_error_with_any_value_is_one(error: object) -> None:
    assert has_error({"error": error})


@pytest.mark.parametrize("depth", [100, 200, 900, 5000, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a\\"[": ', "}")])
@pytest.mark.parametrize("field", ["new", "tool_calls", "annotations", "reasoning", "usage", "logprobs"])
def test_a_value_that_is_nested_deeply_does_not_break_an_answer(
    depth: int, opening: str, closing: str, field: str
) -> None:
    value = opening * depth + "1" + closing * depth
    fields = f'"{field}": {value}, "content": "a"'
    chunk = f'{{"choices": [{{"delta": {{{fields}}}, "{field}": {value}}}], "{field}": {value}}}'
    received = StreamAccumulator()
    received.add(parse_object(chunk))
    assert received.text == received.message["content"] == "a"
    assert copy.deepcopy(received.response()).text == "a"
    whole = parse_response(parse_object(chunk.replace("delta", "message")), "m", None, ResponseMetadata())
    assert whole.text == whole.message["content"] == "a"


@pytest.mark.parametrize(
    ("error", "message", "status"),
    [
        ("plain", "plain", None),
        ({"error": "plain"}, "plain", None),
        ({"error": {"message": "m", "code": "rate_limited"}}, "m", None),
        ({"error": {"message": "m", "code": "429"}}, "m", 429),
        ({"error": {"message": "m", "code": 502, "metadata": {"raw": "because"}}}, "m: because", 502),
        ({"object": "error", "message": "m", "code": 40303}, "m", None),
        ({"detail": "m"}, "m", None),
        ({"error": {"surprise": 1}}, '{"surprise": 1}', None),
    ],
)
def test_errors_are_read_as_providers_report_them(error: object, message: str, status: int | None) -> None:
    reported = error_report(error)
    assert (reported.message, reported.status) == (message, status)
