"""Scripts with the OpenAI library and with `ai_rust_client.compat` have the same results.

The comparisons are skipped without the OpenAI library, which is in the dependency group `bench`.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from ai_rust_client import compat
from ai_rust_client.compat import types
from minimal_browser_core.testing.fake_server import (
    DONE,
    Answer,
    Body,
    Data,
    Error,
    FakeServer,
    Hang,
    Model,
    Stream,
    ToolCall,
    Usage,
    chunk,
)

openai = pytest.importorskip("openai", reason="comparing needs the OpenAI library: uv sync --group bench")

Library = Any
Script = Callable[[Any], Any]
MESSAGES = [{"role": "system", "content": "Answer in one word."}, {"role": "user", "content": "Où? 🦉"}]
TOOLS = [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}]
ASK: dict[str, Any] = {"model": "some/model", "messages": MESSAGES}
LOGPROBS = {"content": [{"token": "a", "bytes": [97], "logprob": -0.5, "top_logprobs": []}], "refusal": None}


@pytest.fixture(params=["openai", "compat"])
def library(request: pytest.FixtureRequest) -> Library:
    return openai if request.param == "openai" else compat


def outcome(
    library: Library,
    replies: list[Any],
    script: Script,
    models: Sequence[Any] = ("some/model", "other/model"),
    **options: Any,
) -> Any:
    """What a script gives or raises, and what it sent."""
    with FakeServer(replies, models=models) as server:
        with library.OpenAI(api_key="sk-test", base_url=server.base_url, **options) as client:
            try:
                result = script(client)
            except library.OpenAIError as error:
                result = error_fields(error)
        sent = [(request.method, request.path, request.json) for request in server.requests]
    return result, sent


def error_fields(error: Any) -> dict[str, Any]:
    names = ("status_code", "body", "code", "param", "type", "request_id")
    attributes = {name: getattr(error, name) for name in names if hasattr(error, name)}
    if hasattr(error, "request"):
        # Here the URL is without its query.
        path = str(error.request.url).partition("/v1")[2].partition("?")[0]
        attributes["request"] = (error.request.method, path)
    if hasattr(error, "response"):
        response = error.response
        attributes["response"] = (response.status_code, response.text, response.content, response.is_success)
        attributes["headers"] = {
            name: value for name, value in response.headers.items() if name not in ("date", "server")
        }
        attributes["X-Request-ID"] = response.headers.get("X-Request-ID", "none")
    bases = [base.__name__ for base in type(error).__mro__ if base.__name__ != "OAuthError"]
    return {"class": bases, "message": str(error), "says": error.message, **attributes}


def same(replies: list[Any], script: Script, **options: Any) -> Any:
    """Run with both libraries; what both gave."""
    theirs = outcome(openai, replies, script, **options)
    ours = outcome(compat, replies, script, **options)
    assert ours == theirs
    return ours[0]


def everything(model: Any) -> Any:
    """A model in every form that it can be had in."""
    return {
        "repr": repr(model),
        "dump": model.model_dump(),
        "sent": model.model_dump(exclude_unset=True),
        "some": model.model_dump(exclude_none=True),
        "without defaults": model.model_dump(exclude_defaults=True),
        "part": model.model_dump(include={"id", "usage"}, exclude={"usage"}),
        "dict": model.to_dict(),
        "json": json.loads(model.to_json()),
        "dump as json": json.loads(model.model_dump_json()),
        "set": model.model_fields_set,
        "extra": model.model_extra,
    }


def whole(client: Any) -> Any:
    completion = client.chat.completions.create(**ASK, temperature=0, max_tokens=5)
    return everything(completion) | {"text": completion.choices[0].message.content, "id": completion._request_id}


def streamed(client: Any) -> Any:
    with client.chat.completions.create(**ASK, stream=True) as stream:
        return [everything(part) for part in stream]


ANSWERS: dict[str, Any] = {
    "text": Answer("Là.", headers={"x-request-id": "req-1"}),
    "reasoning": Answer(("L", "à", "."), reasoning=("hm", "…"), usage=Usage(9, 3, 4, 2, 0.001)),
    "a tool call": Answer(tool_calls=(ToolCall("look", '{"at":"é"}'),), finish_reason="tool_calls"),
    "two tool calls": Answer(
        "See", tool_calls=(ToolCall("look"), ToolCall("go", '{"to": 1}', id="call_2")), finish_reason="tool_calls"
    ),
    "no usage": Answer("a", usage=None),
    "unknown fields": Answer("a", extra={"provider": "Someone", "model_dump": 1, "nested": {"deep": [{"x": None}]}}),
    "keep-alive comments": Answer(("a", "b"), comments=3, gzip=True),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=list(ANSWERS))
def test_a_whole_answer_is_the_same(answer: Answer) -> None:
    same([answer], whole)


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=list(ANSWERS))
def test_a_streamed_answer_is_the_same_chunk_by_chunk(answer: Answer) -> None:
    parts = same([answer], streamed)
    assert len(parts) > 1


def test_every_part_of_an_answer_is_the_same() -> None:
    message = {
        "role": "assistant",
        "content": None,
        "annotations": [{"type": "url_citation", "url_citation": {"url": "https://x", "title": "t", "start_index": 0}}],
        "audio": {"id": "a", "data": "", "expires_at": 1, "transcript": "t"},
        "tool_calls": [
            {"id": "1", "type": "custom", "custom": {"name": "n", "input": "i"}},
            {"id": "2", "type": "function", "function": {"name": "n", "arguments": "{"}},
        ],
        "reasoning_details": [{"type": "reasoning.text", "text": None}],
    }
    choice = {"index": 0, "finish_reason": "stop", "message": message, "logprobs": LOGPROBS, "native": "END"}
    body = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    part = {"index": 1, "delta": {"content": "x", "role": "assistant", "odd": {}}, "logprobs": LOGPROBS}
    last = {"index": 0, "delta": {}, "finish_reason": "stop"}
    same([Body(json.dumps(body))], whole)
    same([Stream((Data(chunk() | {"choices": [part, last], "usage": None}), DONE))], streamed)


@pytest.mark.parametrize(("theirs", "ours"), [("ChatCompletion", types.ChatCompletion),
                                              ("ChatCompletionChunk", types.ChatCompletionChunk)])  # fmt: skip
def test_every_field_that_the_openai_library_declares_is_declared(theirs: str, ours: type[compat.BaseModel]) -> None:
    assert shape(ours) == shape(getattr(openai.types.chat, theirs))


@pytest.mark.parametrize("module", ["chat", "responses", "shared_params"])
def test_a_module_of_types_has_only_names_of_the_openai_library(module: str) -> None:
    theirs = getattr(openai.types, module)
    assert [name for name in getattr(types, module).__all__ if not hasattr(theirs, name)] == []


def shape(model: Any) -> Any:
    """Fields, required or not, with the shapes of the models that they hold."""
    if issubclass(model, compat.BaseModel):
        return {
            name: (name in model._required, [shape(m) for m in field.models]) for name, field in model._declared.items()
        }
    return {name: (field.is_required(), [shape(m) for m in models_in(field.annotation)])
            for name, field in model.model_fields.items()}  # fmt: skip


def models_in(hint: Any) -> Iterator[Any]:
    if isinstance(hint, type) and issubclass(hint, openai.BaseModel):
        yield hint
    for argument in getattr(hint, "__args__", ()):
        yield from models_in(argument)


def test_the_same_arguments_are_taken() -> None:
    import inspect

    from ai_rust_client.compat import _completions

    theirs = set(inspect.signature(openai.resources.chat.completions.Completions.create).parameters)
    ours = set(inspect.signature(_completions.Completions.create).parameters) - {"options"} | _completions._OPTIONS
    ours |= {"extra_headers", "extra_query", "extra_body", "timeout"}
    assert ours == theirs


def test_an_answer_goes_back_as_a_message() -> None:
    def script(client: Any) -> Any:
        messages: list[Any] = [{"role": "user", "content": "look"}]
        first = client.chat.completions.create(model="m", messages=messages, tools=TOOLS)
        said = first.choices[0].message
        messages += [said, {"role": "assistant", "tool_calls": said.tool_calls},
                     {"role": "tool", "tool_call_id": said.tool_calls[0].id, "content": "seen"}]  # fmt: skip
        second = client.chat.completions.create(model="m", messages=(m for m in messages))
        return second.choices[0].message.content

    called = Answer(tool_calls=(ToolCall("look", '{"at": 1}'),), finish_reason="tool_calls")
    assert same([called, Answer("done")], script) == "done"


@pytest.mark.parametrize("create", [whole, streamed], ids=["whole", "streamed"])
@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 418, 422, 500, 503])
def test_an_error_status_raises_the_same(status: int, create: Script) -> None:
    reply = Error(status, "no such luck", "some_type", "some_code", headers={"x-request-id": "req-2"})
    result = same([reply], create, max_retries=0)
    assert result["status_code"] == status


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", ""),
        ("<title>Bad gateway</title>", "Bad gateway"),
        ('{"detail": "no"}', "no"),
        ('{"detail": [{"loc": ["body", "model"], "msg": "field required"}]}', "body.model: field required"),
        ('"no"', "no"),
        ('{"error": "no"}', "no"),
        ("[1]", ""),
        ('[{"error": {"message": "no"}}]', "no"),
        ('{"errors": ["a", "b"]}', "a; b"),
        ('{"title": "t", "detail": "no"}', "no"),
        (
            '{"error": {"message": "Provider failed", "metadata": {"raw": "{\\"error\\": \\"why\\"}"}}}',
            "Provider failed: why",
        ),
        ('{"error": {"message": "a\\u001b[31m\\nb"}}', "a\\x1b[31m\\nb"),
        ('{"error": {"message": "", "code": 5}}', ""),
    ],
)
def test_an_error_body_of_any_shape_raises_the_same_with_a_reason(body: str, reason: str) -> None:
    (theirs, _), (ours, _) = (
        outcome(library, [Body(body, 400, content_type="text/html")], whole) for library in (openai, compat)
    )
    assert ours.pop("message") == ours.pop("says") == "Error code: 400" + (f" - {reason}" if reason else "")
    assert theirs.pop("message") == theirs.pop("says")
    assert ours == theirs


@pytest.mark.parametrize("create", [whole, streamed], ids=["whole", "streamed"])
def test_a_rate_limit_is_raised_after_the_same_retries(create: Script) -> None:
    soon = Error(429, "slow down", headers={"retry-after-ms": "1"})
    assert same([soon] * 3, create)["class"][0] == "RateLimitError"
    assert "class" not in same([soon, soon, Answer("at last")], lambda client: {"parts": create(client)})


def test_an_error_inside_a_stream_raises_the_same() -> None:
    failure = {"message": "the model fell over", "code": 502, "type": "upstream"}
    replies = [Stream((Data(chunk({"content": "a"})), Data({"error": failure}), DONE))]
    assert same(replies, streamed)["body"] == failure


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"message": "slow", "code": 429}, "RateLimitError"),
        ({"message": "no", "code": "401"}, "AuthenticationError"),
        ({"message": "broken", "code": 503, "metadata": {"a": 1}}, "InternalServerError"),
        ({"message": "broken", "code": "odd"}, "APIError"),
    ],
)
def test_an_error_before_any_chunk_has_the_class_of_its_status(error: Any, kind: str) -> None:
    """The OpenAI library has an `APIError`, which is the base class of these."""
    reply = Stream([Data({"error": error})])
    with FakeServer([reply]) as server, compat.OpenAI(api_key="k", base_url=server.base_url, max_retries=0) as client:
        stream = client.chat.completions.create(**ASK, stream=True)
        with pytest.raises(compat.APIError, match=error["message"]) as caught:
            next(stream)
    assert (type(caught.value).__name__, caught.value.code) == (kind, str(error["code"]))
    assert caught.value.body == error


def test_an_error_with_status_200_and_details_has_its_reason() -> None:
    error = {"message": "broken", "code": 503, "metadata": {"provider_name": "P"}}
    with (
        FakeServer([Body(json.dumps({"error": error}))]) as server,
        compat.OpenAI(api_key="k", base_url=server.base_url, max_retries=0) as client,
        pytest.raises(compat.InternalServerError, match="broken"),
    ):
        whole(client)


def test_a_timeout_raises_the_same_class() -> None:
    def classes(library: Library) -> Any:
        result, _ = outcome(library, [Hang()], whole, max_retries=0, timeout=0.2)
        return result["class"]

    assert classes(compat) == classes(openai)
    assert classes(compat)[0] == "APITimeoutError"


def test_a_connection_that_breaks_in_a_stream_raises_an_api_connection_error(library: Library) -> None:
    parts = []

    def script(client: Any) -> None:
        for part in client.chat.completions.create(**ASK, stream=True):
            parts.append(part.choices[0].delta.content)  # noqa: PERF401  what came before the break counts

    result, _ = outcome(library, [Answer(("a", "b", "c"), cut_after=3)], script)
    assert "APIConnectionError" in result["class"]
    assert parts == ["", "a", "b"]


def test_only_compat_reports_a_silent_truncation() -> None:
    cut = Answer(("a", "b"), finish_reason=None, done=False, usage=None)
    assert len(outcome(openai, [cut], streamed)[0]) == 3
    with FakeServer([cut]) as server, compat.OpenAI(api_key="k", base_url=server.base_url) as client:
        stream = client.chat.completions.create(**ASK, stream=True)
        with pytest.raises(compat.StreamInterruptedError, match="cut short") as caught:
            list(stream)
    assert caught.value.partial_text == "ab"
    assert isinstance(caught.value, compat.APIConnectionError)


def test_compat_raises_an_error_with_status_200() -> None:
    result, _ = outcome(compat, [Error(200, "no credits", code=402)], whole)
    assert (result["status_code"], result["body"]["message"]) == (402, "no credits")
    result, _ = outcome(compat, [Body("<html>", content_type="text/html")], whole)
    assert "APIResponseValidationError" in result["class"]


def test_the_model_list_is_the_same() -> None:
    def script(client: Any) -> Any:
        page = client.models.list()
        return [page.data[0].id, page.object, page.has_next_page(), [everything(model) for model in page]]

    assert len(same([], script)[3]) == 2


def test_one_model_is_the_same_whatever_its_name() -> None:
    models = ["plain", "with/slash and space", Model("known", "Known", 8192)]

    def script(client: Any) -> Any:
        return [everything(client.models.retrieve(name)) for name in ("plain", "with/slash and space", "known")]

    def missing(client: Any) -> Any:
        return client.models.retrieve("no/such", timeout=9, extra_query={"q": 1})

    for ask in (script, missing):
        theirs, ours = (outcome(library, [], ask, models=models) for library in (openai, compat))
        assert ours == theirs
    with compat.OpenAI(api_key="k") as client, pytest.raises(ValueError, match="non-empty value for `model`"):
        client.models.retrieve("")


def test_a_function_that_provides_the_key_is_called_before_each_call(library: Library) -> None:
    keys = iter(["sk-1", "sk-2", "sk-3", "sk-4"])
    with FakeServer(default=Answer("a")) as server, contextlib.ExitStack() as clients:
        client = clients.enter_context(library.OpenAI(api_key=lambda: next(keys), base_url=server.base_url))
        assert client.api_key == ""
        client.chat.completions.create(**ASK)
        list(client.chat.completions.create(**ASK, stream=True))
        client.models.list()
        assert client.api_key == "sk-3"
        client.with_options(timeout=5).chat.completions.create(**ASK)
        client.with_options(api_key="sk-own").chat.completions.create(**ASK)
    sent = [request.headers["authorization"] for request in server.requests]
    assert sent == ["Bearer sk-1", "Bearer sk-2", "Bearer sk-3", "Bearer sk-4", "Bearer sk-own"]


async def test_a_coroutine_that_provides_the_key_is_awaited_before_each_call(library: Library) -> None:
    keys = iter(["sk-1", "sk-2", "sk-3"])

    async def key() -> str:
        await asyncio.sleep(0)
        return next(keys)

    with FakeServer(default=Answer("a")) as server:
        async with library.AsyncOpenAI(api_key=key, base_url=server.base_url) as client:
            await client.chat.completions.create(**ASK)
            assert [model.id async for model in client.models.list()]
            await client.models.retrieve(server.models[0].id)
    assert [r.headers["authorization"] for r in server.requests] == ["Bearer sk-1", "Bearer sk-2", "Bearer sk-3"]


def test_a_query_of_lists_and_mappings_is_sent_the_same() -> None:
    def script(client: Any) -> Any:
        client.chat.completions.create(**ASK)
        client.chat.completions.create(
            **ASK, extra_query={"tags": ["c"], "none": None, "deep": {"a": {"b": [1, True]}}}
        )

    same([Answer("a"), Answer("b")], script, default_query={"tags": ["a", "é&"], "filter": {"on": True}, "n": 1.5})


def test_the_headers_of_a_client_can_be_read(library: Library) -> None:
    client = library.OpenAI(api_key="secret", default_headers={"X-A": "1"}, organization="o")
    headers = client.with_options(default_headers={"x-b": "2"}).default_headers
    names = ("x-a", "x-b", "openai-organization", "authorization")
    assert {name.lower(): value for name, value in headers.items() if name.lower() in names} == {
        "x-a": "1",
        "x-b": "2",
        "openai-organization": "o",
    }


@pytest.mark.parametrize("name", [50256, -1, 1.5, 1e30, True, None])
def test_names_that_are_not_strings_are_sent_the_same(name: Any) -> None:
    bias = {name: -100, "a": {name: [{name: 1}]}}

    def script(client: Any) -> Any:
        return everything(
            client.chat.completions.create(
                **ASK, logit_bias=bias, extra_body={"deep": [bias], name: 1}, extra_query={"a": {name: 1}}
            )
        )

    assert same([Answer("a")], script)


def test_headers_query_body_and_environment_are_sent_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-from-environment")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    sent = []
    for library in (openai, compat):
        with FakeServer([Answer("a"), Answer("b")]) as server:
            monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
            with library.OpenAI(
                project="p-1",
                default_headers={"X-One": "1", "X-Two": "2"},
                default_query={"api-version": 3, "on": True},
            ) as client:
                assert str(client.base_url) == server.base_url + "/"
                client.chat.completions.create(**ASK)
                client.with_options(default_headers={"x-two": "II"}).chat.completions.create(
                    **ASK,
                    top_p=library.NOT_GIVEN,
                    seed=openai.NOT_GIVEN,
                    user=openai.omit,
                    stop=None,
                    extra_headers={"x-one": library.omit, "X-Three": "3"},
                    extra_query={"q": "é"},
                    extra_body={"provider": {"order": ["x"]}, "temperature": 1},
                )
        names = ("authorization", "openai-organization", "openai-project", "x-one", "x-two", "x-three")
        sent.append([(r.path, r.json, [r.headers.get(name) for name in names]) for r in server.requests])
    assert sent[0] == sent[1]
    assert sent[0][0][2][0] == "Bearer sk-from-environment"


def test_a_client_without_a_key_raises_the_same_class(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(library.OpenAIError, match="OPENAI_API_KEY"):
        library.OpenAI()


def test_a_closed_client_raises_the_same(library: Library) -> None:
    with FakeServer() as server:
        client = library.OpenAI(api_key="k", base_url=server.base_url)
        clone = client.with_options(max_retries=0)
        assert not clone.is_closed()
        client.close()
        client.close()
        with pytest.raises(RuntimeError, match="closed"):
            clone.chat.completions.create(**ASK)
        assert clone.is_closed()


def test_a_stream_that_is_closed_leaves_the_server(library: Library) -> None:
    slow = FakeServer([Answer(("a",) * 10_000, delay=0.01)])
    with slow as server, library.OpenAI(api_key="k", base_url=server.base_url) as client:
        stream = client.chat.completions.create(**ASK, stream=True)
        next(stream)
        stream.close()
        assert server.requests[0].client_left.wait(10)


def test_the_async_client_gives_the_same() -> None:
    async def script(library: Library, client: Any) -> Any:
        async with client:
            completion = await client.chat.completions.create(**ASK)
            stream = await client.chat.completions.create(**ASK, stream=True)
            parts = [everything(part) async for part in stream]
            async with await client.chat.completions.create(**ASK, stream=True) as stream:
                first = await anext(stream)
            await stream.close()
            try:
                await client.chat.completions.create(**ASK)
            except library.NotFoundError as error:
                failure = error_fields(error)
            page = await client.models.list()
            ids = [model.id async for model in client.models.list()]
            return [everything(completion), parts, everything(first), failure, [model.id for model in page.data], ids]

    def run(chosen: Library) -> Any:
        with FakeServer([Answer("a"), Answer(("b", "c")), Answer("d"), Error(404, "gone")]) as server:
            client = chosen.AsyncOpenAI(api_key="k", base_url=server.base_url)
            return asyncio.run(script(chosen, client))

    assert run(compat) == run(openai)


async def test_a_hundred_streams_at_once_are_complete() -> None:
    words = tuple(f"{n} " for n in range(50))
    with FakeServer(default=Answer(words)) as server:
        async with compat.AsyncOpenAI(api_key="k", base_url=server.base_url) as client:

            async def read() -> str:
                stream = await client.chat.completions.create(**ASK, stream=True)
                return "".join([c.choices[0].delta.content or "" async for c in stream if c.choices])

            assert await asyncio.gather(*(read() for _ in range(100))) == ["".join(words)] * 100


async def test_a_cancelled_task_leaves_the_server() -> None:
    with FakeServer([Answer(("a",) * 10_000, delay=0.01)]) as server:
        async with compat.AsyncOpenAI(api_key="k", base_url=server.base_url) as client:
            stream = await client.chat.completions.create(**ASK, stream=True)
            await anext(stream)
            task = asyncio.create_task(anext(stream))
            await asyncio.sleep(0)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(server.requests[0].client_left.wait, 10)
