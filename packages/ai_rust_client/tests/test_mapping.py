"""`AIClient.map` and `amap`: many requests at the same time."""

import asyncio
import itertools
import json
import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ai_rust_client import (
    AIClient,
    AIClientError,
    APITimeoutError,
    BadRequestError,
    ChatResponse,
    RateLimitError,
    Timeouts,
)
from ai_rust_client._rate_limits import retry_delay, seconds_until_allowed
from ai_rust_client.mapping import Mapped
from minimal_browser_core.testing.fake_server import Answer, Error, FakeServer, Hang, Request


@pytest.fixture
def client(server: FakeServer) -> Iterator[AIClient]:
    with AIClient(base_url=server.base_url) as client:
        yield client


def prompt_of(request: Request) -> str:
    text = request.json["messages"][-1]["content"]
    assert isinstance(text, str)
    return text


def echo(request: Request) -> Answer:
    return Answer(f"re: {prompt_of(request)}")


def limited(every: int, retry_after: str | None = "0.02") -> Callable[[Request], Answer | Error]:
    """Answers every n-th request with 429."""
    count = 0
    lock = threading.Lock()

    def reply(request: Request) -> Answer | Error:
        nonlocal count
        with lock:
            count += 1
            is_limited = count % every == 0
        headers = {"Retry-After": retry_after} if retry_after else {}
        return Error(429, "slow down", headers=headers) if is_limited else echo(request)

    return reply


def test_five_hundred_with_a_fifth_refused_are_all_answered(server: FakeServer, client: AIClient) -> None:
    server.default = limited(5, "0")
    progress: list[tuple[int, int | None]] = []
    prompts = [f"question {number}" for number in range(500)]
    outcomes = list(
        client.map(prompts, "m", concurrency=20, progress=lambda *counts: progress.append(counts), temperature=0)
    )
    assert sorted(outcome.index for outcome in outcomes) == list(range(500))
    assert all(outcome.result().text == f"re: question {outcome.index}" for outcome in outcomes)
    assert (progress[0], progress[-1], len(progress)) == ((1, 500), (500, 500), 500)
    assert server.requests[0].json["temperature"] == 0


def test_a_429_without_a_delay_pauses_briefly(server: FakeServer, client: AIClient) -> None:
    server.default = limited(5, None)
    started_at = time.monotonic()
    assert all(outcome.response for outcome in client.map(map(str, range(50)), "m"))
    assert time.monotonic() - started_at < 15


def test_messages_and_prompts_in_order(server: FakeServer, client: AIClient) -> None:
    def reply(request: Request) -> Answer:
        return Answer(prompt_of(request), head_delay=0.2 if prompt_of(request) == "0" else 0)

    server.default = reply
    requests: list[Any] = [[{"role": "user", "content": "0"}], *map(str, range(1, 30))]
    outcomes = list(client.map(requests, "m", ordered=True, concurrency=4))
    assert [outcome.result().text for outcome in outcomes] == [str(number) for number in range(30)]
    unordered = [outcome.index for outcome in client.map(requests, "m", concurrency=4)]
    assert unordered[-1] == 0


def test_requests_are_taken_when_they_are_sent_on_the_callers_thread(server: FakeServer, client: AIClient) -> None:
    server.default = echo
    taken: list[int] = []
    threads = set()

    def requests() -> Iterator[str]:
        for number in range(1000):
            taken.append(number)
            threads.add(threading.get_ident())
            yield str(number)

    for _ in zip(range(3), client.map(requests(), "m", concurrency=4), strict=False):
        pass
    assert 3 <= len(taken) <= 12
    assert threads == {threading.get_ident()}


def test_a_429_pauses_all_requests(server: FakeServer, client: AIClient) -> None:
    times: list[float] = []

    def reply(request: Request) -> Answer | Error:
        times.append(time.monotonic())
        return Error(429, headers={"Retry-After": "1"}) if len(times) == 5 else echo(request)

    server.default = reply
    outcomes = list(client.map(map(str, range(40)), "m", concurrency=2))
    assert all(outcome.response for outcome in outcomes)
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    # A few requests may have been sent before the 429 was read.
    assert [gap > 0.8 for gap in gaps].index(True) < 12
    assert sum(gap > 0.8 for gap in gaps) == 1


def test_rate_limit_headers_pause_all_requests(server: FakeServer, client: AIClient) -> None:
    times: list[float] = []

    def reply(request: Request) -> Answer:
        times.append(time.monotonic())
        remaining = "0" if len(times) == 3 else "7"
        headers = {"x-ratelimit-remaining-requests": remaining, "x-ratelimit-reset-requests": "500ms"}
        return Answer(prompt_of(request), headers=headers)

    server.default = reply
    assert len(list(client.map(map(str, range(10)), "m", concurrency=1))) == 10
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert [gap > 0.4 for gap in gaps] == [False, False, True, *[False] * 6]


OVER = [
    {"Retry-After": "0"},
    {"Retry-After": "0.01"},
    {"retry-after-ms": "0"},
    {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"},
    {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "0"},
    {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int((time.time() - 30) * 1000))},
    {},
]


@pytest.mark.parametrize("headers", OVER, ids=str)
def test_a_limit_that_lasts_longer_than_the_provider_says_costs_no_answer(
    server: FakeServer, client: AIClient, headers: dict[str, str]
) -> None:
    opens_at = time.monotonic() + 1
    server.default = lambda request: (
        echo(request) if time.monotonic() > opens_at else Error(429, "slow down", headers=headers)
    )
    outcomes = list(client.map(map(str, range(40)), "m"))
    assert all(outcome.response for outcome in outcomes)
    assert len(server.requests) < 150  # the pauses grow


@pytest.mark.parametrize("timeout", [1.0, Timeouts(total=1.0), Timeouts(total=1)])
async def test_the_timeout_limits_the_pauses_of_a_request(server: FakeServer, client: AIClient, timeout: Any) -> None:
    for headers in ({"Retry-After": "300"}, {"Retry-After": "0.2"}, {}):
        server.default = Error(429, headers=headers)
        started_at = time.monotonic()
        outcomes = list(client.map(["a", "b", "c"], "m", timeout=timeout))
        assert [type(outcome.error) for outcome in outcomes] == [RateLimitError] * 3
        assert time.monotonic() - started_at < 5
    # A request that was not sent is limited as well.
    server.default = Answer("ok", headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": "300"})
    outcomes = list(client.map(["a", "b"], "m", timeout=timeout, concurrency=1, ordered=True))
    assert outcomes[0].response
    assert isinstance(outcomes[1].error, APITimeoutError)
    server.default = Error(503)
    started_at = time.monotonic()
    (failed,) = [outcome async for outcome in client.amap(["a"], "m", timeout=timeout, max_retries=100)]
    assert failed.error is not None
    assert time.monotonic() - started_at < 5


def test_a_timeout_without_a_total_is_that_of_each_answer(server: FakeServer, client: AIClient) -> None:
    server.script.append(Hang())
    server.default = echo
    outcomes = list(client.map(["a"], "m", timeout=Timeouts(idle=0.1)))
    assert outcomes[0].result().text == "re: a"


def test_a_batch_gives_up_after_a_time_without_an_answer(
    server: FakeServer, client: AIClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("ai_rust_client._pause._LONGEST_PAUSE", 2.0)
    server.default = Error(429, headers={"Retry-After": "1"})
    with caplog.at_level("WARNING", "ai_rust_client"):
        outcomes = list(client.map(map(str, range(1000)), "m", concurrency=4))
    assert {type(outcome.error) for outcome in outcomes} == {RateLimitError}
    assert len(outcomes) == 1000
    assert len(server.requests) < 30
    assert "rate limit: the batch is paused for 1 s" in caplog.text
    assert caplog.text.count("gives up") == 1


def test_a_pause_that_is_too_long_is_not_waited_for(server: FakeServer, client: AIClient) -> None:
    server.script.append(Error(429, headers={"Retry-After": "86400"}))
    server.default = echo
    outcomes = list(client.map(map(str, range(50)), "m", concurrency=1))
    assert [outcome.error is None for outcome in outcomes] == [False] + [True] * 49
    server.requests.clear()
    server.default = Error(429, headers={"Retry-After": "86400"})
    outcomes = list(client.map(map(str, range(500)), "m", concurrency=4))
    assert {type(outcome.error) for outcome in outcomes} == {RateLimitError}
    assert len(server.requests) < 20


def test_failures_are_outcomes_of_their_own(server: FakeServer, client: AIClient) -> None:
    def reply(request: Request) -> Answer | Error:
        return Error(400, "no") if prompt_of(request) == "1" else echo(request)

    server.default = reply
    requests: list[Any] = ["0", "1", [{"role": "user", "content": object()}], "3"]
    outcomes = list(client.map(requests, "m", ordered=True))
    assert [bool(outcome.response) for outcome in outcomes] == [True, False, False, True]
    assert isinstance(outcomes[1].error, BadRequestError)
    assert outcomes[2].error is not None
    assert outcomes[2].error.code == "invalid_request"
    with pytest.raises(AIClientError, match=r"requests\[2\]\[0\].content"):
        outcomes[2].result()


def test_other_failures_are_retried(server: FakeServer, client: AIClient) -> None:
    server.script.extend([Error(500), Error(503, headers={"Retry-After": "0"})])
    server.default = echo
    assert [outcome.result().text for outcome in client.map(["a"], "m")] == ["re: a"]
    server.default = Error(500)
    (failed,) = client.map(["a"], "m", max_retries=0)
    assert failed.error is not None
    assert failed.error.status == 500


def test_an_exhausted_quota_is_an_error_at_once(server: FakeServer, client: AIClient) -> None:
    server.default = Error(429, code="insufficient_quota")
    (failed,) = client.map(["a"], "m")
    assert isinstance(failed.error, RateLimitError)


def test_leaving_the_loop_cancels_what_is_running(server: FakeServer, client: AIClient) -> None:
    server.script.append(Answer("first"))
    server.default = Hang()
    before = threading.active_count()
    for outcome in client.map(map(str, range(100)), "m", concurrency=5):
        assert outcome.result().text == "first"
        assert server.wait_for_requests(5)
        break
    del outcome
    for request in server.requests[1:5]:
        assert request.client_left.wait(10)
    names = [thread.name for thread in threading.enumerate()]
    assert "ai_rust_client-map" not in names, (before, names)


def test_a_journal_is_not_asked_again(server: FakeServer, client: AIClient, tmp_path: Path) -> None:
    path = tmp_path / "batch.jsonl"

    def reply(request: Request) -> Answer | Error:
        return Error(400) if prompt_of(request) == "2" else echo(request)

    server.default = reply
    prompts = [str(number) for number in range(6)]
    first = {outcome.index: outcome for outcome in client.map(prompts, "m", journal=path, seed=1)}
    assert [index for index in first if first[index].error] == [2]
    server.default = echo
    server.requests.clear()
    again = list(client.map(prompts, "m", journal=path, ordered=True, seed=1, timeout=30.0))
    assert [prompt_of(request) for request in server.requests] == ["2"]  # what failed
    assert [outcome.result().text for outcome in again] == [f"re: {prompt}" for prompt in prompts]
    assert [outcome.from_journal for outcome in again] == [True, True, False, True, True, True]
    stored, fresh = again[0].result(), first[0].result()
    assert isinstance(stored, ChatResponse)
    for name in ("text", "raw", "model", "finish_reason", "tool_calls", "request_id"):
        assert getattr(stored, name) == getattr(fresh, name)
    assert stored.usage is not None
    assert fresh.usage is not None
    assert stored.usage.total_tokens == fresh.usage.total_tokens


def sent(server: FakeServer) -> list[str]:
    prompts = [prompt_of(request) for request in server.requests]
    server.requests.clear()
    return prompts


def test_answers_in_a_journal_are_found_by_content(server: FakeServer, client: AIClient, tmp_path: Path) -> None:
    path = tmp_path / "batch.jsonl"
    server.default = echo
    runs: list[tuple[str, str]] = [
        ("abc", "abc"), ("abc", ""), ("cba", ""), ("b", ""), ("xabc", "x"), ("aXc", "X"), ("abc", ""), ("", ""),
        ("aabbb", "abb"), ("bbbaac", ""), ("yz", "yz"), ("zyxcba", ""),
    ]  # fmt: skip
    for prompts, expected in runs:
        outcomes = list(client.map(prompts_of(prompts), "m", journal=path, ordered=True, concurrency=1))
        assert [outcome.result().text for outcome in outcomes] == [f"re: {prompt}" for prompt in prompts]
        assert sum(not outcome.from_journal for outcome in outcomes) == len(expected)
        assert sent(server) == list(expected)
    changed: Any = ({"model": "other"}, {"temperature": 1}, {"extra_body": {"seed": 1}})
    for changes in changed:
        list(client.map(["a"], **{"model": "m", **changes}, journal=path))
        list(client.map(["a"], **{"model": "m", **changes}, journal=path, timeout=9, extra_headers={"A": "b"}))
        assert sent(server) == ["a"]


def prompts_of(letters: str) -> Iterator[str]:
    yield from letters


def test_the_same_request_twice_has_two_answers(server: FakeServer, client: AIClient, tmp_path: Path) -> None:
    counter = itertools.count()
    server.default = lambda request: Answer(str(next(counter)))
    runs = [
        sorted(outcome.result().text for outcome in client.map(["roll"] * 5, "m", journal=tmp_path / "j", seed=1))
        for _ in range(2)
    ]
    assert runs == [["0", "1", "2", "3", "4"]] * 2


async def test_only_one_batch_uses_a_journal(
    server: FakeServer, client: AIClient, tmp_path: Path, run_script: Callable[..., Any]
) -> None:
    path = tmp_path / "batch.jsonl"
    server.default = echo
    running = client.map(["a", "b"], "m", journal=path)
    next(running)
    for start in (client.map, client.amap):
        with pytest.raises(BlockingIOError, match=r"the journal is in use by another batch.*batch\.jsonl"):
            start(["a"], "m", journal=path)
    script = """
        import sys
        from ai_rust_client import AIClient
        try:
            AIClient(base_url=sys.argv[1]).map(["a"], "m", journal=sys.argv[2])
        except BlockingIOError as error:
            print(error.filename)
    """
    finished = await asyncio.to_thread(run_script, script, server.base_url, str(path))
    assert finished.stdout.strip() == str(path)
    assert len(list(running)) == 1
    assert [outcome.from_journal for outcome in client.map(["a", "b"], "m", journal=path)] == [True, True]
    for outcome in client.map(["c", "d"], "m", journal=path):
        outcome.result()
        break
    assert len(list(client.map(["a"], "m", journal=path))) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_that_was_forked_does_not_keep_the_lock(server: FakeServer, tmp_path: Path) -> None:
    script = """
        import os, signal, sys
        from ai_rust_client import AIClient
        client = AIClient(base_url=sys.argv[1])
        outcomes = client.map(["a", "b"], "m", journal=sys.argv[2])
        next(outcomes)
        child = os.fork()
        if child == 0:
            signal.pause()
        list(outcomes)
        try:
            print(len(list(client.map(["a", "b"], "m", journal=sys.argv[2]))))
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    """
    server.default = echo
    command = [sys.executable, "-c", textwrap.dedent(script), server.base_url, str(tmp_path / "j")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (run.stdout.strip(), run.stderr) == ("2", "")


def test_a_journal_that_a_crash_cut_is_read(server: FakeServer, client: AIClient, tmp_path: Path) -> None:
    path = tmp_path / "batch.jsonl"
    server.default = echo
    list(client.map(["a", "b", "c"], "m", journal=path, concurrency=1))
    text = path.read_bytes()
    for cut in range(1, len(text), 97):
        path.write_bytes(text[:cut])
        assert [o.result().text for o in client.map(["abc"], "m", journal=path)] == ["re: abc"]
        server.requests.clear()
        assert {o.result().text for o in client.map(["a", "b", "c"], "m", journal=path)} == {"re: a", "re: b", "re: c"}
        server.requests.clear()
        list(client.map(["a", "b", "c"], "m", journal=path))
        assert server.requests == []
    for other in ("hello\nworld\n", "hello", "{}\n", "[1]"):
        (tmp_path / "other").write_text(other)
        with pytest.raises(ValueError, match="is not a journal of map"):
            client.map(["a"], "m", journal=tmp_path / "other")
        assert (tmp_path / "other").read_text() == other


async def test_async(server: FakeServer, client: AIClient) -> None:
    server.default = limited(4)

    async def requests() -> AsyncIterator[str]:
        for number in range(50):
            await asyncio.sleep(0)
            yield str(number)

    texts = [outcome.result().text async for outcome in client.amap(requests(), "m", ordered=True)]
    assert texts == [f"re: {number}" for number in range(50)]
    assert len([outcome async for outcome in client.amap(["a", "b"], "m")]) == 2


async def test_a_value_that_is_not_a_request_is_an_outcome_of_its_own(server: FakeServer, client: AIClient) -> None:
    server.default = echo
    values: Any = ["a", None, 5, "b"]

    async def requests() -> AsyncIterator[Any]:
        for value in values:
            yield value

    runs = [
        list(client.map(iter(values), "m", ordered=True)),
        [outcome async for outcome in client.amap(iter(values), "m", ordered=True)],
        [outcome async for outcome in client.amap(requests(), "m", ordered=True)],
    ]
    for outcomes in runs:
        assert [outcome.error is None for outcome in outcomes] == [True, False, False, True]
        assert "requests[2] must be a prompt or a list of messages, not int" in str(outcomes[2].error)


async def test_a_slow_source_does_not_delay_outcomes(server: FakeServer, client: AIClient) -> None:
    server.default = echo
    answered = asyncio.Event()

    async def requests() -> AsyncIterator[str]:
        yield "a"
        await asyncio.wait_for(answered.wait(), 10)
        yield "b"

    outcomes = []
    async for outcome in client.amap(requests(), "m"):
        outcomes.append(outcome.result().text)
        answered.set()
    assert outcomes == ["re: a", "re: b"]


async def test_leaving_the_async_loop_cancels_what_is_running(server: FakeServer, client: AIClient) -> None:
    server.script.append(Answer("first"))
    server.default = Hang()
    outcomes = client.amap(map(str, range(100)), "m", concurrency=5)
    async for _ in outcomes:
        await asyncio.to_thread(server.wait_for_requests, 5)
        break
    await outcomes.aclose()  # type: ignore[attr-defined]
    for request in server.requests[1:5]:
        assert await asyncio.to_thread(request.client_left.wait, 10)


async def test_map_works_where_a_loop_is_running(server: FakeServer, client: AIClient) -> None:
    server.default = echo
    assert [outcome.result().text for outcome in client.map(["a"], "m")] == ["re: a"]


MISTAKES: list[tuple[Any, dict[str, Any], str]] = [
    (["a", None], {}, r"requests\[1\] must be a prompt or a list of messages, not NoneType"),
    ([5], {}, r"requests\[0\] must be a prompt or a list of messages, not int"),
    ([b"a"], {}, r"requests\[0\] must be a prompt or a list of messages, not bytes"),
    ([{"role": "user", "content": "a"}], {}, r"requests\[0\] is a single message; a request is a prompt or a list of"),
    ([["a", "b"]], {}, r"requests\[0\]\[0\] must be a message, not str"),
    ({"a": 1}, {}, "requests must be an iterable of prompts or lists of messages, not dict"),
    (b"a", {}, "requests must be an iterable of prompts or lists of messages, not bytes"),
    (["a", "b"], {"stream": True}, "stream"),
    (["a", "b"], {"tools": [print]}, r"tools\[0\]"),
    (["a", "b"], {"timeout": "1"}, "timeout must be"),
    (["a", "b"], {"extra_headers": 5}, "extra_headers"),
    (["a", "b"], {"extra_body": {"messages": []}}, "messages"),
    (["a", "b"], {"model": 5}, "model"),
    (["a", "b"], {"model": []}, "model"),
]  # fmt: skip


@pytest.mark.parametrize(("requests", "options", "message"), MISTAKES)
async def test_mistakes_are_raised_before_anything_is_sent(
    server: FakeServer, client: AIClient, requests: Any, options: dict[str, Any], message: str
) -> None:
    options = {"model": "m", **options}
    with pytest.raises((TypeError, ValueError), match=message):
        list(client.map(requests, **options))
    with pytest.raises((TypeError, ValueError), match=message):
        [outcome async for outcome in client.amap(requests, **options)]
    assert server.requests == []


def test_mistakes_of_callers_are_named(client: AIClient) -> None:
    with pytest.raises(TypeError, match="requests must be an iterable of prompts or lists of messages, not str"):
        client.map("hello", "m")
    with pytest.raises(ValueError, match="concurrency must be at least 1, not 0"):
        client.map([], "m", concurrency=0)
    assert list(client.map([], "m")) == []


def test_an_error_of_the_source_or_of_progress_reaches_the_caller(server: FakeServer, client: AIClient) -> None:
    server.default = echo

    def requests() -> Iterator[str]:
        yield "a"
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        list(client.map(requests(), "m"))
    with pytest.raises(ZeroDivisionError):
        list(client.map(["a"], "m", progress=lambda done, total: 1 / 0))


def test_delays_in_headers() -> None:
    assert seconds_until_allowed({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0.5s"}) == 360.5
    assert seconds_until_allowed({"x-ratelimit-remaining": "1", "x-ratelimit-reset": "9"}) is None
    at = str(int((time.time() + 100) * 1000))
    assert 90 < (seconds_until_allowed({"x-ratelimit-remaining": "0", "x-ratelimit-reset": at}) or 0) < 110
    past = {"anthropic-ratelimit-requests-remaining": "0", "anthropic-ratelimit-requests-reset": "2020-01-01T00:00:00Z"}
    assert seconds_until_allowed(past) == 0
    for unreadable in ("soon", "0001-01-01", "-1"):
        assert seconds_until_allowed({"x-ratelimit-remaining": "0", "x-ratelimit-reset": unreadable}) is None
        assert retry_delay({"retry-after": unreadable}) is None
    assert (retry_delay({"retry-after-ms": "1500"}), retry_delay({"retry-after": "2"}), retry_delay({})) == (
        1.5,
        2,
        None,
    )


def test_outcomes_are_plain_values() -> None:
    error = AIClientError("no")
    assert Mapped(0, None, error, "q") == Mapped(0, None, error, "q")
    assert json.dumps({"index": Mapped(0, None, error, "q").index})
