"""What users write: type checkers find nothing to say, and the types are these. Checked by nox's session `types`."""

# pyright: strict

import asyncio
import select
from collections.abc import AsyncIterator, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, Literal, assert_type

from ai_rust_client import (
    AIClient,
    APIStatusError,
    APITimeoutError,
    ChatResponse,
    Hooks,
    Mapped,
    Message,
    ModelInfo,
    ObservedClient,
    Price,
    RateLimitError,
    ResponseStream,
    Router,
    StreamEvent,
    StreamInterruptedError,
    StructuredOutput,
    ToolCall,
    ToolRun,
    Usage,
)
from ai_rust_client.compat import APIStatusError as CompatStatusError
from ai_rust_client.compat import AsyncOpenAI, OpenAI, Timeout
from ai_rust_client.compat.types import ChatCompletion, ChatCompletionChunk, Model
from ai_rust_client.hooks import Call

HISTORY: list[Message] = [
    {"role": "system", "content": "Answer in one word."},
    {"role": "user", "content": [{"type": "text", "text": "what?"}, {"type": "image_url", "image_url": {"url": "…"}}]},
]


def whole(client: AIClient) -> str:
    response = client.chat(HISTORY, "some/model", temperature=0.2, response_format={"type": "json_object"})
    assert_type(response, ChatResponse)
    assert_type(response.tool_calls, list[ToolCall])
    assert_type(response.usage, Usage | None)
    assert_type(response.raw, dict[str, Any])
    assert_type(response.rate_limits, dict[str, str])
    assert_type(client.send_request("q", "m"), str)
    assert_type(client.models(), list[ModelInfo])
    messages = [*HISTORY, {"role": "assistant", "content": response.text}]
    return client.chat(messages, ("first/model", "second/model")).text


def streamed(client: AIClient) -> None:
    with client.stream(HISTORY, ["first/model", "second/model"]) as stream:
        assert_type(stream, ResponseStream)
        for delta in stream:
            assert_type(delta, str)
    events: Iterator[StreamEvent] = client.stream([{"role": "user", "content": "q"}], "m").events()
    for event in events:
        assert_type(event.kind, Literal["text", "reasoning", "tool_call", "usage", "annotation", "finish"])
        assert_type(event.tool_call, ToolCall | None)
    assert_type("".join(client.stream_response("q", "m")), str)


def in_a_loop_of_ones_own(stream: ResponseStream) -> None:
    select.select([stream.fileno()], [], [])
    assert_type(stream.drain(), list[StreamEvent])


def failing(client: AIClient) -> float | None:
    try:
        client.send_request("q", "m")
    except RateLimitError as error:
        return error.retry_after
    except APITimeoutError as error:
        assert_type(error.phase, Literal["connect", "idle", "first_token", "stall", "total"])
    except StreamInterruptedError as error:
        assert_type(error.partial_text, str)
    except APIStatusError as error:
        assert_type(error.headers, dict[str, str])
        assert_type(error.status, int | None)
    return None


async def asynchronous() -> None:
    async with AIClient("key", base_url="http://127.0.0.1:1/v1", total_timeout=60, stall_timeout=None) as client:
        call: Coroutine[Any, Any, ChatResponse] = client.achat(HISTORY, "m")
        assert_type(await call, ChatResponse)
        assert_type(await client.amodels(), list[ModelInfo])
        answers = await asyncio.gather(client.achat(HISTORY, "a"), client.achat(HISTORY, "b"))
        assert_type(answers, tuple[ChatResponse, ChatResponse])
        stream = await client.stream(HISTORY, "m")
        assert_type(stream, ResponseStream)
        async for delta in stream:
            assert_type(delta, str)
        events: AsyncIterator[StreamEvent] = client.stream(HISTORY, "m").aevents()
        assert_type([event.text async for event in events], list[str])


def coming_from_the_openai_library() -> None:
    client = OpenAI(api_key="key", timeout=Timeout(60, connect=5), max_retries=3, default_query={"tags": ["a"]})
    completion = client.chat.completions.create(model="m", messages=HISTORY)
    assert_type(completion, ChatCompletion)
    assert_type(completion.choices[0].message.content, str | None)
    for chunk in client.chat.completions.create(model="m", messages=HISTORY, stream=True):
        assert_type(chunk, ChatCompletionChunk)
    assert_type(client.models.retrieve("m"), Model)
    try:
        client.with_options(api_key=lambda: "key").models.list()
    except CompatStatusError as error:
        assert_type(error.response.headers["x"], str)
        assert_type(error.request.url, str)


async def coming_from_the_asynchronous_openai_library() -> None:
    async def key() -> str:
        return "key"

    async with AsyncOpenAI(api_key=key) as client:
        assert_type(await client.chat.completions.create(model="m", messages=HISTORY), ChatCompletion)
        stream = await client.chat.completions.create(model="m", messages=HISTORY, stream=True)
        async for chunk in stream:
            assert_type(chunk, ChatCompletionChunk)
        assert_type([model.id async for model in client.models.list()], list[str])


@dataclass
class City:
    name: str


def structured(client: AIClient) -> str | None:
    output = client.parse("Where is the Colosseum?", "some/model", City)
    assert_type(output, StructuredOutput[City])
    assert_type(client.parse(HISTORY, "some/model", {"type": "object"}, mode="prompt"), StructuredOutput[Any])
    with client.stream_parse(HISTORY, "some/model", City) as stream:
        assert_type(list(stream), list[Any])
        assert_type(stream.output().parsed, City | None)
    return output.refusal if output.parsed is None else output.parsed.name


async def structured_async(client: AIClient) -> None:
    assert_type(await client.aparse(HISTORY, "some/model", City, max_repairs=1), StructuredOutput[City])


def weather(city: str, days: int = 1) -> str:
    """The weather of a city."""
    return f"{city}: sunny for {days} days"


def tools(client: AIClient) -> list[Message]:
    result = client.run(
        "Do I need an umbrella in Rome?", "some/model", [weather], before_call=lambda call: call.name != ""
    )
    assert_type(result, ToolRun)
    assert_type(result.stopped, Literal["answer", "max_steps", "refused", "pending"])
    return result.messages


def batch(client: AIClient, prompts: list[str]) -> Iterator[str]:
    for outcome in client.map(prompts, "some/model", concurrency=4, journal="answers.jsonl", temperature=0):
        assert_type(outcome, Mapped)
        yield outcome.response.text if outcome.response else str(outcome.error)


async def batch_async(client: AIClient) -> list[int]:
    return [outcome.index async for outcome in client.amap([HISTORY], "some/model", ordered=True)]


def routed(client: AIClient, other: AIClient) -> float | None:
    router = Router([client, other], models=[{"small": "vendor/small"}, None], prices={"small": Price(0.1, 0.4)})
    assert_type(router.chat(HISTORY, "small"), ChatResponse)
    assert_type(router.parse("q", "small", City), StructuredOutput[City])
    for delta in router.stream(HISTORY, ["small", "large"]):
        assert_type(delta, str)
    return router.last.cost if router.last else None


class Slow(Hooks):
    def end(self, call: Call) -> None:
        assert_type(call.duration, float)


def observed(client: AIClient) -> str:
    watched = ObservedClient(client, [Slow()])
    assert_type(watched.chat(HISTORY, "small"), ChatResponse)
    return "".join(watched.stream(HISTORY, "small"))
