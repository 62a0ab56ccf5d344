"""`Router`: several providers behind the methods of one client."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

from ai_rust_client import (
    AIClient,
    APIConnectionError,
    BadRequestError,
    InternalServerError,
    StreamCancelled,
    StreamInterruptedError,
)
from ai_rust_client.prices import Price, cost_of, price_of
from ai_rust_client.router import Router
from minimal_browser_core.testing.fake_server import (
    Answer,
    Body,
    Cut,
    Data,
    Error,
    FakeServer,
    Request,
    Stream,
    ToolCall,
    Usage,
    chunk,
    echo,
)

MESSAGES = [{"role": "user", "content": "q"}]


@pytest.fixture
def servers() -> Iterator[list[FakeServer]]:
    with ExitStack() as stack:
        yield [stack.enter_context(FakeServer(default=Answer(f"from {number}"))) for number in range(3)]


@pytest.fixture
def clients(servers: list[FakeServer]) -> Iterator[list[AIClient]]:
    with ExitStack() as stack:
        settings: dict[str, Any] = {"max_retries": 0}
        yield [stack.enter_context(AIClient("key", base_url=server.base_url, **settings)) for server in servers]


def counts(servers: list[FakeServer]) -> list[int]:
    return [len(server.requests) for server in servers]


def test_the_first_client_that_answers_serves(servers: list[FakeServer], clients: list[AIClient]) -> None:
    servers[0].default = Error(503)
    router = Router(clients, models=[None, {"small": "vendor/small"}, None])
    assert router.chat(MESSAGES, "small", temperature=0).text == "from 1"
    assert counts(servers) == [1, 1, 0]
    assert servers[1].requests[0].json == servers[0].requests[0].json | {"model": "vendor/small"}
    last = router.last
    assert last is not None
    assert last.client is clients[1]
    assert [(attempt.index, attempt.model, type(attempt.error)) for attempt in last.attempts] == [
        (0, "small", InternalServerError), (1, "vendor/small", type(None)),
    ]  # fmt: skip
    assert router.send_request("q", "small") == "from 1"  # the first one cools down
    assert counts(servers) == [1, 2, 0]


def test_a_client_is_tried_again_after_its_cool_down(servers: list[FakeServer], clients: list[AIClient]) -> None:
    servers[0].script.append(Error(500))
    router = Router(clients, cool_down=0.2)
    assert router.chat(MESSAGES, "m").text == "from 1"
    assert router.health[0].failures == 1
    assert 0 < router.health[0].cooling <= 0.2
    assert isinstance(router.health[0].last_error, InternalServerError)
    time.sleep(0.25)
    assert router.chat(MESSAGES, "m").text == "from 0"
    assert router.health[0].failures == 0


def test_a_retry_after_is_the_cool_down(servers: list[FakeServer], clients: list[AIClient]) -> None:
    servers[0].script.append(Error(429, headers={"Retry-After": "60"}))
    router = Router(clients, cool_down=0.01)
    router.chat(MESSAGES, "m")
    assert router.health[0].cooling > 50


@pytest.mark.parametrize("value", ["0", "Wed, 21 Oct 2015 07:28:00 GMT", "-1", "soon"])
def test_a_retry_after_that_is_over_is_no_cool_down(
    servers: list[FakeServer], clients: list[AIClient], value: str
) -> None:
    servers[0].script.append(Error(429, headers={"Retry-After": value}))
    router = Router(clients, cool_down=30)
    router.chat(MESSAGES, "m")
    assert router.health[0].cooling > 20


def test_if_all_cool_down_they_are_tried_all_the_same(servers: list[FakeServer], clients: list[AIClient]) -> None:
    for server in servers:
        server.script.append(Error(500))
    router = Router(clients)
    with pytest.raises(InternalServerError) as caught:
        router.chat(MESSAGES, "m")
    assert [line.partition(":")[0] for line in caught.value.attempts] == ["client 0", "client 1", "client 2"]
    assert router.last is not None
    assert router.last.client is None
    assert router.chat(MESSAGES, "m").text == "from 0"


@pytest.mark.parametrize("error", [Error(401), Error(402), Error(403), Error(404), Error(408), Error(429), Cut()])
def test_failures_of_a_provider_are_tried_elsewhere(
    servers: list[FakeServer], clients: list[AIClient], error: Any
) -> None:
    servers[0].default = error
    assert Router(clients).chat(MESSAGES, "m").text == "from 1"
    assert "".join(Router(clients).stream(MESSAGES, "m")) == "from 1"


def test_a_request_that_is_wrong_is_not_tried_elsewhere(servers: list[FakeServer], clients: list[AIClient]) -> None:
    servers[0].default = Error(400, "wrong")
    router = Router(clients)
    with pytest.raises(BadRequestError):
        router.chat(MESSAGES, "m")
    with pytest.raises(BadRequestError):
        next(router.stream(MESSAGES, "m"))
    with pytest.raises(TypeError):
        router.chat([{"role": object()}], "m")
    assert counts(servers) == [2, 0, 0]
    assert router.health[0].failures == 0


def test_a_missing_model_does_not_cool_the_client_down(servers: list[FakeServer], clients: list[AIClient]) -> None:
    servers[0].script.append(Error(404))
    router = Router(clients)
    assert router.chat(MESSAGES, "rare").text == "from 1"
    assert router.chat(MESSAGES, "rare").text == "from 1"
    assert router.chat(MESSAGES, "common").text == "from 0"


def test_a_failed_stream_that_is_read_again_counts_once(servers: list[FakeServer], clients: list[AIClient]) -> None:
    for server in servers:
        server.default = Error(503)
    router = Router(clients)
    stream = router.stream(MESSAGES, "m")
    for _ in range(3):
        with pytest.raises(InternalServerError):
            next(stream)
    assert router.last is not None
    assert len(router.last.attempts) == 3
    assert [health.failures for health in router.health] == [1, 1, 1]
    assert counts(servers) == [1, 1, 1]


def test_a_stream_goes_on_elsewhere_before_its_first_byte_only(
    servers: list[FakeServer], clients: list[AIClient]
) -> None:
    servers[0].script.extend([Stream((Cut(),)), Stream((Data(chunk({"content": "half"})), Cut()))])
    servers[1].default = Answer(("a", "b"), usage=Usage(1, 2, cost=0.5))
    router = Router(clients, cool_down=0)
    stream = router.stream(MESSAGES, "m")
    assert list(stream) == ["a", "b"]
    assert (stream.text, stream.finish_reason, stream.model) == ("ab", "stop", "m")
    assert router.last is not None
    assert (router.last.client, router.last.cost) == (clients[1], 0.5)
    assert [type(attempt.error) for attempt in router.last.attempts] == [StreamInterruptedError, type(None)]
    with pytest.raises(StreamInterruptedError) as caught:
        list(router.stream(MESSAGES, "m"))
    assert caught.value.partial_text == "half"
    assert counts(servers)[1] == 1


def test_events_and_cancel(servers: list[FakeServer], clients: list[AIClient]) -> None:
    servers[0].default = Error(500)
    router = Router(clients)
    assert [event.kind for event in router.stream(MESSAGES, "m").events()] == ["text", "usage", "finish"]
    stream = router.stream_response("q", "m")
    stream.cancel()
    with pytest.raises(StreamCancelled):
        list(stream)
    with router.stream(MESSAGES, "m") as stream:
        assert next(stream) == "from 1"


async def test_async(servers: list[FakeServer], clients: list[AIClient]) -> None:
    servers[0].default = Error(500)
    async with Router(clients, cool_down=0) as router:
        assert (await router.achat(MESSAGES, "m")).text == "from 1"
        stream = await router.stream(MESSAGES, "m")
        assert [text async for text in stream] == ["from 1"]
        kinds = [event.kind async for event in router.stream(MESSAGES, "m").aevents()]
        assert kinds == ["text", "usage", "finish"]
        assert len(await router.amodels()) == 2
        outcomes = [outcome async for outcome in router.amap(["a", "b"], "m")]
        assert [outcome.result().text for outcome in outcomes] == ["from 1", "from 1"]


def test_the_methods_on_top(servers: list[FakeServer], clients: list[AIClient]) -> None:
    servers[0].default = Error(500)
    servers[1].script.extend([Answer('{"value": [1]}'), Answer('{"value": [2]}')])
    router = Router(clients)
    assert router.parse("q", "m", list[int]).parsed == [1]
    assert router.stream_parse("q", "m", list[int]).output().parsed == [2]
    servers[1].script.append(Answer(tool_calls=(ToolCall("now"),)))

    def now() -> str:
        return "noon"

    assert router.run("q", "m", [now]).text == "from 1"
    assert [outcome.result().text for outcome in router.map(["a"], "m")] == ["from 1"]
    assert len(router.models()) == 2
    servers[1].default = echo
    assert len(router.embed(["a", "b"], "m")) == 2
    router.prewarm()


def test_costs_are_added_up(servers: list[FakeServer], clients: list[AIClient]) -> None:
    servers[0].script.extend([
        Answer("a", usage=Usage(1_000_000, 500_000, cached_tokens=400_000), model="vendor/small-2026-01-02"),
        Answer("b", usage=Usage(1, 1, cost=0.25)),
        Answer("c", usage=None),
    ])  # fmt: skip
    router = Router(clients, prices={"small": Price(prompt=1.0, completion=4.0, cached=0.5)})
    costs = []
    for _ in range(3):
        router.chat(MESSAGES, "m")
        assert router.last is not None
        costs.append(router.last.cost)
    assert costs == [pytest.approx(0.6 + 0.2 + 2.0), 0.25, None]
    assert router.spent == pytest.approx(3.05)


def test_prices() -> None:
    prices = {"gpt-4o": Price(2, 10), "vendor/gpt-4o": Price(3, 15)}
    assert price_of("openai/gpt-4o-2024-08-06", prices) == Price(2, 10)
    assert price_of("vendor/gpt-4o", prices) == Price(3, 15)
    assert price_of("gpt-4o-mini", prices) is None
    assert cost_of(None, "gpt-4o", prices) is None


def test_an_unreachable_or_closed_client_is_skipped(servers: list[FakeServer], clients: list[AIClient]) -> None:
    servers[0].close()
    clients[1].close()
    router = Router(clients)
    assert router.chat(MESSAGES, "m").text == "from 2"
    assert "".join(Router(clients).stream(MESSAGES, "m")) == "from 2"
    with pytest.raises(APIConnectionError):
        Router(clients[:1]).chat(MESSAGES, "m")


def responding(text: str) -> Body:
    content = [{"type": "output_text", "text": text}]
    return Body(json.dumps({
        "id": "r", "object": "response", "status": "completed", "model": "m",
        "output": [{"type": "message", "content": content}], "usage": {"input_tokens": 1_000_000, "output_tokens": 0},
    }))  # fmt: skip


def events_of(text: str) -> Stream:
    response = json.loads(str(responding(text).body))
    return Stream((
        Data({"type": "response.output_text.delta", "delta": text, "item_id": "i"}),
        Data({"type": "response.completed", "response": response}),
    ))  # fmt: skip


async def test_responses(servers: list[FakeServer], clients: list[AIClient]) -> None:
    servers[0].default = Error(503)
    router = Router(clients, prices={"m": Price(1, 1)})
    servers[1].script.extend([responding("a"), responding("b"), events_of("c"), events_of("d")])
    assert router.respond("q", "m", instructions="short").text == "a"
    assert servers[1].requests[0].json["instructions"] == "short"
    assert (await router.arespond("q", "m")).text == "b"
    for _ in range(2):  # a client that cools down comes last, so that a failure comes first again
        router._members[0].resume_at = 0.0
        events = router.respond("q", "m", stream=True) if _ == 0 else await router.arespond("q", "m", stream=True)
        with events:
            kinds = [event.type for event in events] if _ == 0 else [event.type async for event in events]
        assert kinds == ["response.output_text.delta", "response.completed"]
        assert [attempt.index for attempt in events.route.attempts] == [0, 1]
        assert (events.text, events.route.client, events.route.cost) == ("cd"[_], clients[1], 1.0)
    assert router.spent == 4


async def test_concurrent_calls_know_their_own_route(servers: list[FakeServer], clients: list[AIClient]) -> None:
    def reply(request: Request) -> Answer | Error:
        cost = float(request.json["messages"][0]["content"])
        return Answer("ok", usage=Usage(1, 1, cost=cost), head_delay=0.02) if cost % 2 else Error(404)

    servers[0].default = reply
    servers[1].default = lambda request: Answer(
        "ok", usage=Usage(1, 1, cost=float(request.json["messages"][0]["content"]))
    )
    router = Router(clients)
    barrier = threading.Barrier(8, timeout=20)

    def call(number: int) -> tuple[float | None, Any]:
        router.send_request(str(number), f"model {number}")
        barrier.wait()
        assert router.last is not None
        return router.last.cost, router.last.client

    async def acall(number: int) -> tuple[float | None, Any]:
        await router.achat([{"role": "user", "content": str(number)}], f"model {number}")
        await asyncio.sleep(0.1)
        assert router.last is not None
        return router.last.cost, router.last.client

    expected = [(float(number), clients[0] if number % 2 else clients[1]) for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(call, range(8))) == expected
    assert await asyncio.gather(*map(acall, range(8))) == expected
    streams = [router.stream_response(str(number), f"model {number}") for number in range(8)]
    assert ["".join(stream) for stream in streams] == ["ok"] * 8
    assert [(stream.route.cost, stream.route.client) for stream in streams] == expected
    assert Router(clients).last is None


def test_options_reach_the_client(servers: list[FakeServer], clients: list[AIClient]) -> None:
    router = Router(clients)
    router.send_request("q", "m", temperature=0.5)
    assert "".join(router.stream_response("q", "m", temperature=0.5)) == "from 0"
    assert [request.json["temperature"] for request in servers[0].requests] == [0.5, 0.5]
    router.models(extra_headers={"X-A": "b"})
    assert servers[0].requests[-1].headers["x-a"] == "b"


def test_other_things_than_clients_are_refused(clients: list[AIClient]) -> None:
    openai: Any = pytest.importorskip("ai_rust_client.compat").OpenAI(api_key="k", base_url="http://127.0.0.1:1/v1")
    wrong: list[tuple[Any, str]] = [
        (clients[0], r"a router needs a list of clients, as in Router\(\[client\]\), not AIClient"),
        ([*clients, openai], r"clients\[3\] must be an AIClient, ObservedClient or Router, not OpenAI"),
        (["key"], r"clients\[0\] must be an AIClient, ObservedClient or Router, not str"),
        ([AIClient], r"clients\[0\] must be an AIClient, ObservedClient or Router, not the class AIClient"),
        (None, "a router needs a list of clients"),
    ]
    for value, message in wrong:
        with pytest.raises(TypeError, match=message):
            Router(value)
    assert Router([Router(clients)]).send_request("q", "m") == "from 0"


def test_streams_show_what_they_read(clients: list[AIClient]) -> None:
    stream = Router(clients).stream(MESSAGES, "m")
    assert repr(stream).startswith("RoutedStream(ResponseStream(")
    with pytest.raises(AttributeError, match="RoutedStream has no fileno: the descriptor may change until the first"):
        _ = stream.fileno  # type: ignore[attr-defined]


def test_settings_are_checked_and_shown_without_keys(servers: list[FakeServer], clients: list[AIClient]) -> None:
    assert repr(Router(clients[:1])) == f"Router([{clients[0]!r}])"
    with pytest.raises(ValueError, match="at least one client"):
        Router([])
    with pytest.raises(ValueError, match="an entry for each of the 3 clients"):
        Router(clients, models=[{}])
    with Router(clients) as router:
        pass
    with pytest.raises(Exception, match="closed"):
        router.chat(MESSAGES, "m")
