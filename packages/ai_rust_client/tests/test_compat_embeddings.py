"""`embeddings.create` of `ai_rust_client.compat` gives what that of the OpenAI library gives.

The comparisons are skipped without the OpenAI library, which is in the dependency group `bench`.
"""

import asyncio
import json
from typing import Any

import pytest

from ai_rust_client import compat
from minimal_browser_core.testing.fake_server import Body, Error, FakeServer

openai = pytest.importorskip("openai", reason="comparing needs the OpenAI library: uv sync --group bench")


def outcome(library: Any, replies: list[Any], **arguments: Any) -> Any:
    with FakeServer(replies) as server:
        with library.OpenAI(api_key="k", base_url=server.base_url, max_retries=0) as client:
            try:
                response = client.embeddings.create(**({"model": "m"} | arguments))
                result = [response.model_dump(warnings=False), response._request_id]
            except (library.OpenAIError, ValueError) as error:
                result = [type(error).__name__, getattr(error, "body", None)]
        return result, [(request.path, request.json) for request in server.requests]


REPLY = {"object": "list", "model": "m", "usage": {"prompt_tokens": 1, "total_tokens": 1},
         "data": [{"object": "embedding", "index": 0, "embedding": "AACAPwAAAMA="}]}  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [
        {"input": "one"},
        {"input": ["one", "zwei 🦉"]},
        {"input": ("one", "two")},
        {"input": [[1, 2], [3]]},
        {"input": "one", "dimensions": 3, "user": "u"},
        {"input": "one", "encoding_format": "float"},
        {"input": "one", "encoding_format": "base64"},
        {"input": "one", "dimensions": openai.NOT_GIVEN, "extra_body": {"input_type": "query"}},
    ],
)
def test_vectors_are_the_same(arguments: dict[str, Any]) -> None:
    assert outcome(compat, [], **arguments) == outcome(openai, [], **arguments)


@pytest.mark.parametrize(
    "reply",
    [
        Body(json.dumps(REPLY), headers={"x-request-id": "r"}),
        Body(json.dumps(REPLY | {"data": []})),
        Body(json.dumps(REPLY | {"extra": {"x": 1}})),
        Error(400, "too long", code="c"),
        Error(429, "slow down"),
    ],
)
def test_other_answers_give_the_same(reply: Any) -> None:
    assert outcome(compat, [reply], input="one") == outcome(openai, [reply], input="one")


@pytest.mark.parametrize("body", ['{"error": {"message": "no"}}', "<html>", ""])
def test_what_is_no_answer_is_an_error(body: str) -> None:
    result, _ = outcome(compat, [Body(body)], input="one")
    assert result[0] in ("APIError", "APIResponseValidationError")


def test_usage_of_another_type_does_not_cost_the_vectors() -> None:
    result, _ = outcome(compat, [Body(json.dumps(REPLY | {"usage": "", "model": None}))], input="one")
    assert result[0]["data"][0]["embedding"] == [1.0, -2.0]
    assert result[0]["usage"] is None


def test_the_async_client_gives_the_same() -> None:
    async def ask(library: Any, url: str) -> Any:
        async with library.AsyncOpenAI(api_key="k", base_url=url) as client:
            return (await client.embeddings.create(input=["a", "b"], model="m")).model_dump()

    with FakeServer() as server:
        assert asyncio.run(ask(compat, server.base_url)) == asyncio.run(ask(openai, server.base_url))
