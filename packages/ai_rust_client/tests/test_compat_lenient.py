"""No optional field of a provider, of whatever type, costs `ai_rust_client.compat` the answer."""

import copy
import json
import pickle
import random
from collections.abc import Iterator
from typing import Any

import pytest

from ai_rust_client import AIClient, compat
from minimal_browser_core.testing.fake_server import DONE, Answer, Body, Bytes, Data, FakeServer, Raw, Stream

ASK: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "q"}]}
CALL = {"index": 0, "id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
TOP = [{"token": "a", "bytes": None, "logprob": 0}]
LOGPROB = {"token": "a", "bytes": [97], "logprob": -0.5, "top_logprobs": TOP}
USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3, "cost": 0.1,
         "prompt_tokens_details": {"cached_tokens": 1},
         "completion_tokens_details": {"reasoning_tokens": 1}}  # fmt: skip
MESSAGE = {"role": "assistant", "content": "text", "refusal": None, "reasoning": "r", "annotations": [
    {"type": "url_citation", "url_citation": {"url": "u", "title": "t", "start_index": 0, "end_index": 1}}],
    "audio": None, "function_call": None, "tool_calls": [CALL], "reasoning_details": [{"type": "x"}]}  # fmt: skip
HEAD = {"id": "c", "created": 1, "model": "m", "system_fingerprint": "f", "service_tier": "auto", "error": None,
        "usage": USAGE}  # fmt: skip
CHOICE = {"index": 0, "finish_reason": "stop", "logprobs": {"content": [LOGPROB], "refusal": None}}
WHOLE = HEAD | {"object": "chat.completion", "choices": [CHOICE | {"message": MESSAGE}]}
CHUNK = HEAD | {"object": "chat.completion.chunk", "choices": [CHOICE | {"delta": MESSAGE}]}
REQUIRED = {"content", "choices", "message", "delta"}
ODD: list[Any] = [
    None,
    True,
    False,
    0,
    7,
    -1.5,
    "",
    "odd",
    [],
    [None],
    [[]],
    ["x"],
    [1, {}],
    {},
    {"x": None},
    {"x": [{}]},
]


def replaced(value: Any, odd: Any) -> Iterator[Any]:
    """Copies of a JSON value in which one optional field is `odd`, or absent."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name not in REQUIRED:
                yield value | {name: odd}
                yield {other: item for other, item in value.items() if other != name}
            yield from (value | {name: changed} for changed in replaced(item, odd))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from ([*value[:index], changed, *value[index + 1 :]] for changed in replaced(item, odd))


def without_real_errors(documents: Iterator[Any]) -> list[Any]:
    """An error with any content is an error."""
    return [document for document in documents if document.get("error") in (None, "", [], {}, 0, False, [None], [[]])]


def use(completion: Any, texts: Iterator[str]) -> None:
    """Everything that a program may do with an answer."""
    for model in (completion, copy.deepcopy(completion), pickle.loads(pickle.dumps(completion))):
        assert model == completion
    json.loads(completion.model_dump_json())
    assert repr(completion)
    usage = completion.usage
    assert usage is None or isinstance(usage.prompt_tokens_details, compat.types.PromptTokensDetails | None)
    for choice in completion.choices:
        assert choice.finish_reason is None or isinstance(choice.finish_reason, str)
        part = choice.message if hasattr(choice, "message") else choice.delta
        for call in part.tool_calls or ():
            _ = (call.id, call.function and call.function.name)
        assert (part.content or "") == next(texts)


@pytest.mark.parametrize("odd", ODD, ids=map(repr, ODD))
def test_a_whole_answer_gives_its_text(odd: Any) -> None:
    documents = without_real_errors(replaced(WHOLE, odd))
    replies = [Body(json.dumps(document)) for document in documents]
    with FakeServer(replies) as server, compat.OpenAI(api_key="k", base_url=server.base_url) as client:
        for document in documents:
            completion = client.chat.completions.create(**ASK)
            use(completion, iter(["text"]))
            messages = [*ASK["messages"], completion.choices[0].message, completion.choices[0].message.model_dump()]
            assert json.dumps(compat._options.plain_messages(messages)), document


@pytest.mark.parametrize("odd", ODD, ids=map(repr, ODD))
def test_a_streamed_answer_gives_its_text(odd: Any) -> None:
    documents = without_real_errors(replaced(CHUNK, odd))
    steps = (*map(Data, documents), Data(CHUNK), DONE)
    with FakeServer([Stream(steps)]) as server, compat.OpenAI(api_key="k", base_url=server.base_url) as client:
        for chunk in client.chat.completions.create(**ASK, stream=True):
            use(chunk, iter(["text"]))


@pytest.mark.parametrize("odd", ODD, ids=map(repr, ODD))
def test_the_stream_helper_adds_up_the_text(odd: Any) -> None:
    documents = [document for document in without_real_errors(replaced(CHUNK, odd)) if document.get("object") != ""]
    choices = [document["choices"][0] for document in documents]
    documents = [document for document, choice in zip(documents, choices, strict=True) if choice.get("index") == 0]
    documents = [document for document in documents if not document["choices"][0]["delta"].get("refusal")]
    steps = (*map(Data, documents), DONE)
    with (
        FakeServer([Stream(steps)]) as server,
        compat.OpenAI(api_key="k", base_url=server.base_url) as client,
        client.chat.completions.stream(**ASK) as stream,
    ):
        message = stream.get_final_completion().choices[0].message
    assert message.content == "text" * len(documents)


def test_random_chunks_never_cost_the_text() -> None:
    rng = random.Random(7)  # the seed of any failure must be repeatable

    def some(depth: int) -> Any:
        if depth == 0 or rng.random() < 0.5:
            return rng.choice([None, True, 0, -2, 1.5, "", "x", "\ud83d", "é"])
        if rng.random() < 0.5:
            return [some(depth - 1) for _ in range(rng.randrange(3))]
        return {rng.choice("abc"): some(depth - 1) for _ in range(rng.randrange(3))}

    def spoil(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                name: some(3) if name not in REQUIRED | {"error", "index"} and rng.random() < 0.2 else spoil(item)
                for name, item in value.items()
            }
        return [spoil(item) for item in value] if isinstance(value, list) else value

    documents = [spoil(CHUNK) for _ in range(500)]
    steps = (*map(Data, documents), DONE)
    with FakeServer([Stream(steps)]) as server, compat.OpenAI(api_key="k", base_url=server.base_url) as client:
        texts = [chunk.choices[0].delta.content for chunk in client.chat.completions.create(**ASK, stream=True)]
    assert [text for text in texts if text] == ["text"] * 500


def test_values_of_other_types_are_extra_fields() -> None:
    odd = {"usage": "", "choices": [CHOICE | {"finish_reason": 0, "message": MESSAGE | {"tool_calls": [None]}}]}
    with (
        FakeServer([Body(json.dumps(WHOLE | odd))]) as server,
        compat.OpenAI(api_key="k", base_url=server.base_url) as client,
    ):
        completion = client.chat.completions.create(**ASK)
    choice = completion.choices[0]
    assert (completion.usage, completion.model_extra["usage"]) == (None, "")
    assert (choice.finish_reason, choice.model_extra["finish_reason"]) == (None, 0)
    assert (choice.message.tool_calls, choice.message.model_extra["tool_calls"]) == (None, [None])
    assert choice.message.model_extra["reasoning_details"] == [{"type": "x"}]


def test_numbers_and_a_tool_call_in_other_forms_are_read() -> None:
    usage = {"prompt_tokens": 30.0, "completion_tokens": "9", "total_tokens": "1e", "cost": "0.5"}
    message = {"role": "assistant", "tool_calls": CALL | {"id": 7}}
    document = WHOLE | {"created": 1.7e9, "usage": usage, "choices": [CHOICE | {"index": "0", "message": message}]}
    with (
        FakeServer([Body(json.dumps(document))]) as server,
        compat.OpenAI(api_key="k", base_url=server.base_url) as client,
    ):
        completion = client.chat.completions.create(**ASK)
    assert (completion.created, completion.choices[0].index) == (1_700_000_000, 0)
    assert completion.usage is not None
    assert (completion.usage.prompt_tokens, completion.usage.completion_tokens) == (30, 9)
    assert (completion.usage.total_tokens, completion.usage.model_extra["total_tokens"]) == (None, "1e")
    assert completion.choices[0].message.tool_calls is not None
    assert completion.choices[0].message.tool_calls[0].id == 7  # the server expects it back as it was


def stream_of(*texts: str) -> list[str]:
    """The contents of a stream whose chunks are these JSON texts."""
    steps = tuple(Bytes(f"data: {text}\n\n".encode()) for text in texts)
    head = Bytes(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
    with (
        FakeServer([Raw((head, *steps, Bytes(b"data: [DONE]\n\n")))]) as server,
        compat.OpenAI(api_key="k", base_url=server.base_url) as client,
    ):
        stream = client.chat.completions.create(**ASK, stream=True)
        return [chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices]


def content(text: str) -> str:
    return f'{{"id":"c","choices":[{{"index":0,"delta":{{"content":"{text}"}}}}]}}'


@pytest.mark.parametrize(
    ("pieces", "whole"),
    [
        (["a\\ud83d", "\\ude00b"], "a😀b"),
        (["a\\uD83D", "", "\\uDE00b"], "a😀b"),
        (["a\\ud83d b"], "a� b"),
        (["\\ude00b"], "�b"),
        (["a\\ud83d"], "a�"),
        (["\\ud83d\\ude00"], "😀"),
        (["a\\ud83d", "b"], "a�b"),
        (["\\\\ud83d"], "\\ud83d"),
    ],
)
def test_surrogate_halves_are_joined_over_chunks(pieces: list[str], whole: str) -> None:
    assert "".join(stream_of(*map(content, pieces))) == whole


def test_a_whole_answer_has_no_surrogates_and_no_nan() -> None:
    body = content("a\\ud83d b \\ud83d\\ude00").replace("delta", "message")[:-1] + ', "usage": {"cost": NaN}}'
    with FakeServer([Body(body)]) as server, compat.OpenAI(api_key="k", base_url=server.base_url) as client:
        completion = client.chat.completions.create(**ASK)
    assert completion.choices[0].message.content == "a� b 😀"
    assert completion.model_dump(exclude_none=True)["usage"] == {}


def test_a_stream_that_was_not_asked_for_is_a_whole_answer() -> None:
    with (
        FakeServer([Stream((Data(CHUNK), Data(CHUNK), DONE))]) as server,
        compat.OpenAI(api_key="k", base_url=server.base_url) as client,
    ):
        completion = client.chat.completions.create(**ASK)
    assert completion.choices[0].message.content == "texttext"
    assert completion.object == "chat.completion"


def test_numbers_that_are_not_json_are_read() -> None:
    usage = f'{{"prompt_tokens": NaN, "cost": -Infinity, "total_tokens": {"9" * 5000}}}'
    assert stream_of(content("a")[:-1] + f', "usage": {usage}}}') == ["a"]


def test_values_that_are_nested_too_deeply_are_null() -> None:
    deep = "[" * 50_000 + "]" * 50_000
    assert stream_of(content("a")[:-1] + f', "deep": {deep}, "n": {"9" * 5000}}}') == ["a"]


def test_a_repeated_key_counts_once() -> None:
    assert stream_of('{"choices": 1, "choices": [{"delta": {"content": "a", "content": "b"}}]}') == ["b"]


@pytest.mark.parametrize("error", [{}, "", [], None, {"message": ""}, {"code": 0, "message": None}, [{}]])
def test_an_empty_error_is_none(error: Any) -> None:
    steps = (Data(CHUNK | {"error": error}), DONE)
    with (
        FakeServer([Stream(steps), Body(json.dumps(WHOLE | {"error": error}))]) as server,
        compat.OpenAI(api_key="k", base_url=server.base_url) as client,
    ):
        assert next(client.chat.completions.create(**ASK, stream=True)).choices[0].delta.content == "text"
        assert client.chat.completions.create(**ASK).choices[0].message.content == "text"


def test_a_choice_without_a_message_is_empty_and_an_old_text_is_its_text() -> None:
    assert stream_of('{"choices": [{"index": 0}]}', '{"choices": [{"text": "a"}]}', '{"choices": null}') == ["", "a"]
    body = {"choices": [{"index": 0, "finish_reason": "stop", "text": "a"}]}
    with (
        FakeServer([Body(json.dumps(body))]) as server,
        compat.OpenAI(api_key="k", base_url=server.base_url) as client,
    ):
        message = client.chat.completions.create(**ASK).choices[0].message
    assert (message.content, message.role) == ("a", "assistant")


def test_the_text_of_a_list_of_parts_is_read_and_the_list_is_sent_back() -> None:
    parts = [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "a"}, "b"]
    reply = Body(json.dumps(WHOLE | {"choices": [CHOICE | {"message": {"role": "assistant", "content": parts}}]}))
    with (
        FakeServer([reply, Answer("a")]) as server,
        compat.OpenAI(api_key="k", base_url=server.base_url) as client,
    ):
        message = client.chat.completions.create(**ASK).choices[0].message
        assert message.content == "ab"
        client.chat.completions.create(model="m", messages=[message, message.model_dump()])
    assert [sent["content"] for sent in server.requests[1].json["messages"]] == [parts, parts]


PIECES: list[Any] = [
    "a",
    {"text": "b"},
    {"type": None, "text": "c"},
    {"type": "text", "text": ["d", {"text": "e"}]},
    {"type": "output_text", "text": "f"},
    {"type": "thinking", "thinking": "no"},
    {"type": "image_url", "image_url": {"url": "no"}},
    ["g", ["h"]],
    None,
    7,
    {},
]


@pytest.mark.parametrize("content", [*([one] for one in PIECES), *([one, *PIECES] for one in PIECES)])
def test_the_text_of_parts_is_that_of_ai_client(content: list[Any]) -> None:
    reply = Body(json.dumps(WHOLE | {"choices": [CHOICE | {"message": {"role": "assistant", "content": content}}]}))
    with (
        FakeServer([reply, reply]) as server,
        compat.OpenAI(api_key="k", base_url=server.base_url) as client,
        AIClient("k", base_url=server.base_url) as native,
    ):
        text = client.chat.completions.create(**ASK).choices[0].message.content
        assert (text or "") == native.chat(ASK["messages"], "m").text


def call(index: int | None, call_id: str | None, name: str | None, arguments: str | None) -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    fields = {"index": index, "id": call_id, "function": {key: v for key, v in function.items() if v is not None}}
    return {key: value for key, value in fields.items() if value is not None}


@pytest.mark.parametrize(
    ("deltas", "calls"),
    [
        # The same index for each call, and no ids.
        ([call(0, "", "f", '{"a":1}'), call(0, "", "f", '{"a":2}')],
         [("call_0", "f", '{"a":1}'), ("call_1", "f", '{"a":2}')]),
        ([call(0, None, "f", '{"a":1}'), call(0, None, "g", ""), call(0, None, None, "{}")],
         [("call_0", "f", '{"a":1}'), ("call_1", "g", "{}")]),
        ([call(None, None, "f", "{}"), call(None, None, "f", "{}"), call(None, None, "g", "{}")],
         [("call_0", "f", "{}"), ("call_1", "f", "{}"), ("call_2", "g", "{}")]),
        # The name in every delta, or in pieces.
        ([call(0, None, "f", '{"a"'), call(0, None, "f", ":1}"), call(0, None, "f", "")],
         [("call_0", "f", '{"a":1}')]),
        ([call(0, None, "get_", ""), call(0, None, "weather", ""), call(0, None, None, "{}")],
         [("call_0", "get_weather", "{}")]),
        ([call(0, "x", "get_", None), call(0, "x", "weather", None), call(0, "x", None, "{}")],
         [("x", "get_weather", "{}")]),
        # Ids: the same index for each call, another id in each delta, and a late one.
        ([call(0, "x", "f", "{}"), call(0, "y", "f", "{}"), call(0, "x", None, " ")],
         [("x", "f", "{} "), ("y", "f", "{}")]),
        ([call(0, "x", "f", '{"a"'), call(0, "y", "f", ":1}")], [("x", "f", '{"a":1}')]),
        ([call(0, None, "f", "{"), call(0, "x", None, "}")], [("x", "f", "{}")]),
        # An id that is made up is none of the others.
        ([call(0, None, "f", "{}"), call(1, "call_0", "g", "{}")], [("call_1", "f", "{}"), ("call_0", "g", "{}")]),
        ([call(None, None, name, None) for name in "fgg"], [("call_0", "f", None), ("call_1", "g", None)]),
    ],
)  # fmt: skip
def test_tool_calls_without_ids_are_distinguished(deltas: list[Any], calls: list[Any]) -> None:
    chunks = [Data(HEAD | {"choices": [{"index": 0, "delta": {"tool_calls": [delta]}}]}) for delta in deltas]
    end = Data(HEAD | {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]})
    with (
        FakeServer([Stream([*chunks, end, DONE])]) as server,
        compat.OpenAI(api_key="k", base_url=server.base_url) as client,
        client.chat.completions.stream(**ASK) as stream,
    ):
        message = stream.get_final_completion().choices[0].message
    assert [(c.id, c.function.name, c.function.arguments) for c in message.tool_calls or ()] == calls


def test_a_call_of_a_whole_answer_without_an_id_gets_one() -> None:
    function = {"name": "f", "arguments": "{}"}
    sent = [{"function": function}, {"id": "", "function": function}, {"id": "call_1", "function": function}]
    reply = Body(json.dumps(WHOLE | {"choices": [CHOICE | {"message": {"role": "assistant", "tool_calls": sent}}]}))
    with (
        FakeServer([reply, Answer("a")]) as server,
        compat.OpenAI(api_key="k", base_url=server.base_url) as client,
    ):
        message = client.chat.completions.create(**ASK).choices[0].message
        client.chat.completions.create(model="m", messages=[message])
    ids = [call.id for call in message.tool_calls or ()]
    assert ids == [call["id"] for call in server.requests[1].json["messages"][0]["tool_calls"]]
    assert ids == ["call_0", "call_2", "call_1"]


def test_what_must_be_sent_back_is_sent_back_also_of_the_second_choice() -> None:
    message = {"role": "assistant", "content": "b", "reasoning_details": [{"type": "reasoning.encrypted", "data": "x"}],
               "tool_calls": [CALL | {"extra_content": {"google": {"thought_signature": "AbC="}}}]}  # fmt: skip
    body = WHOLE | {"choices": [CHOICE | {"message": MESSAGE}, CHOICE | {"index": 1, "message": message}]}
    with (
        FakeServer([Body(json.dumps(body)), Answer("a")]) as server,
        compat.OpenAI(api_key="k", base_url=server.base_url) as client,
    ):
        second = client.chat.completions.create(**ASK).choices[1].message
        client.chat.completions.create(model="m", messages=[second.model_dump(exclude_none=True), second])
    assert server.requests[1].json["messages"] == [message, message]
