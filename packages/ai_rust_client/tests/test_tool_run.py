"""`AIClient.run` and `arun`: the model calls Python functions until it answers."""

import asyncio
import contextvars
import enum
import functools
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest

from ai_rust_client import AIClient, APITimeoutError, ChatResponse, Timeouts
from ai_rust_client import ToolCall as NativeCall
from ai_rust_client._redact import redacted
from ai_rust_client._tools import tool_of
from ai_rust_client.tool_run import ToolResult
from minimal_browser_core.testing.fake_server import Answer, Body, FakeServer, Hang, Request, ToolCall, Usage


@pytest.fixture
def client(server: FakeServer) -> Iterator[AIClient]:
    with AIClient(base_url=server.base_url, max_retries=0) as client:
        yield client


def calling(*calls: ToolCall, **options: Any) -> Answer:
    return Answer(tool_calls=calls, finish_reason="tool_calls", **options)


class Unit(enum.StrEnum):
    C = "celsius"
    F = "fahrenheit"


def weather(
    city: str, unit: Unit = Unit.C, days: Annotated[int, "How many days."] = 1, mode: Literal["a", "b"] = "a"
) -> str:
    """The weather of a city.

    Args:
        city: Its name.
    """
    return f"{city}: sunny for {days} days in {unit.value}"


def test_a_function_is_called_and_its_result_fed_back(server: FakeServer, client: AIClient) -> None:
    server.script.extend([
        calling(ToolCall("weather", '{"city": "Rome", "unit": "fahrenheit"}', "c1"), usage=Usage(10, 5, cost=0.25)),
        Answer("It is sunny.", usage=Usage(20, 5, cost=0.5)),
    ])  # fmt: skip
    given = [{"role": "user", "content": "Rome?"}]
    result = client.run(given, "m", [weather], temperature=0.5)
    assert (result.text, result.stopped) == ("It is sunny.", "answer")
    assert (result.usage.prompt_tokens, result.usage.completion_tokens, result.usage.cost) == (30, 10, 0.75)
    assert [type(step) for step in result.steps] == [ChatResponse, ToolResult, ChatResponse]
    first, second = (request.json for request in server.requests)
    assert first["tools"] == [{"type": "function", "function": {
        "name": "weather",
        "description": "The weather of a city.",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"description": "Its name.", "type": "string"},
                "unit": {"type": "string", "enum": ["celsius", "fahrenheit"], "default": "celsius"},
                "days": {"type": "integer", "description": "How many days.", "default": 1},
                "mode": {"type": "string", "enum": ["a", "b"], "default": "a"},
            },
            "required": ["city"],
            "additionalProperties": False,
        },
    }}]  # fmt: skip
    assert second["temperature"] == 0.5
    assert second["messages"][0] == given[0]
    assert second["messages"][1]["tool_calls"][0]["id"] == "c1"
    content = "Rome: sunny for 1 days in fahrenheit"
    assert second["messages"][2] == {"role": "tool", "tool_call_id": "c1", "content": content}
    assert result.messages[:3] == second["messages"]
    assert (len(given), result.messages[3]["content"]) == (1, "It is sunny.")


def test_what_the_provider_added_to_its_message_is_sent_back(server: FakeServer, client: AIClient) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Rome"}'}}
    call["extra_content"] = {"google": {"thought_signature": "abc"}}
    message = {"role": "assistant", "content": None, "tool_calls": [call], "reasoning_details": [{"data": "x"}]}
    server.script.append(Body(json.dumps({"model": "m", "choices": [{"index": 0, "message": message}]})))
    server.default = Answer("ok")
    client.run("Rome?", "m", [weather])
    sent = server.requests[1].json["messages"][1]
    assert sent["tool_calls"][0]["extra_content"] == call["extra_content"]
    assert sent["reasoning_details"] == [{"data": "x"}]


@dataclass
class Place:
    name: str
    tags: set[str]


@pytest.mark.parametrize(
    ("value", "content"),
    [
        ("text as it is", "text as it is"),
        (None, "null"),
        (7, "7"),
        ({"a": [1, "ä"]}, '{"a": [1, "ä"]}'),
        (Place("Rome", {"big"}), '{"name": "Rome", "tags": ["big"]}'),
        ([Unit.C], '["celsius"]'),
        ((Decimal("1.50"), Path("a/b"), UUID(int=1)), '["1.50", "a/b", "00000000-0000-0000-0000-000000000001"]'),
        (timedelta(seconds=90), '"0:01:30"'),
        (object(), "Error: TypeError: object has no JSON form; return text, or something that json.dumps accepts"),
        ([b"a"], "Error: TypeError: bytes has no JSON form; return text, or something that json.dumps accepts"),
        ({"a": iter([1])}, "Error: TypeError: list_iterator has no JSON form; return text, or something that json"),
        (threading.Lock, "Error: TypeError: builtin_function_or_method has no JSON form; return text, or something"),
    ],
)
def test_results_become_text(server: FakeServer, client: AIClient, value: Any, content: str) -> None:
    def get() -> Any:
        return value

    server.script.append(calling(ToolCall("get", "")))
    server.default = Answer("ok")
    result = client.run("q", "m", [get])
    assert result.messages[2]["content"][: len(content) if content.startswith("Error") else None] == content


def test_a_call_of_a_tool_without_a_function_is_returned_to_the_caller(server: FakeServer, client: AIClient) -> None:
    ask_user = {"type": "function", "function": {"name": "ask_user", "parameters": {"type": "object"}}}
    builtin = {"type": "builtin_function", "function": {"name": "$search"}}
    for definition in (ask_user, builtin, {"name": "ask_user"}, {"type": "function", "name": "ask_user"}):
        name = "$search" if definition is builtin else "ask_user"
        server.default = calling(ToolCall("weather", '{"city": "Rome"}', "c1"), ToolCall(name, "{}", "c2"))
        result = client.run("q", "m", [weather, definition, {"type": "web_search"}])
        assert (result.stopped, [call.id for call in result.pending]) == ("pending", ["c2"])
        assert [message.get("tool_call_id") for message in result.messages] == [None, None, "c1"]
    server.default = calling(ToolCall("ask_user", "{}", "c2"))
    result = client.run("q", "m", [ask_user])
    result.messages.append({"role": "tool", "tool_call_id": result.pending[0].id, "content": "yes"})
    server.default = Answer("done")
    assert client.run(result.messages, "m", [ask_user]).text == "done"


async def test_total_timeout_limits_the_whole_run(server: FakeServer, client: AIClient) -> None:
    def slow() -> None:
        time.sleep(0.15)

    server.default = calling(ToolCall("slow", "{}"))
    for timeout in (None, 5, 5.0, Timeouts(idle=5), Timeouts(total=5)):
        with pytest.raises(APITimeoutError) as caught:
            client.run("q", "m", [slow], total_timeout=0.4, max_steps=100, timeout=timeout)
        assert caught.value.phase == "total"
    with pytest.raises(APITimeoutError):
        await client.arun("q", "m", [slow], total_timeout=0.4, max_steps=100)
    server.default = Hang()
    started_at = time.monotonic()
    with pytest.raises(APITimeoutError):
        client.run("q", "m", [slow], total_timeout=0.3, timeout=Timeouts(total=60))
    with pytest.raises(APITimeoutError):
        client.run("q", "m", [slow], total_timeout=60, timeout=0.3)
    assert time.monotonic() - started_at < 10
    server.default = Answer("ok")
    assert client.run("q", "m", [slow], total_timeout=60).text == "ok"


def test_a_coroutine_of_a_function_is_not_a_result(server: FakeServer, client: AIClient) -> None:
    async def later() -> str:
        return "late"

    def get() -> Any:
        return later()

    server.script.append(calling(ToolCall("get", "{}")))
    server.default = Answer("ok")
    result = client.run("q", "m", [get])
    assert result.messages[2]["content"] == "Error: TypeError: get returned a coroutine; use arun"


def test_usage_that_nobody_reports_is_zero(server: FakeServer, client: AIClient) -> None:
    server.default = Answer("ok", usage=None)
    usage = client.run("q", "m", [weather]).usage
    assert (usage.total_tokens, usage.cost) == (0, None)


def test_parallel_calls_run_at_the_same_time_and_stay_in_order(server: FakeServer, client: AIClient) -> None:
    variable = contextvars.ContextVar("variable", default="")
    variable.set("of the caller")
    barrier = threading.Barrier(3, timeout=10)

    def wait(number: int) -> str:
        """Waits until all of them run."""
        barrier.wait()
        return f"{number} {variable.get()}"

    calls = [ToolCall("wait", json.dumps({"number": number}), f"c{number}") for number in range(3)]
    server.script.append(calling(*calls))
    server.default = Answer("ok")
    result = client.run("q", "m", [wait])
    contents = [message["content"] for message in result.messages if message["role"] == "tool"]
    assert contents == ["0 of the caller", "1 of the caller", "2 of the caller"]


def broken(url: str = "") -> str:
    raise ConnectionError(f"cannot reach postgres://admin:hunter22@db/x with api_key=abc123 {url}")


def test_failures_are_returned_to_the_model_without_traceback_and_secrets(
    server: FakeServer, client: AIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVICE_TOKEN", "very-secret-value")
    server.script.append(
        calling(
            ToolCall("broken", '{"url": "very-secret-value"}', "1"),
            ToolCall("unknown", "{}", "2"),
            ToolCall("weather", '{"days": "x", "place": 1}', "3"),
            ToolCall("weather", '{"city": ', "4"),
            ToolCall("weather", '["Rome"]', "5"),
        )
    )
    server.default = Answer("ok")
    result = client.run("q", "m", [weather, broken])
    contents = [message["content"] for message in result.messages if message["role"] == "tool"]
    assert contents[0] == "Error: ConnectionError: cannot reach postgres://***@db/x with api_key=*** ***"
    assert contents[1] == "Error: there is no tool 'unknown'. The tools are: weather, broken."
    assert contents[2] == (
        "Error: the arguments of weather are wrong. place: is not a parameter; city: is missing; "
        'days: must be an integer, not "x"'
    )
    assert contents[3:] == [
        "Error: the arguments of weather are wrong. the arguments are not JSON",
        "Error: the arguments of weather are wrong. must be an object, not an array",
    ]
    step = result.steps[1]
    assert isinstance(step, ToolResult)
    assert isinstance(step.error, ConnectionError)


def test_max_steps_ends_the_run_ready_to_go_on(server: FakeServer, client: AIClient) -> None:
    server.default = calling(ToolCall("weather", '{"city": "Rome"}'))
    result = client.run("q", "m", [weather], max_steps=2)
    assert (result.stopped, len(server.requests)) == ("max_steps", 2)
    assert [message["role"] for message in result.messages] == ["user", "assistant", "tool", "assistant", "tool"]
    server.default = Answer("done")
    assert client.run(result.messages, "m", [weather]).text == "done"


def test_before_call_can_refuse(server: FakeServer, client: AIClient) -> None:
    ran: list[str] = []

    def delete(name: str) -> str:
        ran.append(name)
        return "deleted"

    def allow(call: NativeCall) -> bool:
        assert ran == []  # all are asked for before the first runs
        return bool(json.loads(call.arguments)["name"] != "b")

    server.default = calling(*(ToolCall("delete", json.dumps({"name": name}), name) for name in "abc"))
    result = client.run("q", "m", [delete], before_call=allow)
    assert (result.stopped, sorted(ran), len(server.requests)) == ("refused", ["a", "c"], 1)
    contents = [message["content"] for message in result.messages if message["role"] == "tool"]
    assert contents == ["deleted", "The user refused this call.", "deleted"]


DECISIONS: Any = [None, 0, 1, "", "no", "yes", [], Ellipsis, Decimal(0), NotImplemented, ValueError("no")]


@pytest.mark.parametrize("decision", DECISIONS, ids=repr)
async def test_only_true_lets_a_call_run(server: FakeServer, client: AIClient, decision: Any) -> None:
    ran: list[str] = []

    def delete(name: str) -> None:
        ran.append(name)

    def decide(call: NativeCall) -> Any:
        return True if call.id == "a" else decision

    async def decide_later(call: NativeCall) -> Any:
        return decide(call)

    server.default = calling(*(ToolCall("delete", json.dumps({"name": name}), name) for name in "ab"))
    message = r"before_call must return True to run a call or False to refuse it, not \w+; delete and the other calls"
    with pytest.raises(TypeError, match=message):
        client.run("q", "m", [delete], before_call=decide)
    for before_call in (decide, decide_later):
        with pytest.raises(TypeError, match=message):
            await client.arun("q", "m", [delete], before_call=before_call)
    assert ran == []


async def test_a_decision_that_nobody_awaits_approves_nothing(server: FakeServer, client: AIClient) -> None:
    async def decide(call: NativeCall) -> bool:
        return True

    class Decider:
        async def __call__(self, call: NativeCall) -> bool:
            return True

    hidden: Any = lambda call: decide(call)  # noqa: E731  a coroutine that no signature shows
    hooks: list[Any] = [decide, Decider(), Decider().__call__, functools.partial(decide), "yes", True]
    server.default = calling(ToolCall("weather", '{"city": "Rome"}'))
    for hook in hooks:
        with pytest.raises(TypeError, match=r"before_call (is a coroutine function; use arun|must be a function)"):
            client.run("q", "m", [weather], before_call=hook)
    assert server.requests == []
    with pytest.raises(TypeError, match="not coroutine; weather and"):
        client.run("q", "m", [weather], before_call=hidden)
    server.script.extend([calling(ToolCall("weather", '{"city": "Rome"}')), Answer("ok")])
    assert (await client.arun("q", "m", [weather], before_call=hidden)).stopped == "answer"


@pytest.mark.parametrize(
    "arguments",
    [
        '{"name": "a"}{"name": "b"}',
        '{"name": "a"}\n```json\n{"name": "b"}\n```',
        '```json\n{"name": "a"}\n```\n```json\n{"name": "b"}\n```',
        'Not {"name": "a"}, but {"name": "b"}.',
        '{"name": "a", "options": {"name": "b"}',
    ],
)
def test_no_part_of_the_arguments_is_taken_for_all_of_them(
    server: FakeServer, client: AIClient, arguments: str
) -> None:
    def delete(name: str) -> str:
        raise AssertionError(name)

    server.script.append(calling(ToolCall("delete", arguments)))
    server.default = Answer("ok")
    result = client.run("q", "m", [delete], before_call=lambda call: True)
    assert result.messages[2]["content"] == "Error: the arguments of delete are wrong. the arguments are not JSON"


FENCED = ['```json\n{"text": "```"}\n```', '```\n{"text": "```"}```', ' {"text": "```"} ']


@pytest.mark.parametrize("arguments", FENCED)
def test_arguments_in_a_fence_are_read(server: FakeServer, client: AIClient, arguments: str) -> None:
    server.script.append(calling(ToolCall("takes", arguments)))
    server.default = Answer("ok")
    assert client.run("q", "m", [takes]).messages[2]["content"] == "```"


def stops() -> str:
    return next(iter(()))


async def stops_async() -> str:
    return stops()


def half_a_character() -> str:
    return "a\ud83d"


def fails_with_half_a_character() -> str:
    raise ValueError("a\ud83d")


def too_deep() -> Any:
    result: list[Any] = []
    for _ in range(100_000):
        result = [result]
    return result


def fails_as_json() -> Any:
    class Model:
        def model_dump(self, mode: str) -> Any:
            raise OSError(mode)

    return Model()


def takes(text: str) -> str:
    return text


@pytest.mark.parametrize(
    ("tool", "arguments", "content"),
    [
        (stops, "{}", "Error: StopIteration"),
        (stops_async, "{}", "Error: RuntimeError"),
        (half_a_character, "{}", "a\ufffd"),
        (fails_with_half_a_character, "{}", "Error: ValueError: a\ufffd"),
        (too_deep, "{}", "Error: RecursionError"),
        (fails_as_json, "{}", "Error: OSError: json"),
        (takes, r'{"text": "\ud83d"}', "\ufffd"),
        (takes, r'{"\ud83d": 1}', "Error: the arguments of takes are wrong. \ufffd: is not a parameter"),
    ],
)
async def test_whatever_a_tool_does_the_loop_goes_on(
    server: FakeServer, client: AIClient, tool: Callable[..., Any], arguments: str, content: str
) -> None:
    replies = [calling(ToolCall(tool.__name__, arguments)), Answer("Sorry.")]
    server.script.extend(replies)
    runs = [await asyncio.wait_for(client.arun("Go", "m", [tool]), 10)]
    if tool is not stops_async:
        server.script.extend(replies)
        runs.append(client.run("Go", "m", [tool]))
    for run in runs:
        assert (run.text, run.stopped) == ("Sorry.", "answer")
        result = run.steps[1]
        assert isinstance(result, ToolResult)
        assert result.content.startswith(content)


def test_before_call_can_raise(server: FakeServer, client: AIClient) -> None:
    def refuse(call: NativeCall) -> bool:
        raise PermissionError(call.name)

    server.default = calling(ToolCall("weather", '{"city": "Rome"}'))
    with pytest.raises(PermissionError, match="weather"):
        client.run("q", "m", [weather], before_call=refuse)


def test_a_forced_call_is_forced_once(server: FakeServer, client: AIClient) -> None:
    def reply(request: Request) -> Answer:
        is_forced = request.json["tool_choice"] == "required"
        return calling(ToolCall("weather", '{"city": "Rome"}')) if is_forced else Answer("ok")

    server.default = reply
    assert client.run("q", "m", [weather], tool_choice="required").text == "ok"


async def test_async_runs_coroutines_as_tasks_and_functions_on_threads(server: FakeServer, client: AIClient) -> None:
    events = [asyncio.Event(), asyncio.Event()]
    loop_thread = threading.get_ident()

    async def meet(number: int) -> str:
        events[number].set()
        await asyncio.wait_for(events[1 - number].wait(), 10)
        return "met"

    def sync() -> bool:
        return threading.get_ident() != loop_thread

    async def allow(call: NativeCall) -> bool:
        return True

    calls = [
        ToolCall("meet", '{"number": 0}', "1"),
        ToolCall("sync", "{}", "2"),
        ToolCall("meet", '{"number": 1}', "3"),
    ]
    server.script.append(calling(*calls))
    server.default = Answer("ok")
    result = await client.arun("q", "m", [meet, sync], before_call=allow)
    contents = [message["content"] for message in result.messages if message["role"] == "tool"]
    assert (result.text, contents) == ("ok", ["met", "true", "met"])


def test_an_interrupted_tool_ends_the_run(server: FakeServer, client: AIClient) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    server.default = calling(ToolCall("interrupt", "{}"))
    with pytest.raises(KeyboardInterrupt):
        client.run("q", "m", [interrupt])


class Service:
    """A service."""

    def search(self, query: str, /, limit: int = 3, *, exact: bool = False) -> str:
        """Search.

        :param query: What to look for.
        """
        return f"{query} {limit} {exact}"

    def __call__(self, place: Place) -> str:
        """Look a place up."""
        return place.name


@pytest.mark.parametrize(
    ("function", "arguments", "name", "result"),
    [
        (Service().search, '{"query": "a", "exact": true}', "search", "a 3 True"),
        (Service(), '{"place": {"name": "Rome", "tags": []}}', "Service", "Rome"),
        (functools.partial(weather, days=3), '{"city": "Rome"}', "weather", "Rome: sunny for 3 days in celsius"),
        (weather, '{"city": "Rome"}', "weather", "Rome: sunny for 1 days in celsius"),
    ],
)
def test_any_callable_is_a_tool(function: Callable[..., Any], arguments: str, name: str, result: str) -> None:
    tool = tool_of(function)
    assert (tool.name, tool.bind(arguments)()) == (name, result)
    assert tool.definition()["function"]["description"]


def test_mistakes_of_callers_are_named(client: AIClient) -> None:
    async def coroutine() -> None: ...

    def strange(thing: threading.Thread) -> None: ...

    def starred(city: str, *args: int) -> None: ...

    def doubly_starred(city: str, **kwargs: int) -> None: ...

    cases: list[tuple[Callable[[], Any], str]] = [
        (lambda: client.run("q", "m", [lambda: 1]), "define it with def"),
        (lambda: client.run("q", "m", [coroutine]), "coroutine is a coroutine function; use arun"),
        (lambda: client.run("q", "m", [strange]), "parameter thing of the tool strange: Thread has no JSON schema"),
        (lambda: client.run("q", "m", [weather], total_timeout="5"), "total_timeout must be a number"),  # type: ignore[arg-type]
        (lambda: client.run("q", "m", [weather], total_timeout=0), "total_timeout must be more than 0 seconds, not 0"),
        (lambda: client.run("q", "m", weather), "tools must be a list of functions, not function"),  # type: ignore[arg-type]
        (lambda: client.run("q", "m", {"a": weather}), "tools must be a list of functions, not dict"),  # type: ignore[dict-item]
        (lambda: client.run("q", [weather], "m"), r"model must be the name .* use run\(messages, model, tools\)"),  # type: ignore[arg-type, list-item]
        (lambda: client.run("q", "m", [], max_steps="1"), "max_steps must be a number, not str"),  # type: ignore[arg-type]
        (lambda: client.run({"role": "user"}, "m", []), "messages is a single message"),  # type: ignore[arg-type]
        (lambda: client.run("q", "m", [starred]), r"the tool starred has \*args, which no schema can describe"),
        (lambda: client.run("q", "m", [doubly_starred]), r"the tool doubly_starred has \*\*kwargs, which no schema"),
        (lambda: client.run("q", "m", [weather, weather]), "two tools with the name weather"),
        (lambda: client.run("q", "m", [weather], max_steps=0), "max_steps must be at least 1"),
        (lambda: client.run("q", "m", ["weather"]), "a tool must be a function, not str"),  # type: ignore[list-item]
    ]
    for call, message in cases:
        with pytest.raises((TypeError, ValueError), match=message):
            call()


def test_credentials_are_removed_from_errors() -> None:
    text = (
        "GET https://a:b@host/?token=abcdef Authorization: Bearer abcdef.ghi sk-proj-abcdefghijklmnop password: 'x y'"
    )
    for secret in ("a:b", "abcdef", "sk-proj"):
        assert secret not in redacted(text)
    assert redacted("the key is missing: 'city'") == "the key is missing: 'city'"
