"""`chat.completions.parse` and `stream` of `ai_rust_client.compat` give what those of the OpenAI library give.

The comparisons are skipped without the OpenAI library, which is in the dependency group `bench`.
"""

import asyncio
import json
import pickle
from dataclasses import dataclass
from typing import Any, TypedDict

import pytest

from ai_rust_client import compat
from ai_rust_client.compat import types
from minimal_browser_core.testing.fake_server import DONE, Answer, Body, Data, FakeServer, Stream, chunk

openai = pytest.importorskip("openai", reason="comparing needs the OpenAI library: uv sync --group bench")
pydantic = pytest.importorskip("pydantic")

ASK: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "q"}]}


class Step(pydantic.BaseModel):  # type: ignore[misc, name-defined]
    explanation: str
    output: float | None = None


class Solution(pydantic.BaseModel):  # type: ignore[misc, name-defined]
    """The solution of an equation."""

    steps: list[Step]
    answer: str


class Look(pydantic.BaseModel):  # type: ignore[misc, name-defined]
    """Look at a place."""

    at: str


SOLUTION = '{"steps": [{"explanation": "Là 🦉", "output": 1.5}], "answer": "x"}'
STRICT = {"type": "function",
          "function": {"name": "go", "strict": True, "parameters": {"type": "object", "properties": {}}}}  # fmt: skip
LOOSE = {"type": "function", "function": {"name": "go", "parameters": {"type": "object"}}}
LOGPROB = {"token": "a", "bytes": [97], "logprob": -0.5, "top_logprobs": []}


def run(library: Any, replies: list[Any], script: Any) -> Any:
    with FakeServer(replies) as server, library.OpenAI(api_key="k", base_url=server.base_url) as client:
        try:
            result = script(library, client)
        except (library.OpenAIError, ValueError) as error:
            result = {"raised": type(error).__name__}
            if hasattr(error, "completion"):
                result["completion"] = comparable(error.completion)
        return result, [normalized(request.json) for request in server.requests]


def normalized(body: Any) -> Any:
    """A request body without what means nothing to a provider."""
    if isinstance(body, dict):
        kept = {name: value for name, value in body.items() if (name, value) != ("stream", False)}
        return {name: normalized(value) for name, value in kept.items() if name not in ("title", "description")}
    return [normalized(item) for item in body] if isinstance(body, list) else body


def same(replies: list[Any], script: Any) -> Any:
    theirs, ours = run(openai, replies, script), run(compat, replies, script)
    assert ours == theirs
    return ours[0]


def parsed(library: Any, client: Any, **options: Any) -> Any:
    completion = client.chat.completions.parse(**ASK, **options)
    message = completion.choices[0].message
    arguments = [call.function.parsed_arguments for call in message.tool_calls or ()]
    return [completion.model_dump(warnings=False), message.parsed, arguments, completion._request_id]


def answer(text: str | None, *, finish_reason: str = "stop", **message: Any) -> Body:
    choice = {"index": 0, "finish_reason": finish_reason,
              "message": {"role": "assistant", "content": text, "refusal": None} | message}  # fmt: skip
    fields = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    return Body(json.dumps(fields), headers={"x-request-id": "r"})


def called(name: str, arguments: str) -> dict[str, Any]:
    return {"tool_calls": [{"id": "1", "type": "function", "function": {"name": name, "arguments": arguments}}]}


@pytest.mark.parametrize(
    "reply",
    [
        answer(SOLUTION),
        answer(None, refusal="no"),
        answer(""),
        answer('{"steps": 1}'),
        answer("not JSON"),
        answer(SOLUTION[:20], finish_reason="length"),
        answer(SOLUTION[:20], finish_reason="content_filter"),
        answer(SOLUTION, reasoning_details=[{"type": "x"}]),
    ],
)
def test_a_content_is_parsed_the_same(reply: Body) -> None:
    same([reply], lambda library, client: parsed(library, client, response_format=Solution))


def test_arguments_are_parsed_the_same() -> None:
    def script(library: Any, client: Any) -> Any:
        tools = [library.pydantic_function_tool(Look), STRICT]
        results = [parsed(library, client, tools=iter(tools)) for _ in range(3)]
        try:
            parsed(library, client, tools=[LOOSE])
        except ValueError:
            return results
        return None

    replies = [answer(None, **called("Look", '{"at": "é"}')), answer(None, **called("go", "{}")), answer("text")]
    assert same(replies, script)[0][2] == [Look(at="é")]


def test_without_a_type_the_answer_is_as_it_was_sent() -> None:
    same([answer(SOLUTION)], lambda library, client: parsed(library, client))
    json_mode = {"type": "json_object"}
    same([answer(SOLUTION)], lambda library, client: parsed(library, client, response_format=json_mode))


def test_other_types_than_the_openai_librarys() -> None:
    @dataclass
    class Point:
        x: int
        y: int

    class Place(TypedDict):
        name: str

    def ask(kind: Any, text: str) -> Any:
        with FakeServer([answer(text)]) as server, compat.OpenAI(api_key="k", base_url=server.base_url) as client:
            return client.chat.completions.parse(**ASK, response_format=kind).choices[0].message.parsed

    assert ask(Point, '{"x": 1, "y": 2}') == Point(1, 2)
    assert ask(Place, '{"name": "Ulm"}') == {"name": "Ulm"}
    with pytest.raises(ValueError, match="y"):
        ask(Point, '{"x": 1}')


def streamed(library: Any, client: Any, **options: Any) -> Any:
    events = []
    with client.chat.completions.stream(**ASK, **options) as stream:
        for event in stream:
            fields = event.model_dump(exclude_none=True, warnings=False)
            fields.pop("snapshot" if event.type == "chunk" else "", None)
            # While an instance arrives, our partial value has unfinished strings too.
            fields.pop("parsed" if event.type.endswith("delta") else "", None)
            fields.pop("parsed_arguments" if event.type.endswith("delta") else "", None)
            events.append(fields)
        final = stream.get_final_completion()
    return [events, comparable(final)]


def comparable(completion: Any) -> Any:
    """A completion without the indexes of its tool calls, which only the OpenAI library keeps."""
    fields = completion.model_dump(exclude_none=True, warnings=False)
    for choice in fields["choices"]:
        # Of an instance that was cut, ours has unfinished strings too.
        if choice["finish_reason"] != "stop":
            choice["message"].pop("parsed", None)
        for call in choice["message"].get("tool_calls", ()):
            call.pop("index", None)
    return fields


def part(delta: dict[str, Any], finish_reason: str | None = None, **choice: Any) -> Data:
    fields = {"index": 0, "delta": delta, "finish_reason": finish_reason} | choice
    return Data({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [fields]})


def piece(index: int, arguments: str, name: str | None = None) -> dict[str, Any]:
    function = {"arguments": arguments} | ({"name": name} if name else {})
    return {
        "tool_calls": [
            {"index": index, "function": function} | ({"id": f"i{index}", "type": "function"} if name else {})
        ]
    }


STREAMS: dict[str, Any] = {
    "text": Answer(("L", "à", ".")),
    "an instance": Answer((SOLUTION[:9], SOLUTION[9:30], SOLUTION[30:])),
    "reasoning": Answer("a", reasoning=("b", "c")),
    "two calls": Stream((
        part({"role": "assistant", "content": None}), part(piece(0, "", "Look")), part(piece(0, '{"at": "')),
        part(piece(0, 'é"}')), part(piece(1, "{", "go")), part(piece(1, "}")), part({}, "tool_calls"), DONE,
    )),
    "text and a call": Stream((part({"role": "assistant", "content": "a"}), part(piece(0, "{}", "go")),
                               part({}, "tool_calls"), DONE)),
    "a refusal": Stream((part({"role": "assistant", "refusal": "n"}), part({"refusal": "o"}), part({}, "stop"), DONE)),
    "two choices": Stream((
        part({"role": "assistant", "content": "a"}), part({"role": "assistant"}, index=1),
        part({"content": "b"}, index=1), part({"content": "c"}), part({}, "stop"), part({}, "stop", index=1), DONE,
    )),
    "log probabilities": Stream((
        part({"role": "assistant", "content": "a"}, logprobs={"content": [LOGPROB], "refusal": None}),
        part({"content": "b"}, logprobs={"content": [LOGPROB], "refusal": None}), part({}, "stop"), DONE,
    )),
    "usage at the end": Stream((part({"role": "assistant", "content": "a"}), part({}, "stop"), Data(
        chunk() | {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}}), DONE)),
}  # fmt: skip


@pytest.mark.parametrize("reply", STREAMS.values(), ids=list(STREAMS))
def test_events_are_the_same(reply: Any) -> None:
    same([reply], streamed)


def test_instances_in_a_stream_are_the_same() -> None:
    same([STREAMS["an instance"]], lambda library, client: streamed(library, client, response_format=Solution))

    def with_tools(library: Any, client: Any) -> Any:
        return streamed(library, client, tools=[library.pydantic_function_tool(Look), STRICT])

    same([STREAMS["two calls"]], with_tools)


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_a_stream_that_was_ended_raises_the_same(reason: str) -> None:
    reply = Stream((part({"role": "assistant", "content": '{"st'}), part({}, reason), DONE))
    result = same([reply], lambda library, client: streamed(library, client, response_format=Solution))
    assert result["raised"].startswith(("Length", "ContentFilter"))


def test_an_ended_answer_crosses_a_process_boundary() -> None:
    with FakeServer([answer("{", finish_reason="length")]) as server:
        client = compat.OpenAI(api_key="k", base_url=server.base_url)
        with client, pytest.raises(compat.LengthFinishReasonError) as caught:
            client.chat.completions.parse(**ASK, response_format=Solution)
    restored = pickle.loads(pickle.dumps(caught.value))
    assert restored.completion.choices[0].message.content == "{"


def test_a_partial_instance_grows() -> None:
    with (
        FakeServer([STREAMS["an instance"]]) as server,
        compat.OpenAI(api_key="k", base_url=server.base_url) as client,
        client.chat.completions.stream(**ASK, response_format=Solution) as stream,
    ):
        seen = [event.parsed for event in stream if event.type == "content.delta"]
    assert [value for value in seen if value][-1]["answer"] == "x"


def test_the_async_stream_is_the_same() -> None:
    async def script(library: Any, client: Any) -> Any:
        async with client, client.chat.completions.stream(**ASK, response_format=Solution) as stream:
            kinds = [event.type async for event in stream]
            final = await stream.get_final_completion()
            completion = await client.chat.completions.parse(**ASK, response_format=Solution)
            return kinds, comparable(final), completion.choices[0].message.parsed

    def outcome(library: Any) -> Any:
        with FakeServer([STREAMS["an instance"], answer(SOLUTION)]) as server:
            return asyncio.run(script(library, library.AsyncOpenAI(api_key="k", base_url=server.base_url)))

    assert outcome(compat) == outcome(openai)


def final_message(*steps: Any) -> types.ParsedChatCompletionMessage[Any]:
    with (
        FakeServer([Stream((*steps, DONE))]) as server,
        compat.OpenAI(api_key="k", base_url=server.base_url) as client,
        client.chat.completions.stream(**ASK) as stream,
    ):
        return stream.get_final_completion().choices[0].message


def test_the_final_message_has_what_must_be_sent_back() -> None:
    message = final_message(
        part({"role": "assistant", "reasoning_details": [{"index": 0, "type": "reasoning.text", "text": "h"}]}),
        part({"reasoning_details": [{"index": 0, "type": "reasoning.text", "text": "m", "signature": "S="}]}),
        part({"tool_calls": [{"index": 0, "id": "1", "extra_content": {"google": {"thought_signature": "AbC="}},
                              "function": {"name": "f", "arguments": "{"}}]}),
        part({"tool_calls": [{"index": 0, "id": "2", "function": {"arguments": "}"}}]}),
        part({}, "tool_calls"),
    )  # fmt: skip
    assert message.to_dict()["reasoning_details"] == [
        {"index": 0, "type": "reasoning.text", "text": "hm", "signature": "S="}
    ]
    assert message.tool_calls is not None
    assert [call.to_dict() for call in message.tool_calls] == [
        {"id": "1", "type": "function", "extra_content": {"google": {"thought_signature": "AbC="}},
         "function": {"name": "f", "arguments": "{}", "parsed_arguments": None}},
    ]  # fmt: skip
    with FakeServer([Answer("a")]) as server, compat.OpenAI(api_key="k", base_url=server.base_url) as client:
        client.chat.completions.create(model="m", messages=[*ASK["messages"], message])
    sent = server.requests[0].json["messages"][1]
    assert "parsed" not in sent
    assert "parsed_arguments" not in sent["tool_calls"][0]["function"]
    assert sent["tool_calls"][0]["extra_content"] == {"google": {"thought_signature": "AbC="}}


def test_parts_of_a_content_are_kept_and_their_text_is_read() -> None:
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
    message = final_message(part({"content": [thought]}), part({"content": "a"}), part({"content": "b"}, "stop"))
    assert message.content == "ab"
    assert message.to_dict()["content"][0] == thought


def test_content_after_a_finish_reason_is_content() -> None:
    with (
        FakeServer([Stream(tuple(part({"content": word}, "stop") for word in ("a", "b", "c")))]) as server,
        compat.OpenAI(api_key="k", base_url=server.base_url) as client,
        client.chat.completions.stream(**ASK) as stream,
    ):
        done = [event.content for event in stream if event.type == "content.done"]
    assert done == ["abc"]


def test_a_message_beside_each_delta_is_not_added_up() -> None:
    steps = [
        part({"content": text}, message={"role": "assistant", "content": whole})
        for text, whole in (("a", "a"), ("b", "ab"))
    ]
    assert final_message(*steps, part({}, "stop")).content == "ab"
