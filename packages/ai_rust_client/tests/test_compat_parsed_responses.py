"""`responses.parse` and `stream` of `ai_rust_client.compat` give what those of the OpenAI library give.

The comparisons are skipped without the OpenAI library, which is in the dependency group `bench`.
"""

import asyncio
import json
from typing import Any

import pytest

from ai_rust_client import compat
from minimal_browser_core.testing.fake_server import Answer, Body, Data, FakeServer, Stream, ToolCall

openai = pytest.importorskip("openai", reason="comparing needs the OpenAI library: uv sync --group bench")
pydantic = pytest.importorskip("pydantic")

ASK: dict[str, Any] = {"model": "m", "input": "q"}


class Solution(pydantic.BaseModel):  # type: ignore[misc, name-defined]
    """The solution of an equation."""

    steps: list[str]
    answer: str


class Look(pydantic.BaseModel):  # type: ignore[misc, name-defined]
    """Look at a place."""

    at: str


SOLUTION = '{"steps": ["Là 🦉"], "answer": "x"}'
PARAMETERS = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
STRICT = {"type": "function", "name": "go", "strict": True, "parameters": PARAMETERS}
LOOSE = {"type": "function", "name": "loose", "parameters": PARAMETERS}
CALLS = (ToolCall("Look", '{"at": "é"}', "1"), ToolCall("go", "{}", "2"), ToolCall("loose", "{}", "3"))


def message(text: str, **fields: Any) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": []}
    return {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": [part]} | fields


def response(*output: Any) -> dict[str, Any]:
    return {"id": "r", "object": "response", "created_at": 1, "model": "m", "status": "completed", "output": output}


def run(library: Any, replies: list[Any], script: Any) -> Any:
    with FakeServer(replies) as server, library.OpenAI(api_key="k", base_url=server.base_url) as client:
        try:
            result = script(library, client)
        except (library.OpenAIError, ValueError, TypeError) as error:
            result = type(error).__name__
        return result, [without_titles(request.json) for request in server.requests]


def without_titles(body: Any) -> Any:
    """A request body without what means nothing to a provider."""
    if isinstance(body, dict):
        sent = {name: value for name, value in body.items() if (name, value) != ("stream", False)}
        return {name: without_titles(value) for name, value in sent.items() if name not in ("title", "description")}
    return [without_titles(item) for item in body] if isinstance(body, list) else body


def same(replies: list[Any], script: Any) -> Any:
    theirs, ours = run(openai, replies, script), run(compat, replies, script)
    assert ours == theirs
    return ours[0]


def instances(answer: Any) -> list[Any]:
    arguments = [item.parsed_arguments for item in answer.output if item.type == "function_call"]
    texts = [part.parsed for item in answer.output if item.type == "message" for part in item.content
             if part.type == "output_text"]  # fmt: skip
    return [answer.output_text, answer.output_parsed, texts, arguments]


@pytest.mark.parametrize(
    "reply",
    [
        Answer(SOLUTION, reasoning="Hm."),
        Body(json.dumps(response(message("I think.", phase="commentary"), message(SOLUTION, phase="final_answer")))),
        Body(json.dumps(response(message(SOLUTION), message(SOLUTION.replace("x", "y"))))),
        Body(json.dumps(response(message("", content=[{"type": "refusal", "refusal": "no"}])))),
        Answer("not JSON"),
        Answer('{"steps": 1}'),
    ],
)
def test_a_text_is_parsed_the_same(reply: Any) -> None:
    def script(library: Any, client: Any) -> Any:
        return instances(client.responses.parse(**ASK, text_format=Solution, text={"verbosity": "low"}))

    same([reply], script)


def test_arguments_are_parsed_the_same() -> None:
    def script(library: Any, client: Any) -> Any:
        tools = iter([library.pydantic_function_tool(Look), STRICT, LOOSE, {"type": "web_search"}])
        return instances(client.responses.parse(**ASK, tools=tools))

    parsed = same([Answer(tool_calls=CALLS, finish_reason="tool_calls")], script)
    assert parsed[-1] == [Look(at="é"), {}, None]


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"text_format": Solution, "text": {"format": {"type": "text"}}},
        {"tools": [{"type": "web_search"}]},
    ],
)
def test_arguments_are_taken_the_same(arguments: Any) -> None:
    same([Answer("a")], lambda library, client: instances(client.responses.parse(**ASK, **arguments)))


def streamed(library: Any, client: Any) -> Any:
    tools = [library.pydantic_function_tool(Look), STRICT, LOOSE]
    with client.responses.stream(**ASK, text_format=Solution, tools=tools) as stream:
        events = [
            [event.type, *(getattr(event, name, None) for name in ("delta", "snapshot", "text", "parsed"))]
            for event in stream
        ]
        final = stream.get_final_response()
        return [events, instances(final), instances(stream.get_final_response())]


@pytest.mark.parametrize(
    "reply",
    [
        Answer((SOLUTION[:9], SOLUTION[9:20], SOLUTION[20:]), reasoning=("b", "c")),
        Answer((SOLUTION,), tool_calls=CALLS, finish_reason="tool_calls"),
        Answer(("not ", "JSON")),
    ],
)
def test_events_are_the_same(reply: Any) -> None:
    same([reply], streamed)


def test_an_incomplete_response_has_no_final_one() -> None:
    for library in (openai, compat):
        with (
            FakeServer([Answer("Bl", finish_reason="length")]) as server,
            library.OpenAI(api_key="k", base_url=server.base_url) as client,
            client.responses.stream(**ASK) as stream,
            pytest.raises(RuntimeError, match=r"response\.completed"),
        ):
            stream.get_final_response()


def test_events_that_come_without_their_item_are_read() -> None:
    delta = {"type": "response.output_text.delta", "output_index": 0, "content_index": 0}
    done = {"type": "response.output_text.done", "output_index": 0, "content_index": 0, "text": SOLUTION}
    end = {"type": "response.completed", "response": response(message(SOLUTION))}
    replies = [
        Stream([Data(delta | {"delta": SOLUTION[:5]}), Data(delta | {"delta": SOLUTION[5:]}), Data(done), Data(end)])
    ]
    with (
        FakeServer(replies) as server,
        compat.OpenAI(api_key="k", base_url=server.base_url) as client,
        client.responses.stream(**ASK, text_format=Solution) as stream,
    ):
        _, second, third, last = stream
    assert (second.snapshot, third.parsed) == (SOLUTION, Solution(steps=["Là 🦉"], answer="x"))
    assert last.response.output_parsed == third.parsed


def test_a_parsed_answer_can_be_sent_back() -> None:
    with (
        FakeServer([Answer(SOLUTION, tool_calls=CALLS[:1], finish_reason="tool_calls"), Answer("a")]) as server,
        compat.OpenAI(api_key="k", base_url=server.base_url) as client,
    ):
        first = client.responses.parse(**ASK, text_format=Solution, tools=[compat.pydantic_function_tool(Look)])
        client.responses.create(model="m", input=first.output)
        items = server.requests[1].json["input"]
    assert [item["type"] for item in items] == ["message", "function_call"]
    assert "parsed" not in items[0]["content"][0]
    assert "parsed_arguments" not in items[1]


def test_the_async_client_gives_the_same() -> None:
    async def use(library: Any, url: str) -> Any:
        async with library.AsyncOpenAI(api_key="k", base_url=url) as client:
            whole = await client.responses.parse(**ASK, text_format=Solution)
            raw = await client.responses.with_raw_response.parse(**ASK, text_format=Solution)
            async with client.responses.stream(**ASK, text_format=Solution) as stream:
                kinds = [event.type async for event in stream]
                final = await stream.get_final_response()
            return [kinds, *(instances(answer) for answer in (whole, raw.parse(), final))]

    results = []
    for library in (openai, compat):
        with FakeServer(default=Answer((SOLUTION[:9], SOLUTION[9:]))) as server:
            results.append(asyncio.run(use(library, server.base_url)))
    assert results[0] == results[1]


def test_the_stream_of_a_stored_response_is_not_covered() -> None:
    with compat.OpenAI(api_key="k") as client, pytest.raises(compat.NotCoveredError, match="stored response"):
        client.responses.stream(response_id="r")
