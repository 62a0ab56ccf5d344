"""`with_raw_response` and `with_streaming_response` of `ai_rust_client.compat` give what the OpenAI library's give.

The comparisons are skipped without the OpenAI library, which is in the dependency group `bench`.
"""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from ai_rust_client import compat
from minimal_browser_core.testing.fake_server import Answer, Body, Error, FakeServer, Request

openai = pytest.importorskip("openai", reason="comparing needs the OpenAI library: uv sync --group bench")

ASK: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "q"}]}
HEADERS = {"x-request-id": "r", "x-ratelimit-remaining-requests": "9", "openai-processing-ms": "3"}
EMBEDDINGS = json.dumps({"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": [1.0]}]})
CALLS: dict[str, Callable[[Any], Any]] = {
    "create": lambda resource: resource.chat.completions.create(**ASK),
    "parse": lambda resource: resource.chat.completions.parse(**ASK),
    "models": lambda resource: resource.models.list(),
    "model": lambda resource: resource.models.retrieve("fake/echo"),
    "embeddings": lambda resource: resource.embeddings.create(input="a", model="m"),
}


def head(response: Any) -> list[Any]:
    headers = {name: value for name, value in response.headers.items() if name not in ("date", "server")}
    request = (response.http_request.method, str(response.http_request.url).partition("/v1")[2])
    return [response.status_code, response.request_id, headers, response.headers.get("X-Request-ID"), request,
            response.method, str(response.url) == str(response.http_request.url)]  # fmt: skip


def reply(request: Request) -> Any:
    """An answer to any request."""
    return Body(EMBEDDINGS, headers=HEADERS) if "input" in request.json else Answer("à", headers=HEADERS)


def outcome(library: Any, script: Callable[[Any], Any], replies: list[Any] | None = None) -> Any:
    replies = [reply] if replies is None else replies
    with FakeServer(replies) as server, library.OpenAI(api_key="k", base_url=server.base_url, max_retries=0) as client:
        try:
            return script(client)
        except library.APIError as error:
            return [type(error).__name__, str(error), error.request_id]


def same(script: Callable[[Any], Any], replies: list[Any] | None = None) -> Any:
    ours = outcome(compat, script, replies)
    assert ours == outcome(openai, script, replies)
    return ours


@pytest.mark.parametrize("call", CALLS.values(), ids=list(CALLS))
def test_a_raw_response_is_the_same(call: Callable[[Any], Any]) -> None:
    def script(client: Any) -> Any:
        response = call(client.with_raw_response)
        parsed = response.parse()
        assert response.parse() is parsed
        assert json.loads(response.text) == json.loads(response.content)
        return [*head(response), parsed.model_dump(), parsed._request_id, response.http_response.json()]

    same(script)


@pytest.mark.parametrize("call", CALLS.values(), ids=list(CALLS))
def test_a_streaming_response_is_the_same(call: Callable[[Any], Any]) -> None:
    def script(client: Any) -> Any:
        with call(client.with_streaming_response) as response:
            body = response.read()
            return [*head(response), json.loads(body), response.json(), response.text(), response.parse().model_dump()]

    same(script)


def test_the_views_are_on_every_level() -> None:
    def script(client: Any) -> Any:
        views = (client.chat.with_raw_response.completions, client.chat.completions.with_raw_response)
        return [view.create(**ASK).parse().choices[0].message.content for view in views]

    assert same(script, [Answer("a"), Answer("b")]) == ["a", "b"]


def test_a_raw_stream_is_the_same() -> None:
    def script(client: Any) -> Any:
        response = client.chat.completions.with_raw_response.create(**ASK, stream=True)
        stream = response.parse()
        chunks = [chunk.model_dump() for chunk in stream]
        return [*head(response), chunks, stream.response.headers.get("x-request-id"), stream.response.status_code]

    same(script, [Answer(("a", "b"), headers=HEADERS)])


@pytest.mark.parametrize("read", ["iter_lines", "iter_text", "iter_bytes", "read", "text", "parse"])
def test_a_streamed_body_is_the_same(read: str) -> None:
    def script(client: Any) -> Any:
        with client.chat.completions.with_streaming_response.create(**ASK, stream=True) as response:
            result = getattr(response, read)()
            if read == "iter_lines":
                return [line for line in result if line]
            if read == "parse":
                return [chunk.model_dump() for chunk in result]
            whole = result if read in ("read", "text") else ("" if read == "iter_text" else b"").join(result)
            return whole.split("\n\n" if isinstance(whole, str) else b"\n\n")

    same(script, [Answer(("a", "é"))])


def test_pieces_have_at_most_the_size_that_is_asked_for() -> None:
    def script(client: Any) -> Any:
        with client.chat.completions.with_streaming_response.create(**ASK) as response:
            return list(response.iter_bytes(chunk_size=7))

    pieces = outcome(compat, script, [Body('{"choices": [{"message": {"content": "é"}}]}')])
    assert {len(piece) for piece in pieces[:-1]} == {7}
    assert json.loads(b"".join(pieces))["choices"][0]["message"]["content"] == "é"


@pytest.mark.parametrize("view", ["with_raw_response", "with_streaming_response"])
def test_an_error_is_raised_the_same(view: str) -> None:
    def script(client: Any) -> Any:
        response = getattr(client.chat.completions, view).create(**ASK)
        if view == "with_streaming_response":
            response.__enter__()

    failure = Error(429, "slow down", headers={"x-request-id": "r"})
    assert same(script, [failure])[0] == "RateLimitError"


def test_leaving_the_block_closes_the_connection() -> None:
    slow = FakeServer([Answer(("a",) * 10_000, delay=0.01)])
    with slow as server, compat.OpenAI(api_key="k", base_url=server.base_url) as client:
        with client.chat.completions.with_streaming_response.create(**ASK, stream=True) as response:
            assert next(response.iter_lines()).startswith("data: {")
        assert server.requests[0].client_left.wait(10)


def test_the_async_views_give_the_same() -> None:
    async def script(library: Any, url: str) -> Any:
        async with library.AsyncOpenAI(api_key="k", base_url=url) as client:
            raw = await client.chat.completions.with_raw_response.create(**ASK)
            stream = (await client.chat.completions.with_raw_response.create(**ASK, stream=True)).parse()
            chunks = [chunk.choices[0].delta.content async for chunk in stream if chunk.choices]
            models = (await client.models.with_raw_response.list()).parse()
            create = client.chat.completions.with_streaming_response.create
            async with create(**ASK, stream=True) as response:
                lines = [line async for line in response.iter_lines() if line]
            async with create(**ASK) as response:
                text = (await response.parse()).choices[0].message.content
                body = await response.json()
            return [*head(raw), raw.parse().model_dump(), chunks, [m.id for m in models.data], lines, text, body]

    def run(library: Any) -> Any:
        with FakeServer([Answer("a", headers=HEADERS), *[Answer(("b", "c"))] * 3]) as server:
            return asyncio.run(script(library, server.base_url))

    assert run(compat) == run(openai)


def test_what_is_missing_is_named() -> None:
    with FakeServer() as server, compat.OpenAI(api_key="k", base_url=server.base_url) as client:
        response = client.chat.completions.with_raw_response.create(**ASK)
        with pytest.raises(compat.NotCoveredError, match="retries_taken"):
            _ = response.retries_taken
        with pytest.raises(compat.NotCoveredError, match="parse"):
            _ = client.chat.completions.with_raw_response.create(**ASK, stream=True).text
        with pytest.raises(compat.NotCoveredError, match="images"):
            _ = client.with_raw_response.images
